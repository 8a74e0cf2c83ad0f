"""Entries are posted in sets, numbered without gaps, and move balances."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from ledgerflow.ledger.models import BatchSource, EntryText, JournalEntry, LedgerState
from ledgerflow.ledger.selectors import balances
from ledgerflow.ledger.services.journal import EntryDraft, LineDraft, post_entries
from tests.factories import AccountFactory, BookFactory, UserFactory

pytestmark = pytest.mark.django_db


def _entry(bank, cost, amount, day=date(2026, 3, 5), **more):
    amount = Decimal(amount)
    return EntryDraft(
        date=day,
        lines=(LineDraft(cost.pk, "USD", amount, amount), LineDraft(bank.pk, "USD", -amount, -amount)),
        **more,
    )


@pytest.mark.parametrize("count", [1, 3, 600], ids=["one", "few", "staged"])
def test_it_numbers_and_moves(count):
    book = BookFactory()
    bank, cost = AccountFactory(book=book, code="1000"), AccountFactory(book=book, code="6000")

    first = post_entries(
        book=book,
        source=BatchSource.MANUAL,
        entries=[_entry(bank, cost, "1.25", text="first")],
        posted_by=UserFactory(),
        posted_at=timezone.now(),
    )
    second = post_entries(
        book=book,
        source=BatchSource.STATEMENT,
        entries=[_entry(bank, cost, "2.00", text=f"entry {n}") for n in range(count)],
        posted_by=None,
        posted_at=timezone.now(),
    )

    assert (first.batch_no, first.first_number, first.count) == (1, 1, 1)
    assert (second.batch_no, second.first_number, second.count) == (2, 2, count)
    assert JournalEntry.objects.filter(book=book).count() == count + 1
    assert EntryText.objects.get(book=book, entry_number=count + 1).text == f"entry {count - 1}"
    state = LedgerState.objects.get(book=book)
    assert (state.next_number, state.lines_present, state.lines_expected) == (count + 2, *[2 * count + 2] * 2)
    total = Decimal("1.25") + 2 * count
    assert [row.base_amount for row in balances(book=book, as_of=date(2026, 3, 31))] == [-total, total]
    assert [row.base_amount for row in balances(book=book, as_of=date(2026, 3, 4))] == [0, 0]
    assert [row.base_amount for row in balances(book=book, as_of=date(2026, 3, 30))] == [-total, total]
