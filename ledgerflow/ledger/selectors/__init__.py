"""Reads of the ledger for pages, reports and other apps."""

from ledgerflow.ledger.selectors.balance_sheet import (
    BalanceSheet,
    balance_sheet,
    balance_sheet_of,
    days_and_year_ends,
)
from ledgerflow.ledger.selectors.balances import Balance, TrialBalance, balances, changes, trial_balance
from ledgerflow.ledger.selectors.cash_flow import CashFlow, cash_flow
from ledgerflow.ledger.selectors.chain import ChainHead, chain_head
from ledgerflow.ledger.selectors.closings import closing_entries
from ledgerflow.ledger.selectors.entries import Entry, EntryLine, entry
from ledgerflow.ledger.selectors.income_statement import (
    RESULT_TYPES,
    IncomeStatement,
    income_statement,
    income_statement_of,
    moved_without_closings,
)
from ledgerflow.ledger.selectors.journal import (
    EntryPlace,
    JournalEntriesPage,
    JournalEntryLines,
    debits_by_month,
    journal_entries,
)
from ledgerflow.ledger.selectors.lines import (
    SelectedLine,
    SelectedPage,
    Selection,
    Side,
    ledger_lines,
    selected_lines,
    selected_total,
    two_sides,
)
from ledgerflow.ledger.selectors.moved import Amounts, moved, stood
from ledgerflow.ledger.selectors.register import Place, RegisterLine, RegisterPage, register
from ledgerflow.ledger.selectors.sections import AccountFigures, Section, add_columns

__all__ = [
    "RESULT_TYPES",
    "AccountFigures",
    "Amounts",
    "Balance",
    "BalanceSheet",
    "CashFlow",
    "ChainHead",
    "Entry",
    "EntryLine",
    "EntryPlace",
    "IncomeStatement",
    "JournalEntriesPage",
    "JournalEntryLines",
    "Place",
    "RegisterLine",
    "RegisterPage",
    "Section",
    "SelectedLine",
    "SelectedPage",
    "Selection",
    "Side",
    "TrialBalance",
    "add_columns",
    "balance_sheet",
    "balance_sheet_of",
    "balances",
    "cash_flow",
    "chain_head",
    "changes",
    "closing_entries",
    "days_and_year_ends",
    "debits_by_month",
    "entry",
    "income_statement",
    "income_statement_of",
    "journal_entries",
    "ledger_lines",
    "moved",
    "moved_without_closings",
    "register",
    "selected_lines",
    "selected_total",
    "stood",
    "trial_balance",
    "two_sides",
]
