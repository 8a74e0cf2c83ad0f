import pytest

from ledgerflow.statements import services
from ledgerflow.statements.models import Hold, StatementLine
from tests.factories import BankAccountFactory, UserFactory
from tests.statements.shapes import NOW, line, take_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def discrepancy():
    checking = BankAccountFactory()
    return take_in(checking, line(1, 1), opening_balance=0, closing_balance=9).statement


def override(statement, reason="The bank confirmed it."):
    return services.override_proof(statement=statement, reason=reason, user=UserFactory(), now=NOW)


def test_an_override_frees_the_lines_and_stays_on_the_statement(discrepancy):
    stored = override(discrepancy, "  The bank confirmed it. ")

    assert StatementLine.objects.get().hold == Hold.NONE
    assert (stored.override_reason, stored.overridden_at) == ("The bank confirmed it.", NOW)
    assert not stored.is_held_back


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_a_reason_is_required_and_bounded(discrepancy, reason):
    with pytest.raises(services.OverrideRefusedError):
        override(discrepancy, reason)

    assert StatementLine.objects.get().hold == Hold.PROOF


def test_a_second_override_is_refused(discrepancy):
    override(discrepancy)

    with pytest.raises(services.OverrideRefusedError, match="already"):
        override(discrepancy)


def test_a_statement_in_which_nothing_disagrees_is_refused():
    statement = take_in(BankAccountFactory(), line(1, 1)).statement

    with pytest.raises(services.OverrideRefusedError, match="Nothing disagrees"):
        override(statement)
