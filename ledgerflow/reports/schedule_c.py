"""The Schedule C worksheet of a book: on the cash basis of its journal, or the accrual basis by dates of documents."""

from collections.abc import Mapping
from dataclasses import dataclass

from ledgerflow.books.models import Book
from ledgerflow.reports.basis import Basis as Method
from ledgerflow.reports.schedule_c_basis import Basis, basis, figures
from ledgerflow.reports.schedule_c_lines import Counted, Moved, moved
from ledgerflow.reports.schedule_c_open_points import OpenPoint, open_points
from ledgerflow.taxes.selectors import EnteredFacts, TaxYear
from ledgerflow.taxforms.forms import Kind, TaxForm
from ledgerflow.taxforms.schedule_c import Row, Worksheet, worksheet


@dataclass(frozen=True, slots=True)
class ScheduleC:
    """A worksheet with its form, its days, what was entered, and what is still open."""

    book: Book
    form: TaxForm
    tax_year: TaxYear
    entered: EnteredFacts
    sheet: Worksheet
    open_points: tuple[OpenPoint, ...]
    whole_dollars: bool
    method: Method = Method.CASH


def schedule_c(
    *, book: Book, year: int, whole_dollars: bool = False, method: Method = Method.CASH
) -> ScheduleC:
    """Return the worksheet of the tax year; nine queries, whatever the book holds.

    ``method`` is the accounting method of line F. By an accrual method, income and expenses whose document has a date
    count in the year of that; those without one count when the bank moved the money.

    Raises:
        TaxYearError: no form is known for the year.
        WorksheetError: the book is not kept in dollars.
    """
    of = basis(book=book, year=year, method=method)
    amounts = moved(book=book, account_ids=of.looked_at, days=of.days)
    return report_of(of, amounts, whole_dollars=whole_dollars)


def report_of(of: Basis, amounts: Mapping[Counted, Moved], *, whole_dollars: bool = False) -> ScheduleC:
    """Return the worksheet of what moved on each account; three queries."""
    sheet = worksheet(of.form, figures(of, amounts), of.entered.facts, whole_dollars=whole_dollars)
    return ScheduleC(
        of.book,
        of.form,
        of.tax_year,
        of.entered,
        sheet,
        open_points(of, amounts, sheet),
        whole_dollars,
        of.method,
    )


def rows_behind(sheet: Worksheet, key: str) -> list[Row]:
    """Return the rows whose accounts make up the line of the key: itself, or all that a total comes from.

    Raises:
        KeyError: the form has no such line.
    """
    row = sheet.row(key)
    if row.line.kind is not Kind.TOTAL:
        return [row]
    return [
        behind
        for part in (*row.line.adds, *row.line.subtracts)
        for behind in rows_behind(sheet, part)
        if behind.accounts or behind.line.kind in {Kind.HOME, Kind.INVENTORY}
    ]
