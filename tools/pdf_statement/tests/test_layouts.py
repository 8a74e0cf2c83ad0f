from decimal import Decimal

import pytest

from tools.pdf_statement import claims, read_statement
from tools.pdf_statement.tests.layouts import LAYOUTS


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_it_reads_every_row_and_balance_of_the_layout(layout):
    content, rows, ends = layout()

    reading = read_statement(content, "statement.pdf")

    found = [
        [(line.date.isoformat(), line.amount) for line in statement.lines] for statement in reading.statements
    ]
    assert claims(content, "statement.pdf")
    assert [sorted(each) for each in found] == [
        sorted((day, Decimal(amount)) for day, amount in each) for each in rows
    ]
    assert [(each.opening_balance, each.closing_balance) for each in reading.statements] == [
        (Decimal(opening), Decimal(closing)) for opening, closing in ends
    ]
