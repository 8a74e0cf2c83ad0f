from datetime import date
from decimal import Decimal

import pytest

from ledgerflow.statements.proof import Outcome, prove
from ledgerflow.toolbox.values import Statement, StatementLine


def _line(amount, balance=None, *, day=1, description="x", status="booked", currency="EUR"):
    return StatementLine(
        date=date(2026, 1, day),
        amount=Decimal(amount),
        currency=currency,
        description=description,
        place={"line": 1},
        balance=None if balance is None else Decimal(balance),
        status=status,
    )


def _statement(*lines, opening=None, closing=None, count=None, total=None):
    def amount(text):
        return None if text is None else Decimal(text)

    return Statement(
        account="1",
        bank=None,
        currency="EUR",
        lines=lines,
        opening_balance=amount(opening),
        closing_balance=amount(closing),
        stated_count=count,
        stated_total=amount(total),
    )


def test_opening_and_lines_and_closing_it_proves():
    proof = prove(_statement(_line("-3.00"), _line("5.50"), opening="10.00", closing="12.50"))

    assert (proof.outcome, proof.detail, proof.difference) == (Outcome.PROVEN, None, None)


def test_an_empty_statement_it_proves_by_equal_balances():
    assert prove(_statement(opening="10.00", closing="10.00")).outcome is Outcome.PROVEN
    assert prove(_statement(opening="10.00", closing="10.01")).outcome is Outcome.DISCREPANCY


@pytest.mark.parametrize(
    ("balances", "missing"),
    [
        ({"closing": "7.00"}, "no opening balance"),
        ({"opening": "10.00"}, "no closing balance"),
        ({}, "no balances"),
        ({"count": 1}, "no balances"),
    ],
)
def test_too_little_stated_it_calls_unprovable_and_says_what_is_missing(balances, missing):
    proof = prove(_statement(_line("-3.00"), **balances))

    assert proof.outcome is Outcome.UNPROVABLE
    assert missing in proof.detail


def test_lines_of_several_currencies_it_calls_unprovable():
    proof = prove(_statement(_line("1.00"), _line("1.00", currency="USD"), opening="0", closing="2.00"))

    assert proof.outcome is Outcome.UNPROVABLE
    assert "currencies" in proof.detail


def test_pending_lines_it_leaves_out_of_every_balance():
    pending = _line("-99.00", status="pending")

    assert (
        prove(_statement(_line("-3.00"), pending, opening="10.00", closing="7.00", count=1)).outcome
        is Outcome.PROVEN
    )


def test_a_missing_line_it_names_with_its_amount():
    proof = prove(_statement(_line("-3.00"), opening="10.00", closing="2.88"))

    assert proof.outcome is Outcome.DISCREPANCY
    assert proof.difference == Decimal("-4.12")
    assert "a line of -4.12 is probably missing" in proof.detail


def test_a_flipped_sign_it_names_with_its_line():
    proof = prove(_statement(_line("3.00", day=1), _line("4.21", day=2), opening="10.00", closing="8.79"))

    assert proof.difference == Decimal("-8.42")
    assert "the sign of line 2 (2026-01-02, 4.21) is probably wrong" in proof.detail


def test_a_repeated_line_it_names():
    coffee = _line("-3.00", description="Coffee")
    proof = prove(_statement(coffee, _line("-3.00", description="Coffee"), opening="10.00", closing="7.00"))

    assert "line 2 (2026-01-01, -3.00) is probably there twice" in proof.detail


def test_swapped_digits_it_mentions_where_nine_divides_the_difference():
    proof = prove(_statement(_line("-54.00"), opening="100.00", closing="55.00"))

    assert proof.difference == Decimal("9.00")
    assert "two digits of an amount are swapped" in proof.detail


def _running(*amounts, opening="10.00"):
    balance, lines = Decimal(opening), []
    for day, amount in enumerate(amounts, start=1):
        balance += Decimal(amount)
        lines.append(_line(amount, str(balance), day=day))
    return lines


def test_running_balances_it_proves_in_the_order_of_the_file_and_backwards():
    lines = _running("-3.00", "5.00", "-1.50")

    assert prove(_statement(*lines)).outcome is Outcome.PROVEN
    assert prove(_statement(*lines[::-1])).outcome is Outcome.PROVEN


