"""Dates that leave open which number is the day: what a person is asked, and what the answer does."""

from dataclasses import replace
from datetime import date

import pytest

from tools import csv_statement, pdf_statement, qif_statement, xlsx_statement
from tools._shared.years import Years
from tools.contract import Layout, OpenOrderError
from tools.pdf_statement.tests.printing import Printer, table
from tools.xlsx_statement.tests.books import sheet_xml, xlsx

_CSV = b"Date,Text,Amount\n04/04/2026,Tea,-4.00\n03/04/2026,Rent,-900.00\n05/06/2026,Salary,2000.00\n"
_ROWS = [line.split(",") for line in _CSV.decode().splitlines()]
_QIF = b"!Type:Bank\nD04/04/2026\nT-4.00\n^\nD03/04/2026\nT-900.00\n^\nD05/06/2026\nT2000.00\n^\n"


def _pdf(*days, period=()):
    header, places = ("Date", "Description", "Money out", "Money in", "Balance"), (40, 110, -400, -470, -550)
    rows = [(days[0], "Tea", "15.00", "", "85.00"), (days[1], "Pay", "", "10.00", "95.00")]
    page = Printer()
    for at, line in enumerate(period):
        page = page.line((40 + at, line))
    return table(page, header, rows, places).content()


_FILES = {
    "csv": (csv_statement, _CSV),
    "xlsx": (xlsx_statement, xlsx(("Account", "visible", sheet_xml(_ROWS)))),
    "two sheets": (
        xlsx_statement,
        xlsx(("Account", "visible", sheet_xml(_ROWS)), ("Notes", "visible", sheet_xml([["None"]]))),
    ),
    "qif": (qif_statement, _QIF),
    "pdf": (pdf_statement, _pdf("03/04/2026", "03/04/2026")),
}


def _asked(reader, content, name="a", **options):
    with pytest.raises(OpenOrderError) as caught:
        reader.read_statement(content, name, **options)
    assert "day or the month first" in str(caught.value)
    return caught.value.asks


def _days(reading):
    return [line.date for statement in reading.statements for line in statement.lines]


@pytest.mark.parametrize("which", _FILES)
def test_a_person_is_asked_with_the_days_of_each_answer_and_the_answer_reads_the_file(which):
    reader, content = _FILES[which]

    asks = _asked(reader, content)

    assert asks.printed == "03/04/2026"
    assert [(way.order, way.example) for way in asks.ways] == [
        ("DMY", date(2026, 4, 3)),
        ("MDY", date(2026, 3, 4)),
    ]
    assert asks.why.startswith("No date of the file is after the 12th of a month")
    for way in asks.ways:
        reading = reader.read_statement(content, "a", layouts=[replace(asks.layout, day_order=way.order)])
        assert asks.layout.fingerprint in reading.layouts
        assert reading.orders_said == (asks.layout.fingerprint,)
        assert (min(_days(reading)), max(_days(reading))) == (way.first, way.last)


def test_days_without_a_year_are_asked_about_too():
    content = b"Date,Text,Amount\n03/04,Rent,-900.00\n03/04,Salary,2000.00\n"

    asks = _asked(csv_statement, content, name="a-2026.csv")
    reading = csv_statement.read_statement(content, "a-2026.csv", [replace(asks.layout, day_order="MDY")])

    assert asks.printed == "03/04"
    assert _days(reading) == [date(2026, 3, 4)] * 2
    assert reading.orders_said == reading.layouts
    page = _pdf("03/04", "03/04", period=["Statement period 1 January 2026 to 30 September 2026"])
    asks = _asked(pdf_statement, page)
    of_page = pdf_statement.read_statement(page, "a", layouts=[replace(asks.layout, day_order="DMY")])
    assert _days(of_page) == [date(2026, 4, 3)] * 2
    assert of_page.orders_said == of_page.layouts


@pytest.mark.parametrize(
    ("days", "above", "why"),
    [
        (("02/02", "03/04", "05/06"), "", "its rows are in order of time either way"),
        (("03/04", "03/04", "03/04"), "", "all its rows have one day"),
        (("05/06", "03/04", "06/07"), "", "its rows are in no order of time either way"),
        (("02/01", "03/06", "01/12"), "", "only in the way that puts them far apart"),
        (
            ("02/02", "03/04", "05/06"),
            "Printed 2026-12-31\n",
            "the days above its rows or in its name allow either",
        ),
    ],
)
def test_why_nothing_settles_it_is_said(days, above, why):
    rows = "".join(f"{day}/2026,Tea {at},-{at}.00\n" for at, day in enumerate(days, 1))

    assert why in _asked(csv_statement, f"{above}Date,Text,Amount\n{rows}".encode()).why


