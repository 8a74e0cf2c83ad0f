"""Entries are posted in sets, numbered without gaps, and move balances."""

import hashlib
from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from ledgerflow.ledger.errors import PostedRowError
from ledgerflow.ledger.models import BatchSource, EntryText, JournalEntry, LedgerState
from ledgerflow.ledger.selectors import balances, changes, trial_balance
from ledgerflow.ledger.services.journal import Words, post_entries
from tests.factories import AccountFactory, BookFactory, UserFactory
from tests.ledger.drafts import two_lines

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [1, 3, 600], ids=["one", "few", "copied"])
def test_it_numbers_and_moves(count):
    book = BookFactory()
    bank, cost = AccountFactory(book=book, code="1000"), AccountFactory(book=book, code="6000")

    first = post_entries(
        book=book,
        source=BatchSource.MANUAL,
        entries=[two_lines(bank, cost, "1.25", text="first")],
        posted_by=UserFactory(),
        posted_at=timezone.now(),
    )
    second = post_entries(
        book=book,
        source=BatchSource.STATEMENT,
        entries=[two_lines(bank, cost, "2.00", text=f"entry {n}") for n in range(count)],
        posted_by=None,
        posted_at=timezone.now(),
    )

    assert (first.batch_no, first.first_number, first.count) == (1, 1, 1)
    assert (second.batch_no, second.first_number, second.count) == (2, 2, count)
    assert JournalEntry.objects.filter(book=book).count() == count + 1
    assert EntryText.objects.get(book=book, entry_number=count + 1).text == f"entry {count - 1}"
    assert LedgerState.objects.get(book=book).next_number == count + 2
    total = Decimal("1.25") + 2 * count
    assert [row.base_amount for row in balances(book=book, as_of=date(2026, 3, 31))] == [-total, total]
    assert [row.base_amount for row in balances(book=book, as_of=date(2026, 3, 4))] == [0, 0]
    assert [row.base_amount for row in balances(book=book, as_of=date(2026, 3, 30))] == [-total, total]


def test_words_of_the_past_keep_their_salt_and_digest():
    book = BookFactory()
    bank, cost = AccountFactory(book=book, code="1000"), AccountFactory(book=book, code="6000")
    salt = b"sixteen bytes..."
    kept = Words("für Ann", salt, hashlib.sha256(salt + "für Ann".encode()).digest())
    erased = Words("", None, b"d" * 32)

    post_entries(
        book=book,
        source=BatchSource.MANUAL,
        entries=[two_lines(bank, cost, "1.25", words=words) for words in (kept, erased, None)],
        posted_by=None,
        posted_at=timezone.now(),
    )

    texts = EntryText.objects.filter(book=book).order_by("entry_number")
    assert [(each.text, each.salt and bytes(each.salt)) for each in texts] == [("für Ann", salt), ("", None)]
    entries = JournalEntry.objects.filter(book=book).order_by("number")
    digests = [entry.text_digest and bytes(entry.text_digest) for entry in entries]
    assert digests == [kept.digest, erased.digest, None]


def test_words_that_are_not_those_of_their_digest_are_refused():
    book = BookFactory()
    bank, cost = AccountFactory(book=book, code="1000"), AccountFactory(book=book, code="6000")
    words = Words("for Ben", b"salt", hashlib.sha256(b"saltfor Ann").digest())

    with pytest.raises(PostedRowError, match="not the words that entry 1 was posted with"):
        post_entries(
            book=book,
            source=BatchSource.MANUAL,
            entries=[two_lines(bank, cost, "1.25", words=words)],
            posted_by=None,
            posted_at=timezone.now(),
        )

    assert not JournalEntry.objects.filter(book=book).exists()


def test_a_trial_balance_takes_one_query(django_assert_num_queries):
    book = BookFactory()
    bank, cost = AccountFactory(book=book, code="1000"), AccountFactory(book=book, code="6000")
    AccountFactory(book=book, code="7000")
    for day, amount in (
        (date(2026, 1, 31), "4.00"),
        (date(2026, 2, 10), "1.00"),
        (date(2026, 2, 20), "2.00"),
    ):
        post_entries(
            book=book,
            source=BatchSource.MANUAL,
            entries=[two_lines(bank, cost, amount, day)],
            posted_by=None,
            posted_at=timezone.now(),
        )

    with django_assert_num_queries(1):
        trial = trial_balance(book=book, as_of=date(2026, 2, 10))
    with django_assert_num_queries(2):
        moved = changes(book=book, first=date(2026, 2, 1), last=date(2026, 2, 19))

    assert [(row.code, row.debit, row.credit) for row in trial.rows] == [("1000", 0, 5), ("6000", 5, 0)]
    assert (trial.total_debit, trial.total_credit) == (5, 5)
    assert [row.base_amount for row in moved] == [-1, 1, 0]
