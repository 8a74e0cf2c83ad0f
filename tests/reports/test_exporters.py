"""What files hold: numbers that are numbers, sums that are formulas, texts that nothing computes, numbered pages."""

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from pypdf import PdfReader

from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.reports.exporters import pdf, write, xlsx
from ledgerflow.reports.table import Column, Frame, Kind, Row, RowKind, Table

FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")']
COLUMNS = (
    Column("kind", "Kind", on_paper=False),
    Column("date", "Date", Kind.DATE),
    Column("text", "Text"),
    Column("debit", "Debit", Kind.MONEY),
    Column("balance", "Balance", Kind.MONEY, is_summed=False),
)


def table_of(rows, *, columns=COLUMNS, currency="USD", **frame):
    around = Frame("Łódź & Söhne", "lodz", currency, "Draft", ("One line is missing.",), **frame)
    return Table("lines", "Lines", "2026-Q1", around, columns, iter(rows), {"as_of": date(2026, 3, 31)})


def three_rows(texts=("Žižkov", "Œuvre"), count=2):
    yield Row(("heading", None, "Bank", None, Decimal(5)), RowKind.HEADING)
    for at in range(count):
        amount = Decimal("1234.5000") if at else Decimal(-1)
        yield Row(("line", date(2026, 1, 2), texts[at % len(texts)], amount, Decimal(7)), group="lines")
    yield Row(("total", None, "Total", Decimal("1233.5"), Decimal(7)), RowKind.TOTAL, adds=((1, "lines"),))
    yield Row(("foot", None, "All", Decimal(-1), None), RowKind.FOOT, adds=((-1, "lines"), (1, "none")))


def written(table, form):
    out = io.BytesIO()
    write(table, form, out)
    return out.getvalue()


def sheet_of(table):
    with zipfile.ZipFile(io.BytesIO(written(table, "xlsx"))) as archive:
        return archive.read("xl/worksheets/sheet1.xml").decode()


def test_json_holds_details_and_totals_with_the_digits_of_the_currency():
    answer = json.loads(written(table_of(three_rows()), "json"))

    assert (answer["report"], answer["book"], answer["currency"], answer["as_of"]) == (
        "lines",
        "lodz",
        "USD",
        "2026-03-31",
    )
    assert [(row["kind"], row["date"], row["debit"]) for row in answer["rows"]] == [
        ("line", "2026-01-02", "-1.00"),
        ("line", "2026-01-02", "1234.50"),
        ("total", None, "1233.50"),
    ]


@pytest.mark.parametrize(("currency", "shown"), [("JPY", "7"), ("KWD", "7.000")])
def test_amounts_have_the_digits_of_their_currency(currency, shown):
    answer = json.loads(written(table_of(three_rows(), currency=currency), "json"))

    assert answer["rows"][0]["balance"] == shown


def test_where_rows_have_currencies_of_their_own_amounts_have_the_digits_of_these():
    def table():
        rows = [
            Row(("line", None, code, Decimal("12.3") if code == "USD" else Decimal(12), None), currency=code)
            for code in ("USD", "JPY", "KWD", "USD")
        ]
        return replace(table_of(rows, currency=""), subtitle="")

    records = list(csv.DictReader(io.StringIO(written(table(), "csv").decode(), newline="")))
    with zipfile.ZipFile(io.BytesIO(written(table(), "xlsx"))) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        looks = archive.read("xl/styles.xml").decode()

    assert [row["debit"] for row in records] == ["12.30", "12", "12.000", "12.30"]
    styles = re.findall(r'<c r="C\d+" s="(\d+)"><v>', sheet)
    codes = dict(re.findall(r'<numFmt numFmtId="(\d+)" formatCode="([^"]*)"', looks))
    used = re.findall(r'<xf numFmtId="(\d+)"', looks.partition("<cellXfs")[2])
    built_in = {"3": "#,##0", "4": "#,##0.00"}
    shown = [(codes | built_in)[used[int(style)]] for style in styles]
    assert shown == ["#,##0.00", "#,##0", "#,##0.000", "#,##0.00"]
    assert ">Łódź &amp; Söhne<" in sheet


def test_a_csv_computes_nothing():
    texts = written(table_of(three_rows(FORMULAS, count=len(FORMULAS))), "csv").decode()

    rows = list(csv.DictReader(io.StringIO(texts, newline="")))
    assert [row["text"] for row in rows[:-1]] == [f"'{text}" for text in FORMULAS]
    assert rows[0]["debit"] == "-1.00"


def test_a_workbook_holds_numbers_and_formulas_for_sums():
    sheet = sheet_of(table_of(three_rows()))

    assert re.search(r'<c r="C8"[^>]*><v>1234.5(000)?</v></c>', sheet)
    assert re.search(r'<c r="C9"[^>]*><f>SUM\(C7:C8\)</f><v>1233.5</v></c>', sheet)
    assert re.search(r'<c r="C10"[^>]*><f>-SUM\(C7:C8\)</f><v>-1</v></c>', sheet)
    assert re.search(r'<c r="D9"[^>]*><v>7</v></c>', sheet)
    assert re.search(r'<c r="A7"[^>]*><v>46024</v></c>', sheet)
    assert "Kind" not in sheet


