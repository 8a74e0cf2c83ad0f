"""The Schedule C worksheet as a table for the exporters and the command line."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from ledgerflow.books.models import Book
from ledgerflow.core.periods import Period
from ledgerflow.reports.schedule_c import ScheduleC
from ledgerflow.reports.selectors import frame_of
from ledgerflow.reports.table import Cell, Column, Frame, Kind, Row, RowKind, Table
from ledgerflow.taxes.selectors import tax_year
from ledgerflow.taxforms import forms
from ledgerflow.taxforms import schedule_c as worksheets

#: What the evidence of a line is, for people.
EVIDENCE = "journal lines that a bank statement shows"
#: And what receipts are.
RECEIPTS = "journal lines whose bank line has a receipt"


def schedule_c_frame(*, book: Book, year: int) -> Frame:
    """Return what stands around the worksheet of the tax year, which is one that a calendar has."""
    days = tax_year(book=book, year=year)
    return frame_of(book=book, period=Period(days.first, days.last), notes=())


def schedule_c_table(*, frame: Frame, report: ScheduleC) -> Table:
    """Return the worksheet as a table, with the totals as facts and what is open as notes; amounts in dollars."""
    sheet, days = report.sheet, report.tax_year
    sentences = tuple(point.sentence for point in report.open_points)
    return Table(
        name="schedule-c",
        title=f"Schedule C worksheet {report.form.year}",
        subtitle=f"{report.form.name}, {days.first} to {days.last}, {report.method} basis, no tax advice",
        frame=replace(frame, notes=sentences),
        facts={
            "year": report.form.year,
            "form": report.form.name,
            "status": report.form.status.value,
            "from": days.first,
            "to": days.last,
            "basis": report.method.value,
            "accounting_method": f"{report.method.capitalize()} (line F)",
            # As texts: with the digits of the form, which are none where it is in whole dollars.
            "gross_income": f"{sheet.amount('7'):f}",
            "total_expenses": f"{sheet.amount('28'):f}",
            "tentative_profit": f"{sheet.amount('29'):f}",
            "home": f"{sheet.amount('30'):f}",
            "net_profit": f"{sheet.amount('31'):f}",
            "home_carryover": f"{sheet.carryover:f}",
            "evidence": EVIDENCE,
            "receipts": RECEIPTS,
            "open_points": " ".join(sentences),
        },
        columns=(
            Column("line", "Line"),
            Column("key", "Key", on_paper=False),
            Column("name", "Name", wraps=True),
            Column("gross", "Gross", Kind.MONEY),
            Column("business_share", "Share", Kind.PERCENT),
            Column("after_share", "After share", Kind.MONEY),
            Column("limit", "Limit", wraps=True),
            Column("deductible", "On the form", Kind.MONEY, is_whole=report.whole_dollars),
            Column("lines", "Lines", Kind.INTEGER),
            Column("evidence", "Evidence", Kind.INTEGER),
            Column("receipts", "Receipts", Kind.INTEGER),
        ),
        rows=list(_rows(sheet.rows)),
    )


def _rows(rows: tuple[worksheets.Row, ...]) -> Iterator[Row]:
    """Yield a heading for each part of the form, and its lines; totals add up the lines that stand above them."""
    part, above = "", set[str]()
    for row in rows:
        line = row.line
        if line.part != part:
            part = line.part
            words = part if line.kind is forms.Kind.DISALLOWED else f"Part {part}"
            yield Row(("", "", words, *[None] * 8), RowKind.HEADING)
        is_total = line.kind is forms.Kind.TOTAL
        adds = tuple((1, key) for key in line.adds) + tuple((-1, key) for key in line.subtracts)
        yield Row(
            _cells(row),
            RowKind.TOTAL if is_total else RowKind.DETAIL,
            group=line.key,
            adds=adds if is_total and above.issuperset(key for _, key in adds) else (),
        )
        above.add(line.key)


def _cells(row: worksheets.Row) -> tuple[Cell, ...]:
    has_lines = row.gross is not None
    return (
        row.line.number,
        row.line.key,
        row.line.name,
        _cents(row.gross),
        row.share,
        _cents(row.after_share),
        row.limit,
        row.deductible,
        row.line_count if has_lines else None,
        row.evidence_count if has_lines else None,
        row.receipt_count if has_lines else None,
    )


def _cents(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.quantize(Decimal("0.01"))
