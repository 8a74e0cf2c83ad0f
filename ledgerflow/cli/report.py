"""``ledgerflow report``: a report as a table, JSON, CSV, XLSX or PDF."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from django.forms import Form
from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.books.permissions import Action
from ledgerflow.classification.tag_selectors import tags_of
from ledgerflow.cli import output
from ledgerflow.cli.days import day
from ledgerflow.cli.people import acting_user, add_book_arguments, open_book
from ledgerflow.cli.schedule_c import add_schedule_c_arguments, schedule_c_of
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.core.periods import EARLIEST, Period, fiscal_year_of
from ledgerflow.ledger.models import Account
from ledgerflow.ledger.selectors import cash_flow, trial_balance
from ledgerflow.posting.tag_selectors import TagFilter
from ledgerflow.reports.basis import Basis, Scope
from ledgerflow.reports.exporters import write
from ledgerflow.reports.forms import BalanceSheetForm, BesideForm, StatementForm
from ledgerflow.reports.scope_forms import CashFlowForm, IncomeStatementForm
from ledgerflow.reports.selectors import (
    balance_sheet_on,
    basis_notes,
    cash_accounts,
    frame_of,
    income_statement_by_tag,
    income_statement_on,
    kept_entries,
    payee_report,
    register_figures,
    register_lines,
)
from ledgerflow.reports.table import Frame, Table
from ledgerflow.reports.tables import (
    balance_sheet_table,
    cash_flow_table,
    general_ledger_table,
    income_statement_table,
    journal_table,
    payee_table,
    register_table,
    trial_balance_table,
)

_StatementForm = TypeVar("_StatementForm", bound=StatementForm)

HELP = "print a report, or write it to a file as XLSX or PDF"

#: Forms that are files, not text.
_FILES = ("xlsx", "pdf")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the report, the book, the days, the columns and, for a register, the account."""
    parser.add_argument("name", metavar="NAME", choices=tuple(REPORTS), help=", ".join(REPORTS))
    add_book_arguments(parser)
    parser.add_argument(
        "--as-of",
        type=day,
        metavar="DATE",
        help="trial balance and balance sheet: at the end of this day (today)",
    )
    parser.add_argument(
        "--before-closing", action="store_true", help="trial balance: without the entry that closed the year"
    )
    parser.add_argument(
        "--from",
        dest="first",
        type=day,
        metavar="DATE",
        help="from this day (the beginning of its fiscal year; of a register: the first line)",
    )
    parser.add_argument("--to", dest="last", type=day, metavar="DATE", help="through this day (today)")
    parser.add_argument("--columns", choices=("month", "quarter", "tag"), help="statements: side by side")
    parser.add_argument(
        "--compare",
        choices=("previous", "year"),
        help="statements and trial balance: beside the period (the month) before, or the year before",
    )
    parser.add_argument(
        "--basis",
        choices=tuple(Basis),
        help="income statement, balance sheet and schedule-c: cash, or accrual",
    )
    parser.add_argument(
        "--tag", metavar="NAME", help="income statement and cash flow: what carries this tag (none: no tag)"
    )
    parser.add_argument("--account", metavar="CODE", help="register: the account")
    add_schedule_c_arguments(parser)
    parser.add_argument(
        "--format", choices=(*output.FORMATS, *_FILES), help="table (on a terminal), json, csv, xlsx or pdf"
    )
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="write to this file; xlsx and pdf need one"
    )


def run(options: argparse.Namespace) -> int:
    """Print the report's rows, or write the file."""
    if options.format in _FILES and options.output is None:
        raise LedgerFlowError(f"A report as {options.format} is a file: name it with --output FILE.")
    user = acting_user(options.user)
    book = open_book(options.book, user=user, action=Action.VIEW)
    table = REPORTS[options.name](book, options)
    if options.format in _FILES:
        with options.output.open("wb") as file:
            write(table, options.format, file)
    elif options.output is not None:
        with options.output.open("w", encoding="utf-8", newline="") as text:
            output.print_rows(table.records(), options.format or "json", out=text)
    else:
        output.print_rows(table.records(), options.format, empty="Nothing is posted in this range.")
    return 0


def _as_of(options: argparse.Namespace) -> date:
    chosen: date = options.as_of or options.last or timezone.localdate()
    return chosen


def _period(book: Book, options: argparse.Namespace) -> Period:
    last = options.last or options.as_of or timezone.localdate()
    first = options.first or fiscal_year_of(last, book.fiscal_year_start_month).first
    if last < first:
        raise LedgerFlowError(f"The last day, {last}, is before the first, {first}.")
    return Period(first, last)


def _form(
    book: Book, options: argparse.Namespace, period: Period, form_class: type[_StatementForm]
) -> _StatementForm:
    asked = {
        "from": period.first,
        "to": period.last,
        "columns": options.columns or "",
        "compare": options.compare or "",
        "basis": options.basis or "",
        "tag": _tag(book, options.tag),
    }
    form = form_class(asked, book=book, today=timezone.localdate())
    if not form.is_valid():
        raise LedgerFlowError(_sentences(form))
    return form


