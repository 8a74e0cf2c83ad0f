"""One month in every text format gives the same movements, in the words by which lines are known again."""

import pytest

from ledgerflow.statements.likeness import text_key
from ledgerflow.statements.reading import read_file
from tests.statements import months

_MONTH = (
    ("2026-01-05", "-12.50", "Corner Bakery", "Card 1234 bread"),
    ("2026-01-15", "750.00", "Sample Trading GmbH", "Invoice 2026-001"),
    ("2026-01-31", "-3.00", "Sample Bank", "Account fee January"),
)


@pytest.mark.parametrize("write", [months.ofx, months.camt, months.mt940, months.qif, months.csv])
def test_a_month_it_reads_alike_whatever_the_format(write):
    reading = read_file(content=write(_MONTH), name="statement")

    assert (reading.status, reading.error) == ("read", None)
    (statement,) = reading.statements
    assert [
        (str(line.date), str(line.amount), line.counterparty, text_key(line.description, line.counterparty))
        for line in statement.lines
    ] == [(day, amount, name, text_key(name, memo)) for day, amount, name, memo in _MONTH]
