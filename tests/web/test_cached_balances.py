"""What the first page of a book shows is cached by the hash of what was posted, and right after every write."""

from decimal import Decimal

from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ledgerflow.core.cached import EVERYTHING
from ledgerflow.ledger.models import JournalEntry
from ledgerflow.ledger.selectors.balances import balances
from ledgerflow.posting.services import EntryLine, post_manual_entry, reverse_entry
from ledgerflow.web.selectors import account_standings
from tests.booked import NOW, BookedFile

TODAY = timezone.localdate()


def _shown(booked: BookedFile) -> Decimal:
    (standing,) = account_standings(book=booked.book, today=TODAY)
    return standing.balance


def _asked_the_journal(booked: BookedFile) -> bool:
    with CaptureQueriesContext(connection) as queries:
        _shown(booked)
    return any("ledger_movement" in query["sql"] for query in queries)


def _computed(booked: BookedFile) -> Decimal:
    found = balances(book=booked.book, as_of=TODAY)
    return next(each.amount for each in found if each.account_id == booked.bank.ledger_account_id)


def test_it_is_right_after_every_write_and_asked_of_the_journal_only_after_one(committed_db):
    booked = BookedFile()
    first = _shown(booked)
    assert not _asked_the_journal(booked)

    bank, expense = booked.bank.ledger_account, booked.expense
    lines = [EntryLine(account=bank, amount=Decimal(-7)), EntryLine(account=expense, amount=Decimal(7))]
    facts = {"book": booked.book, "date": NOW.date(), "user": booked.owner, "now": NOW}
    number = post_manual_entry(text="By hand", lines=lines, **facts)
    assert _shown(booked) == _computed(booked) == first - 7
    reverse_entry(number=number, reason="Wrong", **facts)
    assert _shown(booked) == _computed(booked) == first
    assert not _asked_the_journal(booked)
    assert JournalEntry.objects.count() == 5


def test_a_cache_that_is_emptied_or_full_of_others_values_changes_nothing(committed_db):
    booked, other = BookedFile(), BookedFile(count=5)
    first, second = _shown(booked), _shown(other)

    cache.clear()

    assert (_shown(booked), _shown(other)) == (first, second)
    assert _computed(booked) == first != second


def test_everything_that_is_cached_has_a_name_of_its_own_and_says_its_version():
    assert len({each.name for each in EVERYTHING}) == len(EVERYTHING)
    assert all(each.version and each.seconds for each in EVERYTHING)
