"""What stands in the box of a line is the line: text read again there gives its amount and date."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tools.pdf_statement import read_statement
from tools.pdf_statement.tests.layouts import LAYOUTS
from tools.pdf_statement.tests.printing import Printer, table
from tools.pdf_statement.tests.rereading import reread

_HEADER, _PLACES = ("Date", "Text", "Money out", "Money in", "Balance"), (40, 120, -350, -450, -550)
_A_PAGE = 45
_LEAST = Decimal("0.995")


def _year() -> bytes:
    """A thousand lines on many pages, two days apart at most, with texts that hold numbers of their own."""
    chance, printer = random.Random(6), Printer()
    day, balance, rows = date(2025, 1, 1), 500_000, []
    for number in range(1_000):
        day += timedelta(days=chance.randrange(2))
        cents = chance.choice((-1, 1)) * chance.randrange(1, 99_999)
        balance += cents
        amount = f"{abs(cents) / Decimal(100):,.2f}"
        sides = (amount, "") if cents < 0 else ("", amount)
        rows.append(
            (
                f"{day:%d/%m/%Y}",
                f"Shop {number} ref {chance.randrange(10**6)}",
                *sides,
                f"{Decimal(balance) / 100:,.2f}",
            )
        )
    for at in range(0, len(rows), _A_PAGE):
        table(printer, _HEADER, rows[at : at + _A_PAGE], _PLACES)
        if at + _A_PAGE < len(rows):
            printer.page()
    return printer.content()


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_the_box_of_a_line_of_each_layout_holds_its_amount_and_date(layout):
    content, _, _ = layout()

    found = list(reread(content, read_statement(content, "statement.pdf")))

    assert found
    assert [each for each in found if not each.agrees] == []


def test_the_boxes_of_a_thousand_lines_hold_their_amounts_and_dates():
    content = _year()

    found = list(reread(content, read_statement(content, "year.pdf")))

    assert len(found) == 1_000
    assert Decimal(sum(each.agrees for each in found)) / len(found) >= _LEAST


def test_a_box_that_stands_a_line_too_low_is_noticed():
    content = _year()
    reading = read_statement(content, "year.pdf")
    for statement in reading.statements:
        for line in statement.lines:
            line.place["box"] = [side + 14 * (at % 2) for at, side in enumerate(line.place["box"])]

    found = list(reread(content, reading))

    assert sum(each.agrees for each in found) < len(found) / 10
