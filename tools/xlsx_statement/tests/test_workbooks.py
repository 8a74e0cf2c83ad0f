from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tools.contract import StatementRefusedError
from tools.xlsx_statement import claims, read_statement
from tools.xlsx_statement.tests.books import (
    DAY,
    EURO,
    NUMBERED,
    SHORT_DAY,
    ods,
    one,
    pack,
    sheet_xml,
    xlsx,
    xml2003,
)

HEADER = ("Date", "Description", "Amount", "Balance")
ROWS = (
    (("46084", DAY), "Rent", -850.1, 1149.9),
    (("46085", DAY), "Client", 2100.35, 3250.25),
    (("46088", SHORT_DAY), "Power", ("-64.069999999999993", EURO), ("3186.1799999999998", EURO)),
)
TRUTH = [(date(2026, 3, 3), "-850.10"), (date(2026, 3, 4), "2100.35"), (date(2026, 3, 7), "-64.07")]
XLS = Path(__file__).parent / "samples" / "german_balance.xls"


def rows_of(content, name="statement.xlsx"):
    (statement,) = read_statement(content, name).statements
    return [(line.date, line.amount) for line in statement.lines]


def refused(content):
    with pytest.raises(StatementRefusedError) as caught:
        read_statement(content, "statement.xlsx")
    return str(caught.value)


def truth():
    return [(day, Decimal(amount)) for day, amount in TRUTH]


@pytest.mark.parametrize(
    "content",
    [
        one([("Statement of account",), (), HEADER, *ROWS, (), ("", "Total", 1186.18)]),
        ods([("Statement",), HEADER, *[((day.isoformat(), None), "x", amount) for day, amount in TRUTH]]),
        xml2003([HEADER, *[((day.isoformat(), None), "x", float(amount)) for day, amount in TRUTH]]),
    ],
    ids=["xlsx", "ods", "xml2003"],
)
def test_it_reads_typed_cells_as_the_bank_wrote_them(content):
    assert claims(content, "download")
    assert rows_of(content) == truth()


def test_it_reads_xls():
    reading = read_statement(XLS.read_bytes(), XLS.name)

    (statement,) = reading.statements
    assert (reading.format, statement.account, statement.currency) == ("xls", "DE02120300000000202051", "EUR")
    assert (statement.opening_balance, statement.closing_balance) == (Decimal("2000.00"), Decimal("3186.18"))
    assert statement.lines[0].place == {"sheet": "Umsätze", "row": 6}


def test_it_counts_days_from_1904_where_the_workbook_does():
    shifted = [((str(int(day[0]) - 1462), day[1]), *rest) for day, *rest in ROWS]

    assert rows_of(one([HEADER, *shifted], from_1904=True)) == truth()


def test_it_takes_three_decimals_for_what_they_are():
    ((_, amount),) = rows_of(one([HEADER[:3], (("46084", DAY), "Dinar", -4.884)]))

    assert amount == Decimal("-4.884")


def test_it_writes_numbers_like_the_texts_beside_them():
    rows = [HEADER, (("46084", DAY), "A", "-1.234,56", "765,44"), (("46085", DAY), "B", -65.44, 700)]

    assert [amount for _, amount in rows_of(one(rows))] == [Decimal("-1234.56"), Decimal("-65.44")]


def test_it_takes_no_number_with_a_word_in_its_format_for_a_day():
    rows = [("Date", "No", "Amount"), (("46084", DAY), ("46085", NUMBERED), -1.5)]

    assert rows_of(one(rows)) == [(date(2026, 3, 3), Decimal("-1.5"))]


def test_it_reads_what_a_formula_gave_and_refuses_one_that_was_never_calculated():
    rows = [HEADER[:3], (("46084", DAY), "A", "=1+1|-2.5"), (("46085", DAY), "B", -1)]

    assert [amount for _, amount in rows_of(one(rows))] == [Decimal("-2.5"), Decimal(-1)]
    assert "formulas" in refused(one(rows, stale=True))
    assert "formulas" in refused(one([HEADER[:3], (("46084", DAY), "A", "=1+1"), (("46085", DAY), "B", -1)]))