def _tag(book: Book, name: str | None) -> str:
    if name in (None, "", "none"):
        return name or ""
    wanted = name.removeprefix("#").lower()
    for tag in tags_of(book=book):
        if tag.name.lower() == wanted:
            return str(tag.pk)
    raise LedgerFlowError(f"The book {book.slug} has no tag #{name.removeprefix('#')}.")


def _sentences(form: Form) -> str:
    return " ".join(str(each) for errors in form.errors.values() for each in errors)


def _trial_balance(book: Book, options: argparse.Namespace) -> Table:
    days = _days(book, options)
    before_closing: bool = options.before_closing
    return trial_balance_table(
        frame=frame_of(book=book, period=Period(EARLIEST, days[0])),
        reports=[trial_balance(book=book, as_of=each, before_closing=before_closing) for each in days],
        before_closing=before_closing,
    )


def _balance_sheet(book: Book, options: argparse.Namespace) -> Table:
    days = _days(book, options)
    basis, period = Basis(options.basis or Basis.CASH), Period(EARLIEST, days[0])
    return balance_sheet_table(
        frame=_with_basis(book, period, basis),
        report=balance_sheet_on(book=book, days=days, basis=basis),
        labels=[f"{each}" for each in days],
        basis=basis,
    )


def _with_basis(book: Book, period: Period, basis: Basis) -> Frame:
    frame = frame_of(book=book, period=period)
    return replace(frame, notes=(*frame.notes, *basis_notes(book=book, period=period, basis=basis)))


def _days(book: Book, options: argparse.Namespace) -> list[date]:
    asked = {"as_of": _as_of(options), "compare": options.compare or "", "columns": options.columns or ""}
    is_sheet = options.name == "balance-sheet"
    form = BalanceSheetForm(asked, book=book) if is_sheet else BesideForm(asked)
    if not form.is_valid():
        raise LedgerFlowError(_sentences(form))
    return form.days(as_of=form.cleaned_data["as_of"])


def _income_statement(book: Book, options: argparse.Namespace) -> Table:
    period = _period(book, options)
    form = _form(book, options, period, IncomeStatementForm)
    scope, columns = form.scope(), form.columns_of(period)
    labels: Sequence[str] = columns.labels
    tags: Sequence[TagFilter | None] = ()
    if form.is_by_tag:
        by_tag = income_statement_by_tag(book=book, period=period, scope=scope)
        report = by_tag.report
        labels, tags = zip(*by_tag.columns, strict=True)
    else:
        report = income_statement_on(book=book, periods=columns.periods, scope=scope)
    return income_statement_table(
        frame=_with_basis(book, period, scope.basis),
        report=report,
        labels=labels,
        subtitle=str(period),
        scope=scope,
        tags=tags,
    )


def _cash_flow(book: Book, options: argparse.Namespace) -> Table:
    period = _period(book, options)
    form = _form(book, options, period, CashFlowForm)
    columns, scope = form.columns_of(period), Scope(Basis.CASH, *form.tag_filter())
    return cash_flow_table(
        frame=frame_of(book=book, period=period),
        report=cash_flow(
            book=book,
            cash=cash_accounts(book=book),
            periods=columns.periods,
            keeping=kept_entries(book=book, tags=scope.tags),
        ),
        labels=columns.labels,
        subtitle=str(period),
        scope=scope,
    )


def _general_ledger(book: Book, options: argparse.Namespace) -> Table:
    period = _period(book, options)
    return general_ledger_table(frame=frame_of(book=book, period=period), book=book, period=period)


def _journal(book: Book, options: argparse.Namespace) -> Table:
    period = _period(book, options)
    return journal_table(frame=frame_of(book=book, period=period), book=book, period=period)


def _payees(book: Book, options: argparse.Namespace) -> Table:
    period = _period(book, options)
    return payee_table(
        frame=frame_of(book=book, period=period),
        period=period,
        report=payee_report(book=book, period=period),
    )


def _register(book: Book, options: argparse.Namespace) -> Table:
    if not options.account:
        raise LedgerFlowError("A register is of one account: name it with --account CODE.")
    account = Account.objects.select_related("book").filter(book=book, code=options.account).first()
    if account is None:
        raise LedgerFlowError(f"The book {book.slug} has no account {options.account}.")
    first, last = options.first, options.last or timezone.localdate()
    return register_table(
        frame=frame_of(book=book, period=Period(first or EARLIEST, last)),
        account=account,
        first=first,
        last=last,
        figures=register_figures(account=account, first=first, last=last),
        lines=register_lines(account=account, first=first, last=last),
    )


REPORTS: dict[str, Callable[[Book, argparse.Namespace], Table]] = {
    "trial-balance": _trial_balance,
    "income-statement": _income_statement,
    "balance-sheet": _balance_sheet,
    "cash-flow": _cash_flow,
    "general-ledger": _general_ledger,
    "journal": _journal,
    "payees": _payees,
    "register": _register,
    "schedule-c": schedule_c_of,
}
