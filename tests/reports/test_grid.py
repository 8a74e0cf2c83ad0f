"""Figures in the body of a table: each with the digits of its currency and commas between thousands."""

import re
from decimal import Decimal

import pytest

from ledgerflow.core.money import format_money
from ledgerflow.reports import grid
from ledgerflow.reports.table import Column, Frame, Kind, Row, Table

_AMOUNTS = ("0", "7", "999.99", "1000", "-1000", "-0.5", "123456.7", "999999.99", "1000000", "98765432109.87")


def table_of(row, *, currency="USD", count=1):
    columns = [Column("name", "Name")]
    columns += [
        Column(f"at{at}", "At", Kind.MONEY, {"": f"period=2026-{at:02}"}) for at in range(1, count + 1)
    ]
    return Table("one", "One", "2026", Frame("Shop", "shop", currency, "Draft"), columns, [row])


@pytest.mark.parametrize(("currency", "unit"), [("USD", "0.01"), ("JPY", "1"), ("KWD", "0.001")])
def test_a_figure_is_shown_as_money_is_shown_everywhere(currency, unit):
    amounts = [Decimal(amount).quantize(Decimal(unit)) for amount in _AMOUNTS]
    table = table_of(Row(("A", *amounts)), currency=currency, count=len(amounts))

    shown = re.findall(r'<td class="money">(?:<span[^>]*>)?([^<]*)', grid.body(table, lines="/lines/"))

    assert shown == [format_money(amount, currency) for amount in amounts]


def test_digits_that_the_books_hold_beyond_those_of_the_currency_are_shown():
    assert ">1,234.5678<" in grid.body(table_of(Row(("A", Decimal("1234.5678")))), lines="/lines/")


def test_a_link_says_days_and_lines_and_escapes_both():
    row = Row(("<b>", Decimal(5)), query='payee={0}"&sign=credit')

    body = grid.body(table_of(row), lines="/books/{x}/lines/")

    assert "&lt;b&gt;" in body
    assert 'href="/books/{x}/lines/?period=2026-01&amp;payee={0}&quot;&amp;sign=credit">5.00</a>' in body
