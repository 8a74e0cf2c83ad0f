"""What the demo books show: last year ready to be closed but for a few lines, this year up to today."""

from datetime import UTC, date, datetime

import pytest

from ledgerflow.classification.models import Classification, State
from ledgerflow.ledger.models import JournalEntry
from ledgerflow.ops.verify import problems
from ledgerflow.pipeline.demo import make_books
from ledgerflow.posting.models import Transfer
from ledgerflow.posting.opening_selectors import OpeningState, openings
from ledgerflow.posting.transfer_selectors import sure_transfers
from ledgerflow.reconciliation.models import Reconciliation
from ledgerflow.statements.models import BankAccount, Proof, Statement, StatementLine
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 23, 12, tzinfo=UTC)


def test_the_demo_books_are_sound_and_last_year_is_nearly_done():
    books = make_books(user=UserFactory(), now=NOW)
    for book in books:
        assert problems(book=book) == []
        assert {opening.state for opening in openings(book=book)} == {OpeningState.POSTED}

    design = books[0]
    days = StatementLine.objects.filter(book=design).order_by("date").values_list("date", flat=True)
    assert days.first() < date(2025, 2, 1)
    assert date(2026, 5, 1) <= days.last() <= NOW.date()
    # Card payments are transfers, each one entry; the newest is left to answer.
    posted = Transfer.objects.filter(book=design).values_list("out_entry", "in_entry")
    assert len(posted) == 15
    assert all(sent == received for sent, received in posted)
    assert len(sure_transfers(book=design)) == 1

    # Of last year a few lines are left, and one statement to reconcile.
    last_year = {"book": design, "line__date__year": 2025}

    left = Classification.objects.filter(state=State.OPEN, **last_year)

    assert left.count() == 10
    assert set(left.values_list("line__bank_account__name", flat=True)) == {"Business card"}
    assert all(line.line.date.month == 12 for line in left.select_related("line"))
    assert not Classification.objects.filter(state=State.ACCEPTED, **last_year).exists()
    through = dict(BankAccount.objects.filter(book=design).values_list("name", "reconciled_through"))
    assert through["Business checking"] == date(2025, 12, 31)
    assert through["Business card"].month == 11
    assert Reconciliation.objects.filter(book=design, state="finished").count() == 23
    broken = Statement.objects.get(book=design, proof=Proof.DISCREPANCY)
    assert broken.last_date.year == 2026


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 2, 2)])
def test_the_first_days_of_a_year_or_month_make_sound_books_too(day: date):
    made = make_books(user=UserFactory(), now=datetime(day.year, day.month, day.day, 12, tzinfo=UTC))

    assert [problems(book=book) for book in made] == [[], []]
    assert JournalEntry.objects.filter(book=made[0]).latest("date").date <= day
