"""Reconciling: start, match, correct, finish, reopen."""

from ledgerflow.reconciliation.services.matches import make_match, release_import, take_apart
from ledgerflow.reconciliation.services.reconcile import discard, finish, reopen, start
from ledgerflow.reconciliation.services.suggestions import accept_suggestion

__all__ = [
    "accept_suggestion",
    "discard",
    "finish",
    "make_match",
    "release_import",
    "reopen",
    "start",
    "take_apart",
]
