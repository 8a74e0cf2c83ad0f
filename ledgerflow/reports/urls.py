from django.urls import path

from ledgerflow.reports import views

app_name = "reports"

urlpatterns = [
    path("", views.HomeView.as_view(), name="home"),
    path("trial-balance/", views.TrialBalanceView.as_view(), name="trial-balance"),
    path("register/<int:account>/", views.RegisterView.as_view(), name="register"),
]
