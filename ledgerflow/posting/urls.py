from django.urls import path

from ledgerflow.posting import views

app_name = "posting"

urlpatterns = [
    path("", views.JournalView.as_view(), name="journal"),
    path("new/", views.ManualEntryView.as_view(), name="manual-entry"),
    path("<int:number>/", views.EntryView.as_view(), name="entry"),
    path("<int:number>/reverse/", views.ReverseView.as_view(), name="reverse"),
    path("line/<int:line>/", views.LineView.as_view(), name="line"),
]
