"""Whatever the bank says and people typed: the difference is what is open, and accepting keeps the books whole."""

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledgerflow.ledger.models import Account
from ledgerflow.ops.verify import problems
from ledgerflow.reconciliation.errors import ReconciliationError
from ledgerflow.reconciliation.selectors import figures, suggestions
from ledgerflow.reconciliation.services import accept_suggestion, finish, start
from ledgerflow.reconciliation.sides import sides
from tests.booked import NOW
from tests.reconciliation.desk import LAST_DAY, Desk

pytestmark = pytest.mark.django_db

# Amounts that meet: equal ones, sums, other signs, swapped digits (12 and 21), fees (100 and 98).
_AMOUNTS = st.sampled_from(["12", "21", "-12", "33", "100", "98", "-4.50"])
# One a day, so that no file seems to show what another one shows.
_BANK = st.lists(_AMOUNTS, max_size=3)
_BOOKS = st.lists(st.tuples(_AMOUNTS, st.integers(5, 7)), max_size=4)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=_BANK, typed=_BOOKS, posts=st.booleans())
def test_accepting_everything_leaves_a_difference_of_what_is_open(lines, typed, posts):
    with transaction.atomic():
        _check(lines, typed, posts)
        transaction.set_rollback(True)


def _check(lines, typed, posts):
    desk = Desk()
    desk.by_hand("1000", day=4, other=Account.objects.get(book=desk.book, role="opening"))
    balance = Decimal(994) + sum(map(Decimal, lines))
    if lines:
        desk.arrive(lines, day=5)
    for amount, day in typed:
        desk.by_hand(amount, day=day)
    if posts:
        desk.post_all()
    one = start(bank_account=desk.bank, as_of=LAST_DAY, balance=balance, user=desk.owner, now=NOW)

    _is_open(one)
    for _ in range(20):
        found = suggestions(reconciliation=one, found=sides(reconciliation=one))
        if not found:
            break
        accept_suggestion(
            reconciliation=one, key=found[0].key, account=desk.expense, user=desk.owner, now=NOW
        )
        _is_open(one)
    else:
        pytest.fail("Accepting goes on for ever.")

    assert problems(book=desk.book) == []
    if figures(reconciliation=one).difference:
        with pytest.raises(ReconciliationError):
            finish(reconciliation=one, user=desk.owner, now=NOW)
    else:
        finish(reconciliation=one, user=desk.owner, now=NOW)
        assert problems(book=desk.book) == []


def _is_open(one):
    found = sides(reconciliation=one)
    assert figures(reconciliation=one).difference == found.open_bank.total - found.open_books.total
