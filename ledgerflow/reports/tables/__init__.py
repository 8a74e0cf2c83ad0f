"""Reports as tables for pages, exporters and the command line."""

from ledgerflow.reports.tables.accounts import register_table, trial_balance_table
from ledgerflow.reports.tables.journals import general_ledger_table, journal_table, lines_table
from ledgerflow.reports.tables.payees import payee_table
from ledgerflow.reports.tables.statements import (
    balance_sheet_table,
    cash_flow_table,
    income_statement_table,
)

__all__ = [
    "balance_sheet_table",
    "cash_flow_table",
    "general_ledger_table",
    "income_statement_table",
    "journal_table",
    "lines_table",
    "payee_table",
    "register_table",
    "trial_balance_table",
]