def test_it_leaves_out_hidden_rows_unless_the_balance_needs_them():
    unbalanced = [HEADER[:3], *[row[:3] for row in ROWS]]
    without = read_statement(one(unbalanced, hidden={3}), "a.xlsx")

    assert [amount for _, amount in rows_of(one([HEADER, *ROWS], hidden={3}))] == [
        each for _, each in truth()
    ]
    assert len(without.statements[0].lines) == 2
    assert any("Hidden rows" in warning for warning in without.warnings)


def test_it_repeats_a_day_that_is_merged_over_rows():
    rows = [HEADER[:3], (("46084", DAY), "A", -1.25), ("", "B", -2.5)]

    assert rows_of(one(rows, merged=["A2:A3"])) == [
        (date(2026, 3, 3), Decimal("-1.25")),
        (date(2026, 3, 3), Decimal("-2.5")),
    ]


def test_it_reads_every_sheet_once():
    march, april = sheet_xml([HEADER, *ROWS]), sheet_xml([HEADER, (("46120", DAY), "Tea", -3.5, 3182.68)])
    part = sheet_xml([HEADER, *ROWS[:2]])
    notes = sheet_xml([("Notes",), ("Nothing to see",)])
    content = xlsx(
        ("March", "visible", march), ("April", "visible", april), ("Some", "visible", part),
        ("Notes", "visible", notes), ("Old", "hidden", march),
    )  # fmt: skip

    reading = read_statement(content, "year.xlsx")

    assert [len(statement.lines) for statement in reading.statements] == [3, 1]
    assert any("“Some”" in warning for warning in reading.warnings)
    assert any("“Old”" in warning for warning in reading.warnings)


def test_a_sheet_that_cannot_be_read_refuses_the_workbook():
    broken = sheet_xml([HEADER, (("46084", DAY), "A", "nothing", 1)])

    sentence = refused(xlsx(("Good", "visible", sheet_xml([HEADER, *ROWS])), ("Bad", "visible", broken)))

    assert "Bad" in sentence


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (one([HEADER, *ROWS])[:-200], "damaged"),
        (pack({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook><sheets>"}), "damaged"),
        (one([HEADER], extra={"../evil.txt": "x"}), "leads out"),
        (one([HEADER], extra={"xl/media/bomb.bin": b"\0" * 30_000_000}), "times as large"),
        (
            xlsx(("S", "visible", '<!DOCTYPE x [<!ENTITY a "b">]><worksheet><sheetData/></worksheet>')),
            "entities",
        ),
        (
            xlsx(("S", "visible", '<!DOCTYPE x SYSTEM "file:///etc/passwd"><worksheet/>')),
            "entities",
        ),
        (one([("Budget", "Jan", "Feb"), ("Rent", 120, 125)]), "No sheet"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "workbook"),
    ],
    ids=["cut", "broken", "traversal", "bomb", "entity", "external", "budget", "no-xls"],
)
def test_it_refuses_with_a_sentence(content, word):
    assert word in refused(content)


def test_it_claims_no_other_archive():
    assert not claims(pack({"a.csv": "x"}), "a.zip")
    assert not claims(pack({"mimetype": "application/epub+zip", "content.xml": "<x/>"}), "a.epub")
    assert not claims(b"PK\x03\x04", "a.zip")
    assert not claims(b"Date,Amount\n2026-01-01,1.00\n", "a.xlsx")


def test_it_passes_over_a_sheet_of_words():
    wide = (
        '<worksheet><sheetData><row r="1">'
        + '<c t="inlineStr"><is><t>x</t></is></c>' * 400
        + "</row></sheetData></worksheet>"
    )

    assert "No sheet" in refused(xlsx(("S", "visible", wide)))
