"""Sessions that post and close at the same moment wait for each other and neither breaks the books."""

import threading
from datetime import date

import pytest
from django.db import connection
from django.utils import timezone

from ledgerflow.ledger.errors import PeriodActionError, PeriodClosedError, PeriodLockedError
from ledgerflow.ledger.models import JournalEntry, LedgerState
from ledgerflow.ledger.selectors.verify import problems
from ledgerflow.ledger.services.accounts import archive_account
from ledgerflow.ledger.services.periods import close_period
from tests.factories import UserFactory
from tests.ledger.sessions import Ledger, session
from tests.ledger.years import Years


@pytest.fixture
def ledger(shared_db):
    return Ledger()


def _in_thread(work):
    """Run the work on a connection of its own; its outcome or error is returned when it is joined."""
    outcome = []

    def run():
        try:
            outcome.append(work())
        except Exception as error:  # noqa: BLE001 - handed to the test
            outcome.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, outcome


def _waits(thread):
    thread.join(0.5)
    return thread.is_alive()


def test_a_posting_waits_for_a_closing_and_is_refused(ledger):
    with session() as closing:
        closing.execute(
            "INSERT INTO ledger_periodaction (book_id, closed_through, reason, acted_by_id, acted_at)"
            " VALUES (%s, '2026-12-31', 'year end', %s, now())",
            [ledger.book.pk, UserFactory().pk],
        )
        posting, outcome = _in_thread(ledger.post)
        waited = _waits(posting)
        closing.commit()
        posting.join()

    assert waited
    assert isinstance(outcome[0], PeriodClosedError)
    assert problems(book=ledger.book) == []


def test_a_posting_waits_for_a_lock_and_is_refused(ledger):
    with session() as locking:
        locking.execute(
            "INSERT INTO ledger_periodaction (book_id, locked_through, reason, acted_by_id, acted_at)"
            " VALUES (%s, '2026-12-31', 'review', %s, now())",
            [ledger.book.pk, UserFactory().pk],
        )
        posting, outcome = _in_thread(ledger.post)
        waited = _waits(posting)
        locking.commit()
        posting.join()

    assert waited
    assert isinstance(outcome[0], PeriodLockedError)
    assert problems(book=ledger.book) == []


def test_a_closing_waits_for_a_posting_which_stands(ledger):
    user = UserFactory()
    with session() as raw:
        ledger.batch(raw)
        ledger.entry(raw)
        ledger.lines(raw, ledger.line_rows())
        closing, outcome = _in_thread(
            lambda: close_period(
                book=ledger.book, through=date(2026, 12, 31), reason="year end", user=user, now=timezone.now()
            )
        )
        waited = _waits(closing)
        raw.commit()
        closing.join()

    assert waited
    assert outcome[0].closed_through == date(2026, 12, 31)
    assert JournalEntry.objects.filter(book=ledger.book).count() == 2


def test_a_year_that_is_closed_waits_for_a_posting_and_takes_it_in(shared_db):
    company = Years()
    company.a_year()
    with session() as raw:
        raw.execute("SELECT ledger_lock(%s)", [company.book.pk])
        closing, outcome = _in_thread(company.close)
        posting, _ = _in_thread(lambda: company.post(date(2027, 1, 2), company.rent, company.bank, "5"))
        waited = _waits(closing)
        raw.commit()
        closing.join()
        posting.join()

    assert waited
    assert outcome[0].last_day == date(2026, 12, 31)
    assert company.stands(company.rent) == 0
    assert company.stands(company.rent, date(2027, 1, 2)) == 5
    assert problems(book=company.book) == []


def test_of_two_who_close_a_year_one_is_told(shared_db):
    company = Years()
    company.a_year()

    threads = [_in_thread(company.close) for _ in range(2)]
    for thread, _ in threads:
        thread.join()

    (told,) = [one for _, (one,) in threads if isinstance(one, PeriodActionError)]
    assert "already" in str(told)
    assert problems(book=company.book) == []


def test_an_archiving_waits_for_a_posting(ledger):
    with session() as raw:
        ledger.batch(raw)
        ledger.entry(raw)
        ledger.lines(raw, ledger.line_rows())
        archiving, outcome = _in_thread(lambda: archive_account(account=ledger.cost))
        waited = _waits(archiving)
        raw.commit()
        archiving.join()

    assert waited
    assert outcome == [None]


def test_two_sessions_in_one_book_leave_no_gap(ledger):
    threads = [_in_thread(lambda: [ledger.post("1.00") for _ in range(25)]) for _ in range(2)]

    for thread, _ in threads:
        thread.join()

    numbers = list(
        JournalEntry.objects.filter(book=ledger.book).order_by("number").values_list("number", flat=True)
    )
    assert numbers == list(range(1, 52))
    assert LedgerState.objects.get(book=ledger.book).next_number == 52
    assert problems(book=ledger.book) == []


def test_a_posting_that_is_undone_gives_its_number_to_the_next(ledger):
    with session() as raw:
        ledger.batch(raw)
        ledger.entry(raw)
        ledger.lines(raw, ledger.line_rows())
        raw.rollback()

    assert ledger.post().first_number == 2
    assert problems(book=ledger.book) == []
