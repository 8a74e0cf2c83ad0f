"""The reports of the package: each a name, a title, and how its table is made; a table is read once, so made anew."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ledgerflow.books.models import Book
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.core.periods import EARLIEST, Period
from ledgerflow.exchange.accountant.tables import open_questions_table, reconciliations_table
from ledgerflow.ledger.selectors import cash_flow, trial_balance
from ledgerflow.posting.accrual_selectors import dated_count
from ledgerflow.reports.basis import Basis, Scope
from ledgerflow.reports.schedule_c import schedule_c
from ledgerflow.reports.schedule_c_tables import schedule_c_frame, schedule_c_table
from ledgerflow.reports.selectors import (
    balance_sheet_on,
    basis_notes,
    cash_accounts,
    frame_of,
    income_statement_on,
)
from ledgerflow.reports.table import Frame, Table
from ledgerflow.reports.tables import (
    balance_sheet_table,
    cash_flow_table,
    general_ledger_table,
    income_statement_table,
    journal_table,
    trial_balance_table,
)
from ledgerflow.taxes.selectors import tax_year
from ledgerflow.taxforms.forms import Kind


@dataclass(frozen=True, slots=True)
class Part:
    """A report of the package; ``name`` is that of its files."""

    name: str
    title: str
    make: Callable[[], Table]


def parts_of(*, book: Book, period: Period) -> Iterator[Part]:
    """Yield the reports of the period: on both bases where documents are dated, Schedule C where it is a tax year."""
    frame = frame_of(book=book, period=period)
    at_end = frame_of(book=book, period=Period(EARLIEST, period.last))
    dated, _ = dated_count(book=book, period=Period(EARLIEST, period.last))
    yield Part("trial-balance", "Trial balance", lambda: _trial_balance(book, period, at_end))
    for basis in Basis if dated else (Basis.CASH,):
        ending = "" if basis is Basis.CASH else f"-{basis}"
        words = f", {basis} basis" if dated else ""
        yield Part(
            f"income-statement{ending}",
            f"Income statement{words}",
            lambda basis=basis: _income_statement(book, period, frame, basis),  # type: ignore[misc]  # bound to this turn
        )
        yield Part(
            f"balance-sheet{ending}",
            f"Balance sheet{words}",
            lambda basis=basis: _balance_sheet(book, period, at_end, basis),  # type: ignore[misc]  # bound to this turn
        )
    yield Part("cash-flow", "Cash flow", lambda: _cash_flow(book, period, frame))
    yield Part(
        "general-ledger",
        "General ledger",
        lambda: general_ledger_table(frame=frame, book=book, period=period),
    )
    yield Part("journal", "Journal", lambda: journal_table(frame=frame, book=book, period=period))
    if (year := _year_of_schedule_c(book, period)) is not None:
        for basis in Basis if dated else (Basis.CASH,):
            yield Part(
                "schedule-c" if basis is Basis.CASH else f"schedule-c-{basis}",
                f"Schedule C worksheet {year}" + (f", {basis} basis" if dated else ""),
                lambda basis=basis: _schedule_c(book, year, basis),  # type: ignore[misc]  # bound to this turn
            )
    yield Part(
        "bank-reconciliations",
        "Bank reconciliations",
        lambda: reconciliations_table(frame=frame, book=book, period=period),
    )
    yield Part(
        "open-questions",
        "Open questions",
        lambda: open_questions_table(frame=frame, book=book, period=period),
    )


def _trial_balance(book: Book, period: Period, frame: Frame) -> Table:
    return trial_balance_table(frame=frame, reports=[trial_balance(book=book, as_of=period.last)])


def _income_statement(book: Book, period: Period, frame: Frame, basis: Basis) -> Table:
    scope = Scope(basis)
    return income_statement_table(
        frame=_with_basis(book, period, frame, basis),
        report=income_statement_on(book=book, periods=[period], scope=scope),
        labels=[str(period)],
        subtitle=str(period),
        scope=scope,
    )


def _balance_sheet(book: Book, period: Period, frame: Frame, basis: Basis) -> Table:
    return balance_sheet_table(
        frame=_with_basis(book, Period(EARLIEST, period.last), frame, basis),
        report=balance_sheet_on(book=book, days=[period.last], basis=basis),
        labels=[f"{period.last}"],
        basis=basis,
    )


def _with_basis(book: Book, period: Period, frame: Frame, basis: Basis) -> Frame:
    return replace(frame, notes=(*frame.notes, *basis_notes(book=book, period=period, basis=basis)))


def _cash_flow(book: Book, period: Period, frame: Frame) -> Table:
    return cash_flow_table(
        frame=frame,
        report=cash_flow(book=book, cash=cash_accounts(book=book), periods=[period]),
        labels=[str(period)],
        subtitle=str(period),
    )


def _year_of_schedule_c(book: Book, period: Period) -> int | None:
    """Return the tax year that the period is, where accounts of the book belong to lines of its form."""
    year = period.last.year
    try:
        days = tax_year(book=book, year=year)
        if (days.first, days.last) != (period.first, period.last):
            return None
        sheet = schedule_c(book=book, year=year).sheet
    except LedgerFlowError:
        return None
    return year if any(row.accounts for row in sheet.rows if row.line.kind is not Kind.TOTAL) else None


def _schedule_c(book: Book, year: int, method: Basis) -> Table:
    frame = schedule_c_frame(book=book, year=year)
    return schedule_c_table(frame=frame, report=schedule_c(book=book, year=year, method=method))
