from django.urls import path

from ledgerflow.reports import schedule_c_views, views

app_name = "reports"

urlpatterns = [
    path("", views.HomeView.as_view(), name="home"),
    path("trial-balance/", views.TrialBalanceView.as_view(), name="trial-balance"),
    path("register/<int:account>/", views.RegisterView.as_view(), name="register"),
    path("schedule-c/", schedule_c_views.ScheduleCView.as_view(), name="schedule-c"),
    path(
        "schedule-c/lines/<slug:tax_line>/",
        schedule_c_views.ScheduleCLinesView.as_view(),
        name="schedule-c-lines",
    ),
    path("schedule-c/evidence/", schedule_c_views.EvidencePackView.as_view(), name="schedule-c-evidence"),
]
