"""Reads of the ledger for pages, reports and other apps."""

from ledgerflow.ledger.selectors.balance_sheet import BalanceSheet, balance_sheet
from ledgerflow.ledger.selectors.balances import Balance, TrialBalance, balances, changes, trial_balance
from ledgerflow.ledger.selectors.entries import Entry, EntryLine, entry
from ledgerflow.ledger.selectors.income_statement import IncomeStatement, income_statement
from ledgerflow.ledger.selectors.moved import Amounts, moved, stood
from ledgerflow.ledger.selectors.register import Place, RegisterLine, RegisterPage, register
from ledgerflow.ledger.selectors.sections import AccountFigures, Section

__all__ = [
    "AccountFigures",
    "Amounts",
    "Balance",
    "BalanceSheet",
    "Entry",
    "EntryLine",
    "IncomeStatement",
    "Place",
    "RegisterLine",
    "RegisterPage",
    "Section",
    "TrialBalance",
    "balance_sheet",
    "balances",
    "changes",
    "entry",
    "income_statement",
    "moved",
    "register",
    "stood",
    "trial_balance",
]
