"""The Schedule C worksheet as a table for the exporters and the command line."""

from decimal import Decimal

from ledgerflow.reports.exporters import Table
from ledgerflow.reports.schedule_c import ScheduleC
from ledgerflow.reports.schedule_c_basis import CURRENCY

#: What the evidence of a line is, for people.
EVIDENCE = "journal lines that a bank statement shows"


def schedule_c_table(report: ScheduleC) -> Table:
    """Return the worksheet as a table, with the totals as facts; amounts in dollars."""
    sheet = report.sheet
    return Table(
        name="schedule-c",
        facts={
            "book": report.book.slug,
            "currency": CURRENCY,
            "year": report.form.year,
            "form": report.form.name,
            "status": report.form.status.value,
            "from": report.tax_year.first,
            "to": report.tax_year.last,
            "basis": "cash",
            "gross_income": sheet.amount("7"),
            "total_expenses": sheet.amount("28"),
            "tentative_profit": sheet.amount("29"),
            "home": sheet.amount("30"),
            "net_profit": sheet.amount("31"),
            "home_carryover": sheet.carryover,
            "evidence": EVIDENCE,
            "open_points": " ".join(point.sentence for point in report.open_points),
        },
        columns=(
            *("line", "key", "name", "gross", "business_share", "after_share", "limit", "deductible"),
            *("lines", "evidence"),
        ),
        rows=[
            (
                row.line.number,
                row.line.key,
                row.line.name,
                _cents(row.gross),
                row.share,
                _cents(row.after_share),
                row.limit,
                row.deductible,
                row.line_count if row.gross is not None else None,
                row.evidence_count if row.gross is not None else None,
            )
            for row in sheet.rows
        ],
    )


def _cents(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.quantize(Decimal("0.01"))
