from django.urls import path

from ledgerflow.classification import (
    exchange_views,
    payee_views,
    stage_views,
    tag_views,
    use_views,
    views,
)

app_name = "classification"

urlpatterns = [
    path("", views.RulesView.as_view(), name="rules"),
    path("stages/", stage_views.StagesView.as_view(), name="stages"),
    path("stages/switch/", stage_views.SwitchStageView.as_view(), name="switch-stage"),
    path("stages/sharing/", stage_views.SwitchSharingView.as_view(), name="switch-sharing"),
    path("tags/", tag_views.TagsView.as_view(), name="tags"),
    path("tags/<int:tag>/", tag_views.RenameTagView.as_view(), name="rename-tag"),
    path("tags/<int:tag>/delete/", tag_views.DeleteTagView.as_view(), name="delete-tag"),
    path("business-use/", use_views.BusinessUsesView.as_view(), name="business-uses"),
    path("business-use/set/", use_views.SetBusinessUseView.as_view(), name="set-business-use"),
    path(
        "business-use/<int:use>/remove/",
        use_views.RemoveBusinessUseView.as_view(),
        name="remove-business-use",
    ),
    path("payees/", payee_views.PayeesView.as_view(), name="payees"),
    path("payees/<int:payee>/", payee_views.PayeeView.as_view(), name="payee"),
    path("payees/<int:payee>/rename/", payee_views.RenamePayeeView.as_view(), name="rename-payee"),
    path("payees/<int:payee>/split/", payee_views.SplitPayeeView.as_view(), name="split-payee"),
    path("export/", exchange_views.ExportRulesView.as_view(), name="export-rules"),
    path("import/", exchange_views.ImportRulesView.as_view(), name="import-rules"),
    path("new/", views.CreateRuleView.as_view(), name="create-rule"),
    path("trials/<int:trial>/", views.TrialView.as_view(), name="trial"),
    path("<int:rule>/", views.ChangeRuleView.as_view(), name="change-rule"),
    path("<int:rule>/switch/", views.SwitchRuleView.as_view(), name="switch-rule"),
    path("<int:rule>/raise/", views.RaiseRuleView.as_view(), name="raise-rule"),
]
