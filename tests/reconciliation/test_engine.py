"""What may belong together, and why; what does not, is left alone."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ledgerflow.reconciliation.engine import suggest
from ledgerflow.reconciliation.values import BankLine, BookLine, Kind

FIRST = date(2026, 3, 1)


def bank(line_id, amount, day=1):
    return BankLine(line_id, FIRST + timedelta(days=day - 1), Decimal(amount))


def booked(number, amount, day=1, **more):
    return BookLine(number, 1, FIRST + timedelta(days=day - 1), Decimal(amount), **more)


def found(lines, books, **more):
    return suggest(bank=lines, books=books, currency="USD", **more)


def kinds(lines, books, **more):
    return [each.kind for each in found(lines, books, **more)]


def test_an_equal_amount_on_both_sides_is_matched():
    (each,) = found([bank(1, "-12.30")], [booked(7, "-12.30")])

    assert (each.kind, each.line_ids, each.entry_lines) == (Kind.EXACT, (1,), ((7, 1),))
    assert each.reason == "-12.30 on both sides."
    assert each.key == "exact:1:7-1"


def test_it_says_how_many_days_later_the_bank_is():
    (each,) = found([bank(1, "-12.30", day=4)], [booked(7, "-12.30")])

    assert each.reason == "-12.30 on both sides; the bank has it 3 days later."


def test_beyond_the_bank_s_delay_an_equal_amount_is_called_shifted():
    assert kinds([bank(1, "-12.30", day=6)], [booked(7, "-12.30")]) == [Kind.EXACT]
    assert kinds([bank(1, "-12.30", day=7)], [booked(7, "-12.30")]) == [Kind.SHIFTED]
    assert kinds([bank(1, "-12.30", day=46)], [booked(7, "-12.30")]) == [Kind.SHIFTED]
    assert kinds([bank(1, "-12.30", day=47)], [booked(7, "-12.30")]) == []


def test_of_equal_amounts_the_nearest_days_go_together():
    suggestions = found(
        [bank(1, -5, day=1), bank(2, -5, day=4)], [booked(7, -5, day=4), booked(8, -5, day=2)]
    )

    assert {(each.line_ids, each.entry_lines) for each in suggestions} == {
        ((1,), ((8, 1),)),
        ((2,), ((7, 1),)),
    }


def test_several_entries_that_make_one_bank_line():
    (each,) = found(
        [bank(1, "-60.00", day=3)], [booked(7, "-25.50"), booked(8, "-34.50"), booked(9, "-3.00")]
    )

    assert each.kind is Kind.ONE_TO_MANY
    assert set(each.entry_lines) == {(7, 1), (8, 1)}
    assert "-60.00 is" in each.reason
    assert "-25.50" in each.reason


def test_several_bank_lines_that_make_one_entry():
    (each,) = found([bank(1, 10), bank(2, 20), bank(3, 30), bank(4, 40)], [booked(7, 100)])

    assert each.kind is Kind.MANY_TO_ONE
    assert set(each.line_ids) == {1, 2, 3, 4}


def test_two_sums_that_fit_equally_are_no_suggestion():
    assert kinds([bank(1, 30)], [booked(7, 10), booked(8, 20), booked(9, 12), booked(10, 18)]) == []


def test_lines_far_away_and_of_the_other_sign_make_no_sum():
    assert kinds([bank(1, 30)], [booked(7, 10), booked(8, 20, day=12)]) == []
    assert kinds([bank(1, 30)], [booked(7, 50), booked(8, -20)]) == []


@pytest.mark.parametrize(
    ("said", "written", "fee"), [("97.10", "100", "2.90"), ("-100.50", "-100", "0.50"), ("95", "100", "5")]
)
def test_a_small_fee_is_split_off(said, written, fee):
    (each,) = found([bank(1, said)], [booked(7, written)])

    assert (each.kind, each.amount) == (Kind.FEE, Decimal(fee))


@pytest.mark.parametrize(
    ("said", "written"), [("94.90", "100"), ("101", "100"), ("-99", "-100"), ("-3", "3.01")]
)
def test_what_is_no_fee(said, written):
    assert kinds([bank(1, said)], [booked(7, written)]) == []


def test_the_other_sign_is_corrected():
    (each,) = found([bank(1, "-40.00")], [booked(7, "40.00", day=4)])

    assert (each.kind, each.amount) == (Kind.SIGN, Decimal(-40))
    assert each.effect.startswith("Reverses entry 7, posts it anew with -40.00")


def test_two_digits_that_changed_places_are_corrected():
    (each,) = found([bank(1, "-54.20")], [booked(7, "-45.20")])

    assert (each.kind, each.amount) == (Kind.DIGITS, Decimal("-54.20"))
    assert "divisible by nine" in each.reason


def test_an_entry_of_several_lines_is_not_posted_anew():
    assert kinds([bank(1, "-54.20")], [booked(7, "-45.20", is_simple=False)]) == []
    assert kinds([bank(1, "-54.20")], [booked(7, "54.20", is_simple=False)]) == []


def test_an_entry_typed_twice_is_reversed():
    suggestions = found([bank(1, -80)], [booked(7, -80), booked(9, -80, day=2)])

    assert [(each.kind, each.entry_lines) for each in suggestions] == [
        (Kind.EXACT, ((7, 1),)),
        (Kind.TWICE, ((9, 1),)),
    ]
    assert suggestions[1].line_ids == ()


def test_an_entry_typed_for_what_was_posted_from_the_bank_is_reversed():
    settled = [booked(3, -80)]

    assert kinds([], [booked(9, -80, day=6)], settled=settled) == [Kind.TWICE]
    assert kinds([], [booked(9, -80, day=7)], settled=settled) == []
    assert kinds([], [booked(9, -81)], settled=settled) == []


def test_an_entry_that_a_later_line_of_the_bank_is_waiting_for_is_not_called_typed_twice():
    settled = [booked(3, -80)]

    assert kinds([], [booked(9, -80)], settled=settled, coming=[bank(1, -80, day=11)]) == []
    assert kinds([], [booked(9, -80)], settled=settled, coming=[bank(1, -80, day=12)]) == [Kind.TWICE]
    assert kinds([], [booked(9, -80)], settled=settled, coming=[bank(1, -81, day=2)]) == [Kind.TWICE]


def test_where_nothing_can_be_posted_only_matches_are_suggested():
    sides = [bank(1, "97.10"), bank(2, -40)], [booked(7, 100), booked(8, 40), booked(9, -1)]

    assert kinds(*sides, settled=[booked(3, -1)], can_correct=False) == []
    assert set(kinds(*sides, settled=[booked(3, -1)])) == {Kind.FEE, Kind.SIGN, Kind.TWICE}
