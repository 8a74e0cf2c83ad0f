"""Reads of the ledger for pages, reports and other apps."""

from ledgerflow.ledger.selectors.balances import Balance, TrialBalance, balances, changes, trial_balance
from ledgerflow.ledger.selectors.entries import Entry, EntryLine, entry
from ledgerflow.ledger.selectors.register import Place, RegisterLine, RegisterPage, register

__all__ = [
    "Balance",
    "Entry",
    "EntryLine",
    "Place",
    "RegisterLine",
    "RegisterPage",
    "TrialBalance",
    "balances",
    "changes",
    "entry",
    "register",
    "trial_balance",
]
