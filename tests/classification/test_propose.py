"""A proposal of an agent is a suggestion for lines that have none, in its own book, and nothing else."""

from decimal import Decimal

import pytest

from ledgerflow.classification.errors import WrongAccountError
from ledgerflow.classification.models import Classification, ClassificationSplit
from ledgerflow.classification.selectors import count_unsuggested, unsuggested_lines
from ledgerflow.classification.services import ProposedAccount, classify_lines, decide, exclude, propose
from ledgerflow.statements.models import Hold
from tests.classification.rows import NOW, Shop
from tests.factories import AccountFactory
from tests.made import made_once


@made_once
def shop() -> Shop:
    return Shop()


def _open(shop, text="Blue Heron Supply", **fields):
    line = shop.line(text, **fields)
    classify_lines(book=shop.book, line_ids=[line.pk])
    return line.pk


def _propose(shop, *line_ids, account=None, confidence="0.700"):
    proposal = ProposedAccount(
        account=account or shop.fuel, reason="The agent says so.", confidence=Decimal(confidence)
    )
    return propose(book=shop.book, proposals=dict.fromkeys(line_ids, proposal))


def test_it_is_a_suggestion_and_never_sure(shop):
    line_id = _open(shop)

    assert _propose(shop, line_id, confidence="1.000") == [line_id]

    made = Classification.objects.get(line_id=line_id)
    assert (made.state, made.source, made.account, made.confidence, made.decided_by) == (
        "open", "agent", shop.fuel, Decimal("0.890"), None,
    )  # fmt: skip


def test_lines_that_have_a_suggestion_or_a_decision_stay_as_they_are(shop):
    suggested, decided, excluded = (
        _open(shop, name) for name in ("Alpha Works", "Beta Works", "Gamma Works")
    )
    _propose(shop, suggested)
    decide(book=shop.book, line_id=decided, user=shop.user, now=NOW, account=shop.food)
    exclude(book=shop.book, line_ids=[excluded], reason="Private", user=shop.user, now=NOW)

    assert _propose(shop, suggested, decided, excluded, account=shop.sales) == []
    assert Classification.objects.get(line_id=suggested).account == shop.fuel
    assert not ClassificationSplit.objects.exists()


def test_a_line_of_another_book_and_the_banks_own_account_are_passed_over(shop):
    other = Shop()
    elsewhere, here = _open(other), _open(shop)

    assert _propose(shop, elsewhere) == []
    assert _propose(shop, here, account=shop.bank.ledger_account) == []


def test_an_account_of_another_book_or_an_archived_one_is_refused(shop):
    line_id = _open(shop)
    with pytest.raises(WrongAccountError, match="no such account"):
        _propose(shop, line_id, account=AccountFactory())

    shop.fuel.is_archived = True
    shop.fuel.save()
    with pytest.raises(WrongAccountError, match="is archived"):
        _propose(shop, line_id)


def test_what_nothing_suggests_is_listed_newest_first(shop):
    first, second = _open(shop), _open(shop, "Red Kite Garage")
    _propose(shop, _open(shop, "Suggested Ltd"))
    _open(shop, "Held Ltd", hold=Hold.QUESTION)
    _open(shop, "Pending Ltd", is_pending=True)
    _open(shop, "")

    assert [line.line_id for line in unsuggested_lines(book=shop.book, limit=10)] == [second, first]
    assert [line.line_id for line in unsuggested_lines(book=shop.book, limit=1)] == [second]
    assert count_unsuggested(book=shop.book) == 2
