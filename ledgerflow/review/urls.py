from django.urls import path

from ledgerflow.review import views

app_name = "review"

urlpatterns = [
    path("", views.QueueView.as_view(), name="queue"),
    path("accept/", views.AcceptView.as_view(), name="accept"),
    path("accept-sure/", views.AcceptSureView.as_view(), name="accept-sure"),
    path("exclude/", views.ExcludeView.as_view(), name="exclude"),
    path("reopen/", views.ReopenView.as_view(), name="reopen"),
    path("post/", views.PostView.as_view(), name="post"),
    path("undo/", views.UndoView.as_view(), name="undo"),
    path("line/<int:line>/evidence/", views.EvidenceView.as_view(), name="evidence"),
    path("line/<int:line>/decide/", views.DecideView.as_view(), name="decide"),
    path("line/<int:line>/split/", views.SplitView.as_view(), name="split"),
    path("line/<int:line>/rule/", views.RuleView.as_view(), name="rule"),
]
