"""Whatever stands open, suggestions add up, and no line is in two of them."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from ledgerflow.reconciliation.arithmetic import are_digits_swapped, only_sum
from ledgerflow.reconciliation.engine import suggest
from ledgerflow.reconciliation.values import BankLine, BookLine, Kind

_DAYS = st.integers(0, 60).map(lambda days: date(2026, 1, 1) + timedelta(days=days))
# Few amounts, so that they meet.
_AMOUNTS = st.integers(-40, 40).filter(bool).map(lambda cents: Decimal(cents) / 4)
_BANK = st.lists(st.tuples(_DAYS, _AMOUNTS), max_size=12).map(
    lambda rows: [BankLine(number, *row) for number, row in enumerate(rows, 1)]
)
_BOOKS = st.lists(st.tuples(_DAYS, _AMOUNTS, st.booleans()), max_size=12).map(
    lambda rows: [BookLine(number, 1, *row) for number, row in enumerate(rows, 1)]
)
_MATCHING = {Kind.EXACT, Kind.SHIFTED, Kind.ONE_TO_MANY, Kind.MANY_TO_ONE}


@given(_BANK, _BOOKS)
def test_no_line_is_in_two_suggestions(bank, books):
    suggestions = suggest(bank=bank, books=books, currency="USD")

    lines = Counter(line for each in suggestions for line in each.line_ids)
    entry_lines = Counter(line for each in suggestions for line in each.entry_lines)
    assert {*lines.values(), *entry_lines.values()} <= {1}
    assert set(lines) <= {line.line_id for line in bank}
    assert set(entry_lines) <= {(line.entry_number, line.no) for line in books}
    assert len({each.key for each in suggestions}) == len(suggestions)


@given(_BANK, _BOOKS)
def test_what_is_matched_adds_up(bank, books):
    said = {line.line_id: line.amount for line in bank}
    written = {(line.entry_number, line.no): line.amount for line in books}

    for each in suggest(bank=bank, books=books, currency="USD"):
        bank_side = sum(said[line] for line in each.line_ids)
        book_side = sum(written[line] for line in each.entry_lines)
        if each.kind in _MATCHING:
            assert bank_side == book_side
        elif each.kind is Kind.FEE:
            assert bank_side == book_side - each.amount
        elif each.kind in {Kind.SIGN, Kind.DIGITS}:
            assert bank_side == each.amount


@given(_BANK, _BOOKS)
def test_the_same_lines_in_another_order_get_the_same_kinds_of_equal_amounts(bank, books):
    def equal(lines, entries):
        return {
            each.key for each in suggest(bank=lines, books=entries, currency="USD") if each.kind is Kind.EXACT
        }

    assert equal(bank, books) == equal(bank[::-1], books[::-1])


@given(st.integers(-100, 100), st.lists(st.integers(-50, 50), max_size=8))
def test_the_only_sum_is_the_only_one(target, amounts):
    ways = {
        size: [
            some
            for some in combinations(range(len(amounts)), size)
            if sum(amounts[at] for at in some) == target
        ]
        for size in (2, 3, 4)
    }
    fewest = next((ways[size] for size in (2, 3, 4) if ways[size]), [])

    found = only_sum(target, amounts)

    assert found == (fewest[0] if len(fewest) == 1 else None)


@given(st.integers(1, 10**9), st.data())
def test_swapped_neighbors_are_recognized_and_the_difference_is_divisible_by_nine(units, data):
    digits = str(units)
    at = data.draw(st.integers(0, max(len(digits) - 2, 0)))
    swapped = digits[:at] + digits[at : at + 2][::-1] + digits[at + 2 :]
    one, other = Decimal(units).scaleb(-2), Decimal(int(swapped)).scaleb(-2)

    assert are_digits_swapped(one, other, 2) == (one != other)
    assert are_digits_swapped(-other, -one, 2) == (one != other)
    assert not are_digits_swapped(one, -other, 2)
    assert (units - int(swapped)) % 9 == 0


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_amounts_whose_digits_are_others_are_not_called_swapped(one, other):
    if are_digits_swapped(Decimal(one), Decimal(other), 0):
        width = max(len(str(one)), len(str(other)))
        assert sorted(f"{one:0{width}d}") == sorted(f"{other:0{width}d}")
        assert one != other