def test_running_balances_it_proves_though_a_day_is_listed_the_other_way_round():
    first, second, third, fourth = _running("-3.00", "5.00", "-1.50", "2.25")

    assert prove(_statement(third, fourth, first, second)).outcome is Outcome.PROVEN


def test_a_single_running_balance_proves_nothing_without_an_opening_balance():
    line = _line("-3.00", "7.00")

    assert prove(_statement(line)).outcome is Outcome.UNPROVABLE
    assert prove(_statement(line, opening="10.00")).outcome is Outcome.PROVEN
    assert prove(_statement(line, opening="10.01")).outcome is Outcome.DISCREPANCY


def test_running_balances_with_a_gap_do_not_prove():
    first, second, third = _running("-3.00", "5.00", "-1.50")

    assert prove(_statement(first, second._replace(balance=None), third)).outcome is Outcome.UNPROVABLE


@pytest.mark.parametrize("backwards", [False, True])
def test_a_line_that_does_not_fit_it_locates(backwards):
    lines = _running("-3.00", "5.00", "-1.52", "2.25", "-7.11")
    lines[2] = lines[2]._replace(amount=Decimal("1.52"))
    given = lines[::-1] if backwards else lines

    proof = prove(_statement(*given))

    assert proof.outcome is Outcome.DISCREPANCY
    assert proof.difference == Decimal("-3.04")
    assert "line 3 (2026-01-03, 1.52)" in proof.detail
    assert "its sign is probably wrong" in proof.detail


def test_a_line_left_out_it_locates_before_the_next():
    lines = _running("-3.00", "5.00", "-1.52", "2.25")
    del lines[1]

    proof = prove(_statement(*lines))

    assert "line 2 (2026-01-03, -1.52)" in proof.detail
    assert "a line of 5.00 is probably missing before it" in proof.detail


def test_a_line_there_twice_it_locates():
    lines = _running("-3.00", "5.00", "-1.52")
    lines.insert(1, lines[1])

    proof = prove(_statement(*lines))

    assert "line" in proof.detail
    assert "it is probably there twice" in proof.detail


def test_two_swapped_digits_it_locates_and_offers_the_right_amount():
    lines = _running("-3.00", "57.00", "-1.52")
    lines[1] = lines[1]._replace(amount=Decimal("75.00"))

    proof = prove(_statement(*lines, opening="10.00"))

    assert "line 2 (2026-01-02, 75.00)" in proof.detail
    assert "two digits are probably swapped; 57.00 would fit" in proof.detail


def test_a_last_balance_that_misses_the_closing_balance_is_a_discrepancy():
    lines = _running("-3.00", "5.00")

    assert prove(_statement(*lines, closing="12.00")).outcome is Outcome.PROVEN
    proof = prove(_statement(*lines, closing="11.00"))
    assert proof.outcome is Outcome.DISCREPANCY
    assert proof.difference == Decimal("-1.00")


def test_balances_that_disagree_with_lines_it_locates_by_the_running_balance():
    lines = _running("-3.00", "5.00", "-1.52")
    lines[1] = lines[1]._replace(amount=Decimal("-5.00"))

    proof = prove(_statement(*lines, opening="10.00", closing="10.48"))

    assert "line 2" in proof.detail


@pytest.mark.parametrize(
    ("count", "outcome"), [(2, Outcome.UNPROVABLE), (3, Outcome.DISCREPANCY), (1, Outcome.DISCREPANCY)]
)
def test_a_stated_count_refutes_but_does_not_prove(count, outcome):
    assert prove(_statement(_line("-3.00"), _line("5.00"), count=count)).outcome is outcome


def test_a_stated_total_proves_or_refutes():
    assert prove(_statement(_line("-3.00"), _line("5.00"), total="2.00")).outcome is Outcome.PROVEN
    assert prove(_statement(_line("-3.00"), _line("5.00"), total="2.01")).difference == Decimal("0.01")


def test_a_wrong_count_outweighs_balances_that_work_out():
    proof = prove(_statement(_line("-3.00"), opening="10.00", closing="7.00", count=2))

    assert proof.outcome is Outcome.DISCREPANCY
    assert "states 2 lines but 1 were read" in proof.detail
