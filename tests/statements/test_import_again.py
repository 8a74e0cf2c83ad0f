import pytest

from ledgerflow.statements.models import Hold, Sighting, StatementLine
from tests.factories import BankAccountFactory
from tests.statements.shapes import line, take_in

pytestmark = pytest.mark.django_db


@pytest.fixture
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
        None,
        {"description": "coffee bar", "reference": None, "bank_id": "A"},
    ]


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
