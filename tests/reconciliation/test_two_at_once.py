"""Finishing, posting, matching and reversing at the same moment: one waits for the other and the books stay whole."""

import threading
from datetime import date

import pytest
from django.db import connection, transaction

from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.ops.verify import problems
from ledgerflow.posting.services import hold_postings, reverse_entry
from ledgerflow.reconciliation.errors import (
    MatchedEntryError,
    MatchError,
    ReconciledError,
    ReconciliationError,
)
from ledgerflow.reconciliation.models import Match
from ledgerflow.reconciliation.services import finish, make_match, take_apart
from ledgerflow.reconciliation.values import Kind
from tests.booked import NOW
from tests.reconciliation.desk import LAST_DAY, Desk


@pytest.fixture
def desk(committed_db):
    return Desk()


def _meanwhile(first, second):
    """Do the first, and before it commits begin the second in another session; return what the second came to."""
    outcome = []

    def other():
        try:
            outcome.append(second())
        except LedgerFlowError as error:
            outcome.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    with transaction.atomic():
        first()
        thread.start()
        thread.join(0.7)
        waited = thread.is_alive()
    thread.join()
    assert waited
    return outcome[0]


def _finish(desk, reconciliation):
    return finish(reconciliation=reconciliation, user=desk.owner, now=NOW)


def _match(desk, number, line):
    return make_match(
        bank_account=desk.bank,
        line_ids=[line],
        entry_lines=[(number, 1)],
        kind=Kind.HAND,
        user=desk.owner,
        now=NOW,
    )


def _reverse(desk, number):
    return reverse_entry(
        book=desk.book, number=number, date=date(2026, 2, 1), reason="Wrong", user=desk.owner, now=NOW
    )


def test_a_posting_waits_for_finishing_and_is_refused(desk):
    reconciliation = desk.opened()

    outcome = _meanwhile(lambda: _finish(desk, reconciliation), lambda: desk.by_hand("-5"))

    assert isinstance(outcome, ReconciledError)
    assert problems(book=desk.book) == []


def test_finishing_waits_for_a_posting_and_sees_its_difference(desk):
    reconciliation = desk.opened()

    outcome = _meanwhile(lambda: desk.by_hand("-5"), lambda: _finish(desk, reconciliation))

    assert isinstance(outcome, ReconciliationError)
    assert "finish when the difference is zero" in str(outcome)
    assert problems(book=desk.book) == []


def test_the_log_itself_waits_for_a_posting(desk):
    reconciliation = desk.opened()

    def act():
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO reconciliation_reconciliationaction (book_id, reconciliation_id, act, reason, proof,"
                " acted_by_id, acted_at) VALUES (%s, %s, 'finish', '', '{}', %s, now())",
                [desk.book.pk, reconciliation.pk, desk.owner.pk],
            )

    def refused():
        with pytest.raises(Exception, match="The bank says 994 and the books say 989"):
            act()
        return "refused"

    assert _meanwhile(lambda: desk.by_hand("-5"), refused) == "refused"


def test_a_reversal_waits_for_a_match_and_is_refused(desk):
    desk.opened()
    number = desk.by_hand("-20")
    (line,) = desk.arrive(["-20"])

    outcome = _meanwhile(lambda: _match(desk, number, line), lambda: _reverse(desk, number))

    assert isinstance(outcome, MatchedEntryError)
    assert problems(book=desk.book) == []


def test_a_match_waits_for_a_reversal_and_is_refused(desk):
    desk.opened()
    number = desk.by_hand("-20")
    (line,) = desk.arrive(["-20"])

    outcome = _meanwhile(lambda: _reverse(desk, number), lambda: _match(desk, number, line))

    assert isinstance(outcome, MatchError)
    assert not Match.objects.exists()
    assert problems(book=desk.book) == []


def test_a_match_is_not_taken_apart_while_its_days_are_being_finished(desk):
    reconciliation = desk.opened(balance="974")
    number = desk.by_hand("-20")
    (line,) = desk.arrive(["-20"])
    match = _match(desk, number, line)

    outcome = _meanwhile(
        lambda: _finish(desk, reconciliation), lambda: take_apart(match=match, user=desk.owner, now=NOW)
    )

    assert isinstance(outcome, MatchError)
    assert problems(book=desk.book) == []


def test_others_go_on_meanwhile(desk):
    with transaction.atomic():
        hold_postings(book=desk.book)
        other = Desk()  # another book is not held

        assert other.opened().as_of == LAST_DAY