def test_a_workbook_takes_no_text_for_a_formula_or_a_link():
    sheet = sheet_of(table_of(three_rows(FORMULAS, count=len(FORMULAS))))

    formulas = re.findall(r"<f>([^<]*)</f>", sheet)
    assert all(formula.removeprefix("-").startswith("SUM(") for formula in formulas)
    assert len(formulas) == 2
    assert "hyperlink" not in sheet.replace("HYPERLINK", "")


@pytest.mark.parametrize(("exporter", "form"), [(xlsx, "xlsx"), (pdf, "pdf")])
def test_more_rows_than_a_file_holds_are_refused_with_a_sentence(monkeypatch, exporter, form):
    monkeypatch.setattr(exporter, "_MOST_ROWS", 8)

    with pytest.raises(LedgerFlowError, match="shorter period"):
        written(table_of(three_rows(count=20)), form)


def test_every_page_says_what_it_is_and_how_many_there_are():
    document = PdfReader(
        io.BytesIO(written(table_of(three_rows(count=150), chain_head="abc123", chain_batch=7), "pdf"))
    )

    texts = [page.extract_text() for page in document.pages]
    assert len(texts) == 3
    for at, text in enumerate(texts, 1):
        assert re.search(rf"Page {at} of\s+3", text)
        for said in (
            "Lines · Łódź & Söhne",
            "2026-Q1 · USD",
            "Draft",
            "Hash chain after batch 7: abc123",
            "Žižkov",
            "Balance",
        ):
            assert said in text
    assert "1,234.50" in texts[0]
    assert "One line is missing." in texts[2]
    assert sum(text.count("2026-01-02") for text in texts) == 150


def test_columns_that_do_not_fit_go_on_further_pages_behind_the_same_texts():
    months = [Column(f"{month}", f"Month {month}", Kind.MONEY) for month in range(1, 25)]
    rows = [Row(("4000", "Sales", *[Decimal(month) for month in range(1, 25)]))]
    table = table_of(rows, columns=(Column("code", "Code"), Column("account", "Account"), *months))

    pages = [page.extract_text() for page in PdfReader(io.BytesIO(written(table, "pdf"))).pages]

    assert len(pages) == 3
    assert all("Sales" in page for page in pages)
    assert [f"Month {month}" in "".join(pages) for month in range(1, 25)] == [True] * 24


def test_a_text_wider_than_its_column_is_cut_behind_an_ellipsis():
    document = PdfReader(io.BytesIO(written(table_of(three_rows(["W" * 400])), "pdf")))

    text = document.pages[0].extract_text()
    assert "WWW…" in text
    assert "W" * 150 not in text


@pytest.mark.parametrize(
    ("day", "number"),
    [(date(1900, 1, 1), 1), (date(1900, 2, 28), 59), (date(1900, 3, 1), 61), (date(2026, 1, 2), 46024)],
)
def test_a_workbook_knows_days_as_excel_counts_them(day, number):
    rows = [Row(("line", day, "Any", Decimal(1), None))]

    assert re.search(rf'<c r="A6"[^>]*><v>{number}</v></c>', sheet_of(table_of(rows)))


def test_a_long_text_wraps_where_its_column_does_and_is_cut_elsewhere():
    words = " ".join(f"word{at:03}" for at in range(60))
    columns = (
        Column("one", "One", wraps=True),
        Column("other", "Other"),
        Column("amount", "Amount", Kind.MONEY),
    )
    rows = [Row((words, words, Decimal(at))) for at in range(30)]

    document = PdfReader(io.BytesIO(written(table_of(rows, columns=columns), "pdf")))

    texts = [page.extract_text() for page in document.pages]
    assert sum(text.count("word059") for text in texts) == 30
    assert sum(text.count("…") for text in texts) == 30
    # No row is torn: where a page begins with a row, it has its beginning.
    assert all(text.count("word059") == text.count("word058") for text in texts)


def test_a_sheet_is_named_after_any_report():
    table = replace(table_of(three_rows()), title="Register of '1100 A/R [old]: what is owed?'")

    with zipfile.ZipFile(io.BytesIO(written(table, "xlsx"))) as archive:
        assert 'name="Register of \'1100 A R  old   wh"' in archive.read("xl/workbook.xml").decode()


def test_shares_and_whole_amounts_are_shown_without_cents():
    columns = (Column("share", "Share", Kind.PERCENT), Column("paid", "Paid", Kind.MONEY, is_whole=True))
    rows = [Row((Decimal("60.00"), Decimal(1234)))]

    text = PdfReader(io.BytesIO(written(table_of(rows, columns=columns), "pdf"))).pages[0].extract_text()
    answer = json.loads(written(table_of(rows, columns=columns), "json"))

    assert "60 %" in text
    assert "1,234" in text
    assert "1,234." not in text
    assert answer["rows"] == [{"share": "60.00", "paid": "1234"}]
