"""Generated statements come back exactly; damaged ones are read or refused, nothing else."""

from datetime import date
from decimal import Decimal
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools._shared.encodings import decode
from tools._shared.tests.damage import EDITS, amounts_written_nowhere, damaged, read_or_refused
from tools.contract import StatementRefusedError
from tools.mt940_statement import read_statement
from tools.mt940_statement._values import parse_amount, parse_day
from tools.mt940_statement.tests.golden import SAMPLES

_TEXT = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabc0123456789 .,/-", max_size=120).map(
    lambda text: " ".join(text.split())
)
_DAY = st.dates(date(1980, 1, 1), date(2079, 12, 31))
_CENTS = st.integers(1, 10**14)
_ROW = st.tuples(_DAY, _CENTS, st.sampled_from(["C", "D", "RC", "RD"]), st.booleans(), _TEXT)
_CONTENTS = [sample.read_bytes() for sample in SAMPLES]


def _money(cents):
    return f"{abs(cents) // 100},{abs(cents) % 100:02d}"


def _signed(cents, mark):
    return cents if mark in ("C", "RD") else -cents


def _file(rows, *, encoding="utf-8"):
    total = sum(_signed(cents, mark) for _, cents, mark, _, _ in rows)
    parts = [":20:A\n:25:1\n:28C:1/1\n:60F:C260101EUR0,\n"]
    for day, cents, mark, has_entry, text in rows:
        details = f"166?00KIND?20SVWZ+{text.replace('?', '')}"
        wrapped = "\n".join(details[at : at + 65] for at in range(0, len(details), 65))
        entry = f"{day:%m%d}" if has_entry else ""
        parts.append(f":61:{day:%y%m%d}{entry}{mark}R{_money(cents)}NTRFNONREF//B{cents}\n:86:{wrapped}\n")
    parts.append(f":62F:{'D' if total < 0 else 'C'}260131EUR{_money(total)}\n-\n")
    return "".join(parts).encode(encoding)


@given(rows=st.lists(_ROW, max_size=8), encoding=st.sampled_from(["utf-8", "cp1252"]))
def test_generated_statements_it_reads_back_exactly(rows, encoding):
    (statement,) = read_statement(_file(rows, encoding=encoding), "").statements

    assert [(line.date, line.amount, line.bank_id) for line in statement.lines] == [
        (day, Decimal(_signed(cents, mark)) / 100, f"B{cents}") for day, cents, mark, _, _ in rows
    ]
    assert statement.closing_balance == sum((line.amount for line in statement.lines), Decimal(0))
    for line, row in zip(statement.lines, rows, strict=True):
        assert row[4].replace(" ", "") in line.description.replace(" ", "")


def _pages(cents):
    balances = list(accumulate(cents, initial=0))
    for number, (moved, before, after) in enumerate(
        zip(cents, balances, balances[1:], strict=False), start=1
    ):
        is_last = number == len(cents)
        opening, closing = "F" if number == 1 else "M", "F" if is_last else "M"
        yield (
            f":20:A\n:25:1\n:28C:1/{number}\n:60{opening}:{'D' if before < 0 else 'C'}260101EUR{_money(before)}\n"
            f":61:260101{'D' if moved < 0 else 'C'}{_money(moved)}NTRFNONREF\n"
            f":62{closing}:{'D' if after < 0 else 'C'}260101EUR{_money(after)}\n-\n"
        )


_MOVED = st.lists(st.integers(-(10**6), 10**6).filter(bool), min_size=2, max_size=6)


@given(cents=_MOVED)
def test_pages_it_joins_into_one_statement(cents):
    (statement,) = read_statement("".join(_pages(cents)).encode(), "").statements

    assert len(statement.lines) == len(cents)
    assert (statement.opening_balance, statement.closing_balance) == (0, Decimal(sum(cents)) / 100)
    assert (statement.number, statement.missing_pages) == (1, None)


@given(cents=_MOVED, at=st.integers(0, 5))
def test_a_page_that_is_missing_it_names(cents, at):
    pages = list(_pages(cents))
    lost = at % len(pages)
    is_last = lost == len(pages) - 1
    del pages[lost]

    (statement,) = read_statement("".join(pages).encode(), "").statements

    of = "" if is_last else f" of {len(cents)}"
    assert statement.missing_pages == f"page {lost + 1}{of} is missing"
    assert len(statement.lines) == len(pages)


@settings(max_examples=300, deadline=None)
@given(content=st.sampled_from(_CONTENTS), edits=EDITS)
def test_damaged_bytes_it_reads_or_refuses(content, edits):
    broken = damaged(content, edits)

    reading = read_or_refused(read_statement, broken)

    assert amounts_written_nowhere(reading, decode(broken) if reading.statements else "") == []


