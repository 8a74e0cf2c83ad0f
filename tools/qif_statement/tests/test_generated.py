"""Generated registers come back exactly; damaged ones are read or refused, nothing else."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tools._shared.encodings import decode
from tools._shared.tests.damage import EDITS, amounts_written_nowhere, damaged, read_or_refused
from tools.contract import StatementRefusedError
from tools.qif_statement import read_statement
from tools.qif_statement.tests.golden import SAMPLES

_TEXT = st.text("ABCDEFGHIJabcäöü0123456789 .,/-", max_size=30).map(lambda text: " ".join(text.split()))
_DAY = st.dates(date(1970, 1, 1), date(2069, 12, 31))
_CENTS = st.integers(-(10**11), 10**11)
_ROW = st.tuples(_DAY, _CENTS, _TEXT, _TEXT, _TEXT)
_FORMS = {
    "%d/%m/%Y": "day",
    "%m/%d/%Y": "month",
    "%d.%m.%y": "day",
    "%Y-%m-%d": "year",
}
_CONTENTS = [sample.read_bytes() for sample in SAMPLES]


def _file(rows, form, mark):
    other = "," if mark == "." else "."
    parts = ["!Type:Bank\n"]
    for day, cents, payee, memo, number in rows:
        whole = f"{abs(cents) // 100:,}".replace(",", other)
        amount = f"{'-' if cents < 0 else ''}{whole}{mark}{abs(cents) % 100:02d}"
        parts.append(f"D{day.strftime(form)}\nT{amount}\nP{payee}\nM{memo}\nN{number}\n^\n")
    return "".join(parts).encode()


@given(
    rows=st.lists(_ROW, min_size=1, max_size=8),
    form=st.sampled_from(sorted(_FORMS)),
    mark=st.sampled_from(".,"),
)
def test_generated_registers_it_reads_back_exactly_or_asks(rows, form, mark):
    order = _FORMS[form]
    assume(order != "month" or mark == ".")

    reading = read_or_refused(read_statement, _file(rows, form, mark))

    if reading.format == "refused":
        assert order != "year"
        assert "day or the month first" in reading.notice
        return
    (statement,) = reading.statements
    found = [(line.date, line.amount, line.counterparty, line.reference) for line in statement.lines]
    stated = [
        (day, Decimal(cents) / 100, payee or None, number or None) for day, cents, payee, _, number in rows
    ]
    if any(day.day > 12 for day, *_ in rows) or order == "year":
        assert found == stated
    else:
        assert [each[1:] for each in found] == [each[1:] for each in stated]


@settings(max_examples=300, deadline=None)
@given(content=st.sampled_from(_CONTENTS), edits=EDITS)
def test_damaged_bytes_it_reads_or_refuses(content, edits):
    broken = damaged(content, edits)

    reading = read_or_refused(read_statement, broken)

    assert amounts_written_nowhere(reading, decode(broken) if reading.statements else "") == []


@given(cut=st.integers(1, 10_000))
def test_a_record_that_is_cut_it_refuses(cut):
    rows = [(date(2026, 1, day), 100 + day, "payee", "memo", "") for day in range(11, 19)]
    content = _file(rows, "%Y-%m-%d", ".")
    content = content[: min(cut, len(content) - 1)]

    reading = read_or_refused(read_statement, content)

    records = content.count(b"^")
    lines = [line for each in reading.statements for line in each.lines]
    is_told = any("is not closed (^)" in warning for warning in reading.warnings)
    assert reading.format == "refused" or len(lines) == records + is_told
    assert [line.amount for line in lines] == [Decimal(cents) / 100 for _, cents, *_ in rows[: len(lines)]]


def test_a_last_record_that_is_not_closed_it_reads_with_a_warning():
    content = b"!Type:Bank\nD2026-01-30\nT5.00\n^\nD2026-01-31\nT-12.50\nPShop\n"

    reading = read_statement(content, "")

    assert [str(line.amount) for line in reading.statements[0].lines] == ["5.00", "-12.50"]
    assert "line 5, is not closed (^)" in reading.warnings[0]
    with pytest.raises(StatementRefusedError, match="not closed"):
        read_statement(content.replace(b"\nPShop\n", b""), "")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1/31/26", date(2026, 1, 31)),
        ("1/31' 6", date(2006, 1, 31)),
        ("1/31'06", date(2006, 1, 31)),
        ("1/31'2026", date(2026, 1, 31)),
        (" 1/31/26", date(2026, 1, 31)),
        ("31.1.2026", date(2026, 1, 31)),
        ("31-01-2026", date(2026, 1, 31)),
        ("2026-01-31", date(2026, 1, 31)),
        ("31 Jan 2026", date(2026, 1, 31)),
        ("1/31/94", date(1994, 1, 31)),
    ],
)
def test_a_date_it_reads_in_every_writing(text, day):
    (statement,) = read_statement(f"!Type:Bank\nD{text}\nT1.00\n^\n".encode(), "").statements

    assert statement.lines[0].date == day


def test_a_file_of_quicken_that_says_nothing_it_reads_month_first_and_says_so():
    (warning,) = read_statement(b"!Type:Bank\nD6/ 1'06\nT1.00\n^\n", "").warnings

    assert "month first" in warning
    with pytest.raises(StatementRefusedError, match="day or the month first"):
        read_statement(b"!Type:Bank\nD06/01/2006\nT1.00\n^\n", "")


def test_an_opening_record_of_another_account_is_a_movement():
    content = b"!Account\nNChecking\n^\n!Type:Bank\nD2026-01-31\nT5.00\nPOpening Balance\nL[Savings]\n^\n"

    (statement,) = read_statement(content, "").statements

    assert (len(statement.lines), statement.opening_balance) == (1, None)
