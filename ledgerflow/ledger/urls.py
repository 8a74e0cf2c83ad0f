from django.urls import path

from ledgerflow.ledger import rate_views, views

app_name = "ledger"

urlpatterns = [
    path("accounts/", views.AccountsView.as_view(), name="accounts"),
    path("accounts/new/", views.CreateAccountView.as_view(), name="create-account"),
    path("accounts/<int:account>/", views.ChangeAccountView.as_view(), name="change-account"),
    path("accounts/<int:account>/archive/", views.ArchiveAccountView.as_view(), name="archive-account"),
    path("periods/", views.PeriodsView.as_view(), name="periods"),
    path("periods/close/", views.ClosePeriodView.as_view(), name="close-period"),
    path("periods/reopen/", views.ReopenPeriodView.as_view(), name="reopen-period"),
    path("periods/lock/", views.LockPeriodView.as_view(), name="lock-period"),
    path("periods/unlock/", views.UnlockPeriodView.as_view(), name="unlock-period"),
    path("rates/", rate_views.RatesView.as_view(), name="rates"),
    path("rates/new/", rate_views.RecordRateView.as_view(), name="record-rate"),
    path("rates/file/", rate_views.ImportRatesView.as_view(), name="import-rates"),
]