@given(cut=st.integers(1, 10_000))
def test_a_cut_file_it_never_reads_with_fewer_lines_and_without_a_word(cut):
    rows = [(date(2026, 1, day), 100 + day, "C", True, "text") for day in range(1, 9)]
    content = _file(rows)
    content = content[: min(cut, content.rindex(b":62F"))]

    reading = read_or_refused(read_statement, content)

    assert reading.format == "refused" or any("cut off" in warning for warning in reading.warnings)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("12,34", "12.34"),
        ("500", "500"),
        ("500,", "500"),
        (",5", "0.5"),
        ("1,234", "1.234"),
        ("000000000025,00", "25.00"),
        ("1211771.46", "1211771.46"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("11 274 21,94".replace(" ", ""), "1127421.94"),
    ],
)
def test_an_amount_it_reads_exactly(text, amount):
    assert parse_amount(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["", "1.234", "1.2.3", "12,34,56", "1,23.456", "11 27421,94", "1e5", "-5,", "1'23,4"]
)
def test_what_is_no_amount_or_two_it_refuses(text):
    with pytest.raises(ValueError, match=r".*"):
        parse_amount(text)


@pytest.mark.parametrize(
    ("text", "day", "is_clamped"),
    [
        ("260131", date(2026, 1, 31), False),
        ("800101", date(1980, 1, 1), False),
        ("790101", date(2079, 1, 1), False),
        ("240229", date(2024, 2, 29), False),
        ("260229", date(2026, 2, 28), True),
        ("240230", date(2024, 2, 29), True),
    ],
)
def test_a_day_it_takes_as_stated(text, day, is_clamped):
    assert parse_day(text) == (day, is_clamped)


@pytest.mark.parametrize("text", ["260431", "260232", "261301", "260100"])
def test_what_is_no_day_it_refuses(text):
    with pytest.raises(ValueError, match=r".*"):
        parse_day(text)


@pytest.mark.parametrize(
    "details",
    [
        "no structure at all",
        "?20",
        "166?",
        "/NAME/",
        "/EREF//NAME//REMI//",
        "166?20EREF+?21SVWZ+",
        "/CNTP/a/b",
    ],
)
def test_details_of_every_shape_it_reads(details):
    content = (
        f":20:A\n:25:1\n:60F:C260101EUR0,\n:61:260101C1,NTRFREF\n:86:{details}\n:62F:C260101EUR1,\n".encode()
    )

    (line,) = read_statement(content, "").statements[0].lines

    assert line.amount == 1


def test_a_movement_without_account_and_balance_it_refuses():
    with pytest.raises(StatementRefusedError, match="fragment"):
        read_statement(b":20:A\n:61:260101C1,NTRFREF\n:86:B\n", "")


@pytest.mark.parametrize("minute", [13, 20, 21, 25, 28])
def test_a_time_that_a_line_of_details_cuts_stays_text(minute):
    content = _file([(date(2026, 1, 5), 1250, "D", True, "")]).replace(
        b"?20SVWZ+", f"?20SVWZ+PAID ON 2026-01-05 14\n:{minute}:07 HARBOR".encode()
    )

    (statement,) = read_statement(content, "").statements

    assert f":{minute}:07 HARBOR" in statement.lines[0].description
    assert statement.account == "1"


def test_a_statement_whose_details_end_in_two_digits_ends_before_the_next():
    one = _file([(date(2026, 1, 5), 1250, "D", True, "FLAT 14")]).replace(b"\n-\n", b"\n:86:HOUSE 14\n")

    first, second = read_statement(one + one.replace(b":20:A", b":20:15"), "").statements

    assert len(first.lines) == len(second.lines) == 1


@pytest.mark.parametrize(
    ("stated", "booked"),
    [
        ("2601060105", "2026-01-05"),
        ("2601020130", "2026-01-30"),
        ("2601011231", "2025-12-31"),
        ("2512310102", "2026-01-02"),
        ("2601060106", None),
        ("260106", None),
        ("2601060230", None),
        ("2402280229", "2024-02-29"),
    ],
)
def test_the_entry_date_is_kept_beside_the_value_date_in_the_closest_year(stated, booked):
    content = f":20:A\n:25:1\n:60F:C260101EUR0,\n:61:{stated}D1,00NTRFNONREF\n:62F:D260131EUR1,00\n-\n"
    (statement,) = read_statement(content.encode(), "").statements

    (line,) = statement.lines
    assert (f"{line.date:%y%m%d}", line.value_date) == (stated[:6], line.date)
    assert (line.booking_date and line.booking_date.isoformat()) == booked
