from django.urls import path

from ledgerflow.classification import views

app_name = "classification"

urlpatterns = [
    path("", views.RulesView.as_view(), name="rules"),
    path("new/", views.CreateRuleView.as_view(), name="create-rule"),
    path("<int:rule>/", views.ChangeRuleView.as_view(), name="change-rule"),
    path("<int:rule>/switch/", views.SwitchRuleView.as_view(), name="switch-rule"),
    path("<int:rule>/raise/", views.RaiseRuleView.as_view(), name="raise-rule"),
]
