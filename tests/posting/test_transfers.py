"""Two bank lines of two own accounts become one transfer: confirmed, rejected, reversed and taken back."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledgerflow.classification.models import State
from ledgerflow.classification.services import decide, exclude
from ledgerflow.ledger.models import Account, JournalEntry, JournalLine
from ledgerflow.ledger.services.periods import close_period
from ledgerflow.ledger.services.rates import record_rate
from ledgerflow.ops.verify import problems
from ledgerflow.posting.errors import TransferRefusedError
from ledgerflow.posting.models import ReversedPosting, Transfer
from ledgerflow.posting.selectors import entries_of_line, line_ids_behind
from ledgerflow.posting.services import (
    confirm_sure_transfers,
    confirm_transfer,
    post_lines,
    reject_transfer,
    reverse_entry,
    reverse_lines,
)
from ledgerflow.posting.transfer_selectors import candidates_of, other_side
from tests.made import made_once
from tests.posting.pairs import Two
from tests.statements.shapes import NOW

pytestmark = pytest.mark.django_db


@made_once
def shop():
    return Two()


@pytest.mark.parametrize("swapped", [False, True])
def test_on_one_day_both_lines_become_one_entry(shop, swapped):
    sent, received = shop.pair()

    made = shop.confirm_pair(*((received, sent) if swapped else (sent, received)))

    assert made.out_entry == made.in_entry
    assert JournalEntry.objects.filter(book=shop.book).count() == 1
    moved = JournalLine.objects.filter(book=shop.book).order_by("no").values_list("account_id", "amount")
    assert list(moved) == [
        (shop.bank.ledger_account_id, Decimal(-100)),
        (shop.savings.ledger_account_id, Decimal(100)),
    ]
    assert [shop.state(sent), shop.state(received)] == [State.POSTED, State.POSTED]
    assert line_ids_behind(book=shop.book, numbers=[made.out_entry]) == {made.out_entry: sent.pk}
    assert entries_of_line(book=shop.book, line_id=received.pk)[0].entry_number == made.in_entry
    assert other_side(book=shop.book, number=made.out_entry).line == received
    assert problems(book=shop.book) == []


def test_on_two_days_the_money_is_on_its_way_in_between(shop):
    sent, received = shop.pair(days=2)

    made = shop.confirm_pair(sent, received)

    assert made.out_entry != made.in_entry
    assert shop.balance(date(2026, 1, 5)) == -100
    assert shop.balance(date(2026, 1, 6), shop.savings) == 0
    assert shop.balance(date(2026, 1, 7), shop.savings) == 100
    assert shop.in_transit() == 0
    assert other_side(book=shop.book, number=made.out_entry).entry_number == made.in_entry
    assert problems(book=shop.book) == []


def test_money_may_arrive_before_the_other_bank_says_that_it_left(shop):
    sent, received = shop.pair(days=-2)

    shop.confirm_pair(sent, received)

    assert shop.in_transit() == 0
    assert problems(book=shop.book) == []


@pytest.mark.parametrize("days", [0, 1])
def test_reversing_either_entry_frees_both_lines(shop, days):
    sent, received = shop.pair(days=days)
    made = shop.confirm_pair(sent, received)

    reverse_entry(
        book=shop.book, number=made.in_entry, date=date(2026, 1, 9), reason="No", user=shop.user, now=NOW
    )

    made.refresh_from_db()
    assert made.state == Transfer.State.ENDED
    assert [shop.state(sent), shop.state(received)] == [State.OPEN, State.OPEN]
    assert ReversedPosting.objects.filter(book=shop.book).count() == 2
    assert shop.balance(date(2026, 1, 9)) == shop.balance(date(2026, 1, 9), shop.savings) == 0
    assert shop.in_transit() == 0
    assert problems(book=shop.book) == []
    assert len(candidates_of(book=shop.book, line_id=sent.pk)) == 1
    shop.confirm_pair(sent, received)
    assert problems(book=shop.book) == []


@pytest.mark.parametrize("days", [0, 1])
def test_taking_one_line_out_of_the_journal_takes_the_other_one_too(shop, days):
    sent, received = shop.pair(days=days)
    shop.confirm_pair(sent, received)

    reverse_lines(book=shop.book, line_ids=[received.pk], reason="undone", user=shop.user, now=NOW)

    assert [shop.state(sent), shop.state(received)] == [State.OPEN, State.OPEN]
    assert problems(book=shop.book) == []


def test_a_transfer_replaces_what_was_accepted_before(shop):
    sent, received = shop.pair()
    decide(book=shop.book, line_id=sent.pk, account=shop.expense, user=shop.user, now=NOW)

    shop.confirm_pair(sent, received)

    assert problems(book=shop.book) == []


def test_a_posted_line_is_no_side_of_a_transfer(shop):
    sent, received = shop.pair()
    decide(book=shop.book, line_id=sent.pk, account=shop.expense, user=shop.user, now=NOW)
    post_lines(book=shop.book, line_ids=None, posted_by=shop.user, posted_at=NOW)

    assert candidates_of(book=shop.book, line_id=received.pk) == []
    with pytest.raises(TransferRefusedError, match="posted already"):
        shop.confirm_pair(sent, received)


def test_an_excluded_line_is_no_side_of_a_transfer(shop):
    sent, received = shop.pair()
    exclude(book=shop.book, line_ids=[received.pk], reason="private", user=shop.user, now=NOW)

    assert candidates_of(book=shop.book, line_id=sent.pk) == []
    with pytest.raises(TransferRefusedError, match="excluded"):
        shop.confirm_pair(sent, received)


def test_lines_of_one_account_are_no_transfer(shop):
    sent = shop.move(5, "-100")
    back = shop.move(6, "100")

    assert candidates_of(book=shop.book, line_id=sent.pk) == []
    with pytest.raises(TransferRefusedError, match="one bank account"):
        shop.confirm_pair(sent, back)


@pytest.mark.parametrize(
    ("sent", "received", "sentence"),
    [("-100", "99", "amounts differ"), ("-100", "-100", "money out"), ("100", "100", "money out")],
)
def test_the_amounts_are_opposite(shop, sent, received, sentence):
    pair = shop.move(5, sent), shop.move(5, received, bank=shop.savings)

    assert candidates_of(book=shop.book, line_id=pair[0].pk) == []
    with pytest.raises(TransferRefusedError, match=sentence):
        shop.confirm_pair(*pair)


@pytest.mark.parametrize(("days", "found"), [(5, 1), (6, 0), (-5, 1), (-6, 0)])
def test_the_bank_may_take_five_days(shop, days, found):
    sent, received = shop.pair(day=10, days=days)

    assert len(candidates_of(book=shop.book, line_id=sent.pk)) == found
    if not found:
        with pytest.raises(TransferRefusedError, match="More than 5 days"):
            shop.confirm_pair(sent, received)


def test_lines_of_another_book_are_no_side(shop):
    other = Two()
    sent, _ = shop.pair()
    _, theirs = other.pair()

    with pytest.raises(TransferRefusedError, match="no such two lines"):
        shop.confirm_pair(sent, theirs)


def test_a_rejected_pair_is_not_suggested_again_from_either_side(shop):
    sent, received = shop.pair()
    shop.reject_pair(sent, received)
    shop.reject_pair(received, sent)

    assert Transfer.objects.count() == 1
    assert candidates_of(book=shop.book, line_id=sent.pk) == []
    assert candidates_of(book=shop.book, line_id=received.pk) == []


def test_a_rejected_pair_can_be_confirmed_after_all(shop):
    sent, received = shop.pair()
    shop.reject_pair(sent, received)

    shop.confirm_pair(sent, received)

    assert sorted(Transfer.objects.values_list("state", flat=True)) == ["confirmed", "ended"]
    assert problems(book=shop.book) == []


def test_a_closed_day_takes_neither_side(shop):
    sent, received = shop.pair(days=2)
    close_period(book=shop.book, through=date(2026, 1, 5), reason="filed", user=shop.user, now=NOW)

    with pytest.raises(TransferRefusedError, match="closed through"):
        shop.confirm_pair(sent, received)

    assert [shop.state(sent), shop.state(received)] == [State.OPEN, State.OPEN]
    assert not JournalEntry.objects.filter(book=shop.book).exists()


def test_an_archived_account_takes_no_transfer(shop):
    sent, received = shop.pair()
    Account.objects.filter(pk=shop.savings.ledger_account_id).update(is_archived=True)

    with pytest.raises(TransferRefusedError, match="archived"):
        shop.confirm_pair(sent, received)


def test_of_several_the_one_that_a_text_names_comes_first(shop):
    sent = shop.move(5, "-100", text="To SAVINGS 4711")
    plain = shop.move(5, "100", bank=shop.savings, text="Deposit")
    card = shop.account("Card", kind="card")
    other = shop.move(5, "100", bank=card, text="Refund")

    found = candidates_of(book=shop.book, line_id=sent.pk)

    assert [(one.received.line_id, one.is_named) for one in found] == [(plain.pk, True), (other.pk, False)]
    assert confirm_sure_transfers(book=shop.book, user=shop.user, now=NOW) == []


def test_pairs_that_need_no_choice_are_confirmed_together(shop):
    shop.pair(texts=("Transfer to savings", "Deposit"))
    shop.pair(day=15, texts=("Rent", "Deposit"), amount="7.00")

    counted = confirm_sure_transfers(book=shop.book, user=shop.user, now=NOW, dry_run=True)
    assert not JournalEntry.objects.filter(book=shop.book).exists()
    confirmed = confirm_sure_transfers(book=shop.book, user=shop.user, now=NOW)

    assert len(counted) == len(confirmed) == 1
    assert shop.balance(date(2026, 1, 31), shop.savings) == 100
    assert problems(book=shop.book) == []


def test_across_currencies_a_text_must_say_so_and_a_rate_be_known(shop):
    euros = shop.account("Euro account", currency="EUR")
    sent = shop.move(5, "-110", text="Transfer")
    shop.move(6, "50", bank=euros, text="Invoice 7", currency="EUR")
    received = shop.move(5, "100", bank=euros, text="From own account", currency="EUR")

    (*_, found) = candidates_of(book=shop.book, line_id=sent.pk)

    assert found.is_exchange
    with pytest.raises(TransferRefusedError, match="There is no rate of EUR for 2026-01-05"):
        shop.confirm_pair(sent, received)

    record_rate(
        book=shop.book,
        currency="EUR",
        date=date(2026, 1, 5),
        rate=Decimal("1.1"),
        origin="the bank",
        user=shop.user,
        now=NOW,
    )
    made = shop.confirm_pair(sent, received)

    assert made.out_entry != made.in_entry
    assert shop.balance(date(2026, 1, 5)) == -110
    assert shop.balance(date(2026, 1, 5), euros) == 100
    assert shop.in_transit() == 0
    assert problems(book=shop.book) == []


@pytest.mark.parametrize("count", [1, 12])
def test_the_database_is_asked_as_often_for_many_candidates(shop, count, django_assert_num_queries):
    sent = shop.move(5, "-100")
    for number in range(count):
        shop.move(5, "100", bank=shop.account(f"Savings {number}"))

    with django_assert_num_queries(2):
        assert len(candidates_of(book=shop.book, line_id=sent.pk)) == min(count, 10)


moves = st.lists(
    st.tuples(st.integers(1, 12), st.sampled_from([5, 7]), st.integers(-2, 3)), min_size=1, max_size=4
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=moves, choices=st.lists(st.sampled_from(["confirm", "reject", "reverse"]), max_size=8))
def test_whatever_is_confirmed_and_reversed_no_money_appears_or_goes(moves, choices):
    with transaction.atomic():
        shop = Two()
        sent = [
            shop.pair(day=day + 3, amount=f"{amount}.00", days=days, texts=(f"Out {at}", f"In {at}"))[0]
            for at, (day, amount, days) in enumerate(moves)
        ]
        for at, choice in enumerate(choices):
            one = sent[at % len(sent)]
            live = Transfer.objects.filter(out_line=one, state="confirmed").first()
            found = candidates_of(book=shop.book, line_id=one.pk)
            if choice == "reverse" and live:
                day = date(2026, 1, 31)
                reverse_entry(
                    book=shop.book, number=live.out_entry, date=day, reason="no", user=shop.user, now=NOW
                )
            elif found and choice in {"confirm", "reject"}:
                lines = (found[0].sent.line_id, found[0].received.line_id)
                act = confirm_transfer if choice == "confirm" else reject_transfer
                act(book=shop.book, line_ids=lines, user=shop.user, now=NOW)

        end = date(2026, 1, 31) + timedelta(days=30)
        assert shop.balance(end) + shop.balance(end, shop.savings) == 0
        assert shop.in_transit() == 0
        assert problems(book=shop.book) == []
        transaction.set_rollback(True)
