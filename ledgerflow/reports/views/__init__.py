"""Reports: every figure leads to the lines that make it up."""

from ledgerflow.reports.views.accounts import HomeView, RegisterView, TrialBalanceView
from ledgerflow.reports.views.line_files import LinesFileView, QueueFileView
from ledgerflow.reports.views.lists import GeneralLedgerView, JournalView, LinesView
from ledgerflow.reports.views.statements import (
    BalanceSheetView,
    CashFlowView,
    IncomeStatementView,
    PayeesView,
)

__all__ = [
    "BalanceSheetView",
    "CashFlowView",
    "GeneralLedgerView",
    "HomeView",
    "IncomeStatementView",
    "JournalView",
    "LinesFileView",
    "LinesView",
    "PayeesView",
    "QueueFileView",
    "RegisterView",
    "TrialBalanceView",
]
