"""A pending line goes once a later file shows its day and not the line, and comes back when that file goes."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from ledgerflow.statements.lapse_selectors import lapse_of
from ledgerflow.statements.models import Hold, Sighting, StatementLine
from ledgerflow.statements.selectors import account_states
from ledgerflow.statements.services import override_proof, undo_import
from ledgerflow.statements.verify import problems
from tests.factories import BankAccountFactory, UserFactory
from tests.made import made_once
from tests.statements.shapes import NOW, line, take_in

pytestmark = pytest.mark.django_db


@made_once
def checking():
    return BankAccountFactory()


def pending(checking, **more):
    """A file of January whose last day has a pending line."""
    shown = line(30, -20, "Corner Bakery", status="pending")
    return take_in(checking, line(2, 1), shown, kind="csv", **more)


def february(day):
    return date(2026, 2, day)


def hold(checking):
    return StatementLine.objects.get(bank_account=checking, is_pending=True).hold


def test_booked_on_another_day_it_goes_and_keeps_its_evidence(checking):
    pending(checking)

    outcome = take_in(
        checking, line(2, 1), line(february(2), -20, "CORNER BAKERY BERLIN"), line(february(3), 9), kind="ofx"
    )

    kept = StatementLine.objects.get(is_pending=True)
    assert kept.hold == Hold.LAPSED
    assert kept.sightings.count() == 1
    lapse = lapse_of(line=kept)
    assert (lapse.statement, lapse.booked_as.date) == (outcome.statement, february(2))
    assert [state.lines_held for state in account_states(book=checking.book)] == [0]
    assert problems(book=checking.book) == []


def test_the_file_that_booked_it_goes_and_it_waits_again(checking):
    pending(checking)
    outcome = take_in(checking, line(2, 1), line(february(2), -20), line(february(3), 9))

    undo_import(document=outcome.statement.document)

    assert hold(checking) == Hold.NONE


def test_the_order_of_the_files_does_not_matter(checking):
    take_in(checking, line(2, 1), line(february(2), -20), line(february(3), 9))

    pending(checking)

    assert hold(checking) == Hold.LAPSED


@pytest.mark.parametrize(
    ("last", "kind", "expected"),
    [
        (february(3), "csv", Hold.LAPSED),
        (february(3), "ofx", Hold.NONE),
        (february(9), "ofx", Hold.LAPSED),
        (date(2026, 1, 30), "csv", Hold.NONE),
    ],
    ids=["same format", "a format that may show none", "after ten days", "its day is cut"],
)
def test_no_longer_shown_it_goes_where_the_file_would_show_it(checking, last, kind, expected):
    pending(checking)

    take_in(checking, line(2, 1), line(last, 9), kind=kind)

    assert hold(checking) == expected


@pytest.mark.parametrize(
    ("day", "amount"), [(february(10), -20), (february(2), -21)], ids=["too late", "another amount"]
)
def test_another_movement_it_does_not_take_for_it(checking, day, amount):
    pending(checking)

    take_in(checking, line(2, 1), line(day, amount), kind="ofx", complete_to=day)

    found = lapse_of(line=StatementLine.objects.get(is_pending=True))
    assert found is None or found.booked_as is None


def test_of_two_pending_lines_one_booking_takes_one(checking):
    take_in(
        checking,
        line(2, 1),
        line(30, -20, "Taxi", status="pending"),
        line(30, -20, "Corner Bakery", status="pending"),
        kind="csv",
    )

    take_in(checking, line(2, 1), line(february(2), -20, "CORNER BAKERY"), line(february(3), 9), kind="ofx")

    assert list(
        StatementLine.objects.filter(is_pending=True).order_by("description").values_list("hold")
    ) == [
        (Hold.LAPSED,),
        (Hold.NONE,),
    ]


def test_a_line_that_its_own_file_shows_booked_beside_it_is_another(checking):
    lines = [line(2, 1), line(28, -20, status="pending"), line(29, -20), line(31, 5)]
    take_in(checking, *lines, kind="csv")

    take_in(checking, *lines, kind="ofx")

    assert hold(checking) == Hold.NONE


def test_a_file_that_does_not_prove_takes_it_only_once_it_is_released(checking):
    pending(checking)
    outcome = take_in(
        checking,
        line(2, 1),
        line(february(2), -20),
        line(february(3), 9),
        opening_balance=0,
        closing_balance=1,
    )
    assert hold(checking) == Hold.NONE

    override_proof(statement=outcome.statement, reason="The bank erred.", user=UserFactory(), now=NOW)

    assert hold(checking) == Hold.LAPSED


def test_shown_again_as_booked_on_its_own_day_it_is_a_line_like_any_other(checking):
    pending(checking)
    take_in(checking, line(2, 1), line(february(3), 9), kind="csv")
    assert hold(checking) == Hold.LAPSED

    take_in(checking, line(2, 1), line(30, -20, "Corner Bakery"), line(february(3), 9), kind="csv")

    bakery = StatementLine.objects.get(amount=-20)
    assert (bakery.hold, bakery.is_pending) == (Hold.NONE, False)
    assert Sighting.objects.filter(line=bakery).count() == 2


def test_the_database_lets_no_booked_line_lapse(checking):
    take_in(checking, line(2, 1))

    with pytest.raises(IntegrityError, match="statements_only_pending_lapses"), transaction.atomic():
        StatementLine.objects.update(hold=Hold.LAPSED)
