from django.urls import path

from ledgerflow.reconciliation import views

app_name = "reconciliation"

urlpatterns = [
    path("", views.ReconciliationsView.as_view(), name="list"),
    path("start/<int:bank_account>/", views.StartView.as_view(), name="start"),
    path("<int:reconciliation>/", views.WorkspaceView.as_view(), name="workspace"),
    path("<int:reconciliation>/accept/", views.AcceptView.as_view(), name="accept"),
    path("<int:reconciliation>/match/", views.MatchView.as_view(), name="match"),
    path("<int:reconciliation>/match/<int:match>/", views.TakeApartView.as_view(), name="take-apart"),
    path("<int:reconciliation>/exclude/", views.ExcludeView.as_view(), name="exclude"),
    path("<int:reconciliation>/finish/", views.FinishView.as_view(), name="finish"),
    path("<int:reconciliation>/reopen/", views.ReopenView.as_view(), name="reopen"),
    path("<int:reconciliation>/discard/", views.DiscardView.as_view(), name="discard"),
]
