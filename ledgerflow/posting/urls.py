from django.urls import path

from ledgerflow.posting import opening_views, views

app_name = "posting"

urlpatterns = [
    path("", views.JournalView.as_view(), name="journal"),
    path("new/", views.ManualEntryView.as_view(), name="manual-entry"),
    path("openings/", opening_views.OpeningsView.as_view(), name="openings"),
    path("openings/<int:bank_account>/", opening_views.PostOpeningView.as_view(), name="post-opening"),
    path("<int:number>/", views.EntryView.as_view(), name="entry"),
    path("<int:number>/reverse/", views.ReverseView.as_view(), name="reverse"),
    path("line/<int:line>/", views.LineView.as_view(), name="line"),
]
