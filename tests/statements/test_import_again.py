from datetime import date

import pytest

from ledgerflow.statements.models import Hold, Sighting, StatementLine
from ledgerflow.statements.services import undo_import
from tests.factories import BankAccountFactory
from tests.made import made_once
from tests.statements.shapes import line, take_in

pytestmark = pytest.mark.django_db


@made_once
def checking():
    return BankAccountFactory()


def test_the_same_month_twice_it_adds_no_line(checking):
    month = [line(1, 1), line(2, "-3.5"), line(2, "-3.5"), line(31, 9)]
    take_in(checking, *month)

    outcome = take_in(checking, *month)

    assert (outcome.lines_new, outcome.lines_known, outcome.new_line_ids) == (0, 4, [])
    assert (StatementLine.objects.count(), Sighting.objects.count()) == (4, 8)


def test_of_an_overlapping_file_it_adds_what_is_new(checking):
    take_in(checking, line(1, 1), line(2, 2), line(3, 3))

    outcome = take_in(checking, line(1, 1), line(2, 2), line(2, 2), line(3, 3), line(4, 4))

    assert (outcome.lines_new, outcome.lines_known) == (2, 3)
    assert len(outcome.new_line_ids) == 2


def test_what_a_file_says_otherwise_it_keeps_with_the_sighting(checking):
    take_in(checking, line(1, 1, "COFFEE BAR", reference="R"))

    take_in(checking, line(1, 1, "coffee bar", bank_id="A"))

    assert StatementLine.objects.get().description == "COFFEE BAR"
    assert [sighting.differs for sighting in Sighting.objects.order_by("statement_id")] == [
        {"bank_id": None},
        {"description": "coffee bar", "reference": None},
    ]


def test_a_richer_file_adds_what_the_first_left_unsaid_and_changes_nothing(checking):
    take_in(checking, line(1, 1, "RENT 01", reference="R1"), line(2, 2, "RENT 01"))

    take_in(
        checking,
        line(1, 1, "RENT", counterparty="01", reference="R2", bank_id="A", value_date=date(2026, 1, 3)),
        line(2, 2, "RENT", counterparty="01", reference="R3"),
    )

    first, second = StatementLine.objects.order_by("date")
    assert (first.description, first.counterparty, first.reference) == ("RENT 01", "01", "R1")
    assert (first.bank_id, first.date, first.value_date, first.amount) == ("A", date(2026, 1, 1), None, 1)
    assert (second.counterparty, second.reference) == ("01", "R3")


def test_what_a_file_added_goes_with_it(checking):
    take_in(checking, line(1, 1, "RENT 01"))
    richer = take_in(checking, line(1, 1, "RENT", counterparty="01", reference="R"))

    undo_import(document=richer.statement.document)

    kept = StatementLine.objects.get()
    assert (kept.description, kept.counterparty, kept.reference) == ("RENT 01", None, None)
    assert Sighting.objects.get().differs is None


def test_lines_of_another_bank_account_it_does_not_know(checking):
    take_in(checking, line(1, 1))

    outcome = take_in(BankAccountFactory(book=checking.book), line(1, 1))

    assert outcome.lines_new == 1


def test_a_line_that_a_good_statement_shows_too_it_frees(checking):
    take_in(checking, line(1, 1), line(2, 2), opening_balance=0, closing_balance=1)
    assert StatementLine.objects.filter(hold=Hold.PROOF).count() == 2

    take_in(checking, line(1, 1), line(2, 2), opening_balance=0, closing_balance=3)

    assert StatementLine.objects.filter(hold=Hold.NONE).count() == 2


def test_a_pending_line_becomes_booked_when_a_file_shows_it_booked(checking):
    take_in(checking, line(1, 1, status="pending"), line(2, 2))
    assert StatementLine.objects.filter(is_pending=True).count() == 1

    outcome = take_in(checking, line(1, 1), line(2, 2))

    assert (outcome.lines_new, StatementLine.objects.filter(is_pending=True).count()) == (0, 0)
