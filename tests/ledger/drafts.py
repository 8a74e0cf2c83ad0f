"""Entries to post."""

from datetime import date
from decimal import Decimal

from ledgerflow.ledger.services.journal import EntryDraft, LineDraft

DAY = date(2026, 3, 5)


def two_lines(bank, cost, amount, day=DAY, **more):
    """An entry that pays the amount in US dollars from the bank account for the cost account."""
    amount = Decimal(amount)
    return EntryDraft(
        date=day,
        lines=(LineDraft(cost.pk, "USD", amount, amount), LineDraft(bank.pk, "USD", -amount, -amount)),
        **more,
    )
