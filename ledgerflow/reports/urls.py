from django.urls import path

from ledgerflow.reports import schedule_c_views, views

app_name = "reports"

urlpatterns = [
    path("", views.HomeView.as_view(), name="home"),
    path("trial-balance/", views.TrialBalanceView.as_view(), name="trial-balance"),
    path("income-statement/", views.IncomeStatementView.as_view(), name="income-statement"),
    path("balance-sheet/", views.BalanceSheetView.as_view(), name="balance-sheet"),
    path("cash-flow/", views.CashFlowView.as_view(), name="cash-flow"),
    path("general-ledger/", views.GeneralLedgerView.as_view(), name="general-ledger"),
    path("journal/", views.JournalView.as_view(), name="journal"),
    path("payees/", views.PayeesView.as_view(), name="payees"),
    path("lines/", views.LinesView.as_view(), name="lines"),
    path("lists/queue/", views.QueueFileView.as_view(), name="queue-file"),
    path("lists/lines/", views.LinesFileView.as_view(), name="lines-file"),
    path("register/<int:account>/", views.RegisterView.as_view(), name="register"),
    path("schedule-c/", schedule_c_views.ScheduleCView.as_view(), name="schedule-c"),
    path(
        "schedule-c/lines/<slug:tax_line>/",
        schedule_c_views.ScheduleCLinesView.as_view(),
        name="schedule-c-lines",
    ),
    path("schedule-c/evidence/", schedule_c_views.EvidencePackView.as_view(), name="schedule-c-evidence"),
]
