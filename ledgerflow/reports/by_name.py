"""A report by its name and what is asked of it in words: what the command line, REST and MCP share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from django.forms import Form
from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.classification.tag_selectors import tags_of
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.core.periods import EARLIEST, LATEST, Period, fiscal_year_of
from ledgerflow.ledger.models import Account
from ledgerflow.ledger.selectors import cash_flow, trial_balance
from ledgerflow.posting.tag_selectors import TagFilter
from ledgerflow.reports.basis import Basis, Scope
from ledgerflow.reports.forms import BalanceSheetForm, BesideForm, StatementForm
from ledgerflow.reports.schedule_c import ScheduleC, schedule_c
from ledgerflow.reports.schedule_c_tables import schedule_c_frame, schedule_c_table
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
from ledgerflow.taxes.selectors import tax_year, year_at
from ledgerflow.taxforms.forms import tax_form

_StatementForm = TypeVar("_StatementForm", bound=StatementForm)


class ReportNotAskedError(LedgerFlowError):
    """What is asked of the report cannot be: the sentence says what to ask instead."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a report; each report takes of it what it knows. Empty means its default.

    ``first`` and ``last`` are the days of a period, ``as_of`` the day of balances (``last`` counts where it is not
    given). ``columns`` is month, quarter or tag, ``compare`` previous or year, ``basis`` cash or accrual, ``tag`` the
    name of a tag or none, ``account`` the code of a register's account, ``year`` a tax year.
    """

    name: str
    as_of: date | None = None
    first: date | None = None
    last: date | None = None
    columns: str = ""
    compare: str = ""
    basis: str = ""
    tag: str = ""
    account: str = ""
    year: int | None = None
    before_closing: bool = False
    whole_dollars: bool = False


def report_table(*, book: Book, asked: Asked) -> Table:
    """Return the report; its rows may be a stream that is read once, within the book's transaction.

    Raises:
        ReportNotAskedError: there is no such report, or it cannot be asked so.
        LedgerFlowError: as the report says, such as a tax year without a form.
    """
    if asked.name not in _MAKERS:
        raise ReportNotAskedError(f"There is no report {asked.name!r}; reports are: {', '.join(REPORTS)}.")
    days = [day for day in (asked.as_of, asked.first, asked.last) if day is not None]
    if any(day < EARLIEST for day in days):
        raise ReportNotAskedError(f"The year is before {EARLIEST.year}.")
    if any(day > LATEST for day in days):
        raise ReportNotAskedError(f"The year is after {LATEST.year}.")
    if asked.basis not in {"", *Basis}:
        raise ReportNotAskedError(f"There is no basis {asked.basis!r}; use {' or '.join(Basis)}.")
    return _MAKERS[asked.name](book, asked)


def _as_of(asked: Asked) -> date:
    return asked.as_of or asked.last or timezone.localdate()


def _period(book: Book, asked: Asked) -> Period:
    last = asked.last or asked.as_of or timezone.localdate()
    first = asked.first or fiscal_year_of(last, book.fiscal_year_start_month).first
    if last < first:
        raise ReportNotAskedError(f"The last day, {last}, is before the first, {first}.")
    return Period(first, last)


def _form(book: Book, asked: Asked, period: Period, form_class: type[_StatementForm]) -> _StatementForm:
    given = {
        "from": period.first,
        "to": period.last,
        "columns": asked.columns,
        "compare": asked.compare,
        "basis": asked.basis,
        "tag": _tag(book, asked.tag),
    }
    form = form_class(given, book=book, today=timezone.localdate())
    if not form.is_valid():
        raise ReportNotAskedError(_sentences(form))
    return form


def _tag(book: Book, name: str) -> str:
    if name in {"", "none"}:
        return name
    wanted = name.removeprefix("#").lower()
    for tag in tags_of(book=book):
        if tag.name.lower() == wanted:
            return str(tag.pk)
    raise ReportNotAskedError(f"The book {book.slug} has no tag #{name.removeprefix('#')}.")


def _sentences(form: Form) -> str:
    return " ".join(str(each) for errors in form.errors.values() for each in errors)


def _trial_balance(book: Book, asked: Asked) -> Table:
    days = _days(book, asked)
    return trial_balance_table(
        frame=frame_of(book=book, period=Period(EARLIEST, days[0])),
        reports=[trial_balance(book=book, as_of=each, before_closing=asked.before_closing) for each in days],
        before_closing=asked.before_closing,
    )


def _balance_sheet(book: Book, asked: Asked) -> Table:
    days = _days(book, asked)
    basis, period = Basis(asked.basis or Basis.CASH), Period(EARLIEST, days[0])
    return balance_sheet_table(
        frame=_with_basis(book, period, basis),
        report=balance_sheet_on(book=book, days=days, basis=basis),
        labels=[f"{each}" for each in days],
        basis=basis,
    )


def _with_basis(book: Book, period: Period, basis: Basis) -> Frame:
    frame = frame_of(book=book, period=period)
    return replace(frame, notes=(*frame.notes, *basis_notes(book=book, period=period, basis=basis)))


def _days(book: Book, asked: Asked) -> list[date]:
    given = {"as_of": _as_of(asked), "compare": asked.compare, "columns": asked.columns}
    is_sheet = asked.name == "balance-sheet"
    form = BalanceSheetForm(given, book=book) if is_sheet else BesideForm(given)
    if not form.is_valid():
        raise ReportNotAskedError(_sentences(form))
    return form.days(as_of=form.cleaned_data["as_of"])


def _income_statement(book: Book, asked: Asked) -> Table:
    period = _period(book, asked)
    form = _form(book, asked, period, IncomeStatementForm)
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


def _cash_flow(book: Book, asked: Asked) -> Table:
    period = _period(book, asked)
    form = _form(book, asked, period, CashFlowForm)
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


def _general_ledger(book: Book, asked: Asked) -> Table:
    period = _period(book, asked)
    return general_ledger_table(frame=frame_of(book=book, period=period), book=book, period=period)


def _journal(book: Book, asked: Asked) -> Table:
    period = _period(book, asked)
    return journal_table(frame=frame_of(book=book, period=period), book=book, period=period)


def _payees(book: Book, asked: Asked) -> Table:
    period = _period(book, asked)
    return payee_table(
        frame=frame_of(book=book, period=period),
        period=period,
        report=payee_report(book=book, period=period),
    )


def _register(book: Book, asked: Asked) -> Table:
    if not asked.account:
        raise ReportNotAskedError("A register is of one account: name its code (--account CODE).")
    account = Account.objects.select_related("book").filter(book=book, code=asked.account).first()
    if account is None:
        raise ReportNotAskedError(f"The book {book.slug} has no account {asked.account}.")
    first, last = asked.first, asked.last or timezone.localdate()
    return register_table(
        frame=frame_of(book=book, period=Period(first or EARLIEST, last)),
        account=account,
        first=first,
        last=last,
        figures=register_figures(account=account, first=first, last=last),
        lines=register_lines(account=account, first=first, last=last),
    )


def _schedule_c(book: Book, asked: Asked) -> Table:
    return schedule_c_asked(book=book, asked=asked)[1]


def schedule_c_asked(*, book: Book, asked: Asked) -> tuple[ScheduleC, Table]:
    """Return the worksheet that is asked for, and its table.

    Raises:
        LedgerFlowError: the days are no tax year, there is no form for it, or the book is not kept in dollars.
    """
    year = _schedule_c_year(book, asked)
    frame = schedule_c_frame(book=book, year=tax_form(year).year)
    method = Basis(asked.basis or Basis.CASH)
    report = schedule_c(book=book, year=year, whole_dollars=asked.whole_dollars, method=method)
    return report, schedule_c_table(frame=frame, report=report)


def _schedule_c_year(book: Book, asked: Asked) -> int:
    """Return the tax year that is asked for: by its number, or by its days; today's where neither is given.

    Raises:
        ReportNotAskedError: the days are no whole tax year.
    """
    if asked.year is not None:
        return asked.year
    day = asked.first or asked.last
    if day is None:
        return year_at(book=book, day=timezone.localdate())
    year = day.year if day.month >= book.fiscal_year_start_month else day.year - 1
    days = tax_year(book=book, year=year)
    if (asked.first or days.first, asked.last or days.last) != (days.first, days.last):
        raise ReportNotAskedError(
            f"Schedule C is for a whole tax year, such as --from {days.first} --to {days.last}; or say --year {year}."
        )
    return year


_MAKERS: dict[str, Callable[[Book, Asked], Table]] = {
    "trial-balance": _trial_balance,
    "income-statement": _income_statement,
    "balance-sheet": _balance_sheet,
    "cash-flow": _cash_flow,
    "general-ledger": _general_ledger,
    "journal": _journal,
    "payees": _payees,
    "register": _register,
    "schedule-c": _schedule_c,
}

#: What can be asked for by name.
REPORTS = tuple(_MAKERS)
