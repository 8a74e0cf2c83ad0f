from django.urls import path

from ledgerflow.posting import exchange_views, views

app_name = "posting"

urlpatterns = [
    path("", views.JournalView.as_view(), name="journal"),
    path("new/", views.ManualEntryView.as_view(), name="manual-entry"),
    path("<int:number>/", views.EntryView.as_view(), name="entry"),
    path("<int:number>/reverse/", views.ReverseView.as_view(), name="reverse"),
    path("line/<int:line>/", views.LineView.as_view(), name="line"),
    path("line/<int:line>/stated/", exchange_views.StateAmountView.as_view(), name="state-amount"),
    path("revaluation/", exchange_views.RevaluationView.as_view(), name="revaluation"),
]