def test_what_was_said_counts_only_where_the_rows_leave_it_open():
    (shown,) = csv_statement.describe(_CSV, "a.csv").tables
    said = [Layout(shown.layout.fingerprint, (), "MDY")]

    settled = csv_statement.read_statement(_CSV.replace(b"04/04", b"14/04"), "a.csv", said)
    (described,) = csv_statement.describe(_CSV, "a.csv", said).tables

    assert _days(settled)[0] == date(2026, 4, 14)
    assert settled.orders_said == ()
    assert any(
        "the day comes first in “Date”, although somebody said otherwise" in each for each in settled.warnings
    )
    assert described.layout == replace(shown.layout, day_order="MDY")


def test_columns_that_were_chosen_without_an_order_are_kept_in_the_answer():
    (shown,) = csv_statement.describe(_CSV, "a.csv").tables
    chosen = replace(shown.layout, roles=("date", "counterparty", "amount"))

    asks = _asked(csv_statement, _CSV, layouts=[chosen])

    assert asks.layout == chosen
    assert asks.titles == ("Date", "Text", "Amount")


def test_no_order_is_offered_that_would_tear_the_days_apart():
    years = Years(period=None, anchors=[date(2026, 12, 31)], file_year=None, day_first=set(), file="file")

    read = years.read(["09/10", "09/11", "10/01", "10/02", "09/12"])

    assert read.texts[0] == "2026-09-10"


@pytest.mark.parametrize("which", ["qif", "pdf"])
def test_a_file_without_columns_is_read_as_somebody_said_only_where_it_leaves_it_open(which):
    reader, content = _FILES[which]
    said = [replace(_asked(reader, content).layout, day_order="MDY")]
    sure = content.replace(b"04/04", b"14/04") if which == "qif" else _pdf("14/04/2026", "15/04/2026")

    reading = reader.read_statement(sure, "a", layouts=said)

    assert _days(reading)[0] == date(2026, 4, 14)
    assert (len(reading.layouts), reading.orders_said) == (1, ())


def test_what_was_said_of_other_qif_files_leaves_the_hand_of_quicken_alone():
    said = [replace(_asked(qif_statement, _QIF).layout, day_order="DMY")]

    reading = qif_statement.read_statement(b"!Type:Bank\nD6/ 1'26\nT1.00\n^\n", "a", layouts=said)

    assert _days(reading) == [date(2026, 6, 1)]
    assert "as Quicken writes" in reading.warnings[0]
    assert reading.orders_said == ()


def test_weak_signs_against_what_was_said_are_named():
    said = [replace(_asked(qif_statement, _QIF).layout, day_order="MDY")]

    reading = qif_statement.read_statement(_QIF.replace(b".00", b",00"), "a", layouts=said)

    assert _days(reading)[1] == date(2026, 3, 4)
    assert [
        each for each in reading.warnings if "Weak signs say that the day comes first in the file;" in each
    ]


def test_an_order_beside_chosen_columns_is_kept_and_the_rows_that_speak_against_it_are_named():
    (shown,) = csv_statement.describe(_CSV, "a.csv").tables
    chosen = [replace(shown.layout, roles=("date", "counterparty", "amount"), day_order="DMY")]
    days = ("05/01", "06/01", "01/02", "02/02", "03/02")
    rows = "".join(f"{day}/2026,Tea,-{at}.00\n" for at, day in enumerate(days, 1))
    content = f"Date,Text,Amount\n{rows}".encode()

    same = csv_statement.read_statement(content, "a.csv", chosen)
    against = csv_statement.read_statement(content, "a.csv", [replace(chosen[0], day_order="MDY")])

    assert (_days(same)[0], same.warnings) == (date(2026, 1, 5), ())
    assert date(2026, 5, 1) in _days(against)
    (warning,) = against.warnings
    assert "The rows show that the day comes first in “Date”" in warning
    assert warning.endswith("They were read in the order that was chosen.")
