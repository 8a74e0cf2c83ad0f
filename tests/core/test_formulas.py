"""Formulas come to what they say, exactly, and are refused in words."""

import re
from decimal import Decimal

import pytest

from ledgerflow.core.formulas import worked_out


@pytest.mark.parametrize(
    ("formula", "digits", "comes_to"),
    [
        ("16.99*1.1", 2, "18.69"),
        ("-16.99 * 1.1", 2, "-18.69"),
        ("100/3", 2, "33.33"),
        ("100/3*3", 2, "100.00"),
        ("0.1+0.2", 2, "0.30"),
        ("(2+3)*-(4-1)", 2, "-15.00"),
        ("10-4-3", 0, "3"),
        ("0.005", 2, "0.01"),
        ("-0.005", 2, "-0.01"),
        ("1/8", 3, "0.125"),
        ("--5", 0, "5"),
    ],
)
def test_it_comes_to(formula, digits, comes_to):
    assert str(worked_out(formula, digits=digits)) == comes_to


@pytest.mark.parametrize(
    ("formula", "why"),
    [
        ("", "number is missing"),
        ("5*", "number is missing"),
        ("5 5", "wrong place"),
        ("(5", "not closed"),
        ("5)", "wrong place"),
        ("1/0", "divides by zero"),
        ("1/(2-2)", "divides by zero"),
        ("2**9", "number is missing"),
        ("a+1", "“a+1” is no part"),
        ("1e9", "“e9” is no part"),
        ("999999999999999*999999999999999", "more than any amount"),
        ("1+" * 40 + "1", "longer than 60"),
    ],
)
def test_it_is_refused_in_words(formula, why):
    with pytest.raises(ValueError, match=re.escape(why)):
        worked_out(formula, digits=2)


def test_a_formula_within_the_limit_never_grows_beyond_sense():
    assert worked_out("(" * 29 + "1" + ")" * 29, digits=2) == Decimal("1.00")
