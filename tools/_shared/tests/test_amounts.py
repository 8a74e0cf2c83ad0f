# ruff: noqa: RUF001 - the digits that banks print are the subject, look-alikes among them
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools._shared.amounts import amount_column, settle_mark, single_amount


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1,234.56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1'234.56", "1234.56"),
        ("1\u2019234.56", "1234.56"),
        ("1 234,56 \u20ac", "1234.56"),
        ("1\u00a0234,56", "1234.56"),
        ("1\u202f234,56", "1234.56"),
        ("(1,234.56)", "-1234.56"),
        ("($85.00)", "-85.00"),
        ("1234.56-", "-1234.56"),
        ("-1234.56", "-1234.56"),
        ("\u22121234.56", "-1234.56"),
        ("+12", "12"),
        ("- $21.59", "-21.59"),
        ("-$.23", "-0.23"),
        ("12,34,567.00", "1234567.00"),
        ("12.00 CR", "12.00"),
        ("12.00 DR", "-12.00"),
        ("12,34 S", "-12.34"),
        ("EUR 12,00", "12.00"),
        ("Rs. 1,000.00", "1000.00"),
        ("0.500", "0.500"),
        ("١٬٢٣٤٫٥٦", "1234.56"),
        ("-१,२३४.५६", "-1234.56"),
        ("１２３４", "1234"),
    ],
)
def test_it_reads_the_amount(cell, amount):
    assert single_amount(cell) == Decimal(amount)


@pytest.mark.parametrize(
    "cell",
    [
        "4,884",
        "4.884",
        "",
        "-",
        "40%",
        "07h21",
        "1.2.3",
        "1,23,4",
        "(5.00",
        "--5",
        "12 apples",
        "1e5",
        "NaN",
        "2026-01-01",
    ],
)
def test_it_reads_no_amount_from(cell):
    assert single_amount(cell) is None


def test_it_settles_the_mark_by_all_cells_of_a_column():
    column = amount_column(["4,884", "1,280.80"])

    assert settle_mark([column]) == "."
    assert column.values(".") == [Decimal(4884), Decimal("1280.80")]


def test_it_settles_no_mark_when_the_columns_disagree():
    assert settle_mark([amount_column(["1,5"]), amount_column(["1.5"])]) is None


def test_it_takes_unmarked_amounts_beside_credit_marks_as_money_out():
    column = amount_column(["10.00", "25.00 CR"])

    assert column.values(".") == [Decimal("-10.00"), Decimal("25.00")]


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2, allow_nan=False))
def test_it_reads_back_what_was_grouped(amount):
    for text in (f"{amount:,.2f}", f"{amount:.2f}", f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))):
        assert single_amount(text) == amount


def test_a_cell_that_is_no_amount_is_none_beside_plain_ones():
    assert amount_column(["1\x010,00", "100,00"]).values(",") == [None, Decimal("100.00")]
