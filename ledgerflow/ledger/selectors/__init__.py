"""Reads of the ledger for pages, reports and other apps."""

from ledgerflow.ledger.selectors.balances import Balance, TrialBalance, balances, changes, trial_balance

__all__ = ["Balance", "TrialBalance", "balances", "changes", "trial_balance"]
