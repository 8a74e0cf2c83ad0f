import pytest

from ledgerflow.statements import selectors
from ledgerflow.statements.models import Proof
from tests.factories import BankAccountFactory
from tests.statements.shapes import line, take_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def checking():
    return BankAccountFactory(name="Checking")


def test_an_account_shows_the_worst_proof_and_the_last_day(checking, django_assert_num_queries):
    unused = BankAccountFactory(book=checking.book, name="Savings")
    take_in(checking, line(1, 1), opening_balance=0, closing_balance=1)
    take_in(checking, line(5, 5), opening_balance=1, closing_balance=9)

    with django_assert_num_queries(4):
        used_state, unused_state = selectors.account_states(book=checking.book)

    assert (used_state.bank_account, used_state.proof) == (checking, Proof.DISCREPANCY)
    assert (used_state.statements, used_state.last_date, used_state.lines_held) == (2, line(5, 5).date, 1)
    assert (unused_state.bank_account, unused_state.proof, unused_state.last_date) == (unused, None, None)


def test_what_a_statement_shows_and_who_shows_a_line(checking):
    first = take_in(checking, line(1, 1), line(2, 2)).statement
    second = take_in(checking, line(1, 1), line(2, 2)).statement

    shown = list(selectors.sightings(statement=second))

    assert [one.no for one in shown] == [1, 2]
    assert [one.statement for one in selectors.shown_by(line=shown[0].line)] == [first, second]
    assert list(selectors.statements(book=checking.book)) == [second, first]
    assert (
        list(selectors.statements(book=checking.book, bank_account=BankAccountFactory(book=checking.book)))
        == []
    )
    assert list(selectors.statements_of(document=first.document)) == [first]
