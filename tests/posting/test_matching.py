"""The engine that matches the two sides of a transfer: values in, candidates out."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerflow.classification.engine import TRANSFER_DELAY
from ledgerflow.posting.matching import Account, Candidate, Side, best_first, candidate, sure_pairs

CHECKING = Account(1, "Checking", ("4416190233",))
SAVINGS = Account(2, "Savings", ("DE89370400440532013000",))
CARD = Account(3, "Business card", ("5100447100882211",))
DAY = date(2026, 1, 10)


def side(line_id=1, account=CHECKING, days=0, amount="-100", *, currency="USD", text=""):
    return Side(line_id, account, DAY + timedelta(days=days), Decimal(amount), currency, text)


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        ("Online transfer 17", True),
        ("PAYMENT THANK YOU", True),
        ("Payment received - thank you", True),
        ("Umbuchung", True),
        ("Übertrag auf Sparkonto", True),
        ("to savings", True),
        ("To account ...3000", True),
        ("DE89370400440532013000", True),
        ("Transferase Labs", False),
        ("Invoice 300", False),
        ("Invoice 4711", False),
        ("", False),
    ],
)
def test_a_text_names_the_other_account_or_a_transfer(text, is_named):
    found = candidate(side(text=text), side(2, SAVINGS, amount="100"))

    assert found is not None
    assert found.is_named is is_named


def test_the_text_of_either_side_counts():
    assert candidate(side(), side(2, SAVINGS, amount="100", text="from 0233-4416190233")).is_named


def test_the_other_side_of_each_is_told():
    sent, received = side(), side(2, SAVINGS, amount="100")

    found = candidate(received, sent)

    assert (found.other(1), found.other(2)) == (received, sent)


def test_across_currencies_only_a_named_pair_is_a_candidate():
    euros = side(2, SAVINGS, amount="90", currency="EUR")

    assert candidate(side(), euros) is None
    assert candidate(side(text="transfer"), euros).is_exchange


def test_an_exchange_is_never_sure():
    found = candidate(side(text="transfer"), side(2, SAVINGS, amount="90", currency="EUR"))

    assert sure_pairs([found]) == []


def test_the_nearest_day_of_a_named_pair_comes_first():
    sent = side()
    far = candidate(sent, side(2, SAVINGS, 4, "100", text="transfer"))
    near = candidate(sent, side(3, CARD, 0, "100"))
    nearer = candidate(sent, side(4, SAVINGS, 1, "100", text="transfer"))

    assert best_first([near, far, nearer]) == [nearer, far, near]


sides = st.builds(
    side,
    line_id=st.integers(1, 12),
    account=st.sampled_from([CHECKING, SAVINGS, CARD]),
    days=st.integers(-8, 8),
    amount=st.sampled_from(["-100", "100", "-7", "7", "0"]),
    currency=st.sampled_from(["USD", "EUR"]),
    text=st.sampled_from(["", "transfer", "to Checking", "Coffee"]),
)
lists = st.lists(sides, max_size=10, unique_by=lambda one: one.line_id)


@given(one=sides, other=sides)
def test_it_does_not_matter_which_line_comes_first(one, other):
    found = candidate(one, other)

    assert found == candidate(other, one)
    if found is not None:
        assert found.sent.amount < 0 < found.received.amount
        assert found.sent.account != found.received.account
        assert found.days <= TRANSFER_DELAY.days
        assert found.is_named if found.is_exchange else found.sent.amount == -found.received.amount


def candidates(of: list[Side]) -> list[Candidate]:
    return [found for pair in combinations(of, 2) if (found := candidate(*pair)) is not None]


@given(of=lists, seed=st.randoms(use_true_random=False))
def test_each_line_is_in_one_sure_pair_at_most_in_whatever_order_they_come(of, seed):
    shuffled = list(of)
    seed.shuffle(shuffled)

    sure = sure_pairs(candidates(of))

    assert sure == sure_pairs(candidates(shuffled))
    used = [one.line_id for pair in sure for one in (pair.sent, pair.received)]
    assert len(used) == len(set(used))
    for pair in sure:
        rivals = [one for one in candidates(of) if {pair.sent, pair.received} & {one.sent, one.received}]
        assert rivals == [pair]
