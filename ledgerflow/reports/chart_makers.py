"""The charts of each report: which points, and the lines behind each."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.urls import reverse

from ledgerflow.books.models import Book
from ledgerflow.core.money import ZERO
from ledgerflow.core.periods import EARLIEST, Period, add_months, months_from, pieces
from ledgerflow.ledger.models import Account, AccountType
from ledgerflow.ledger.selectors import (
    BalanceSheet,
    CashFlow,
    IncomeStatement,
    Side,
    TrialBalance,
    debits_by_month,
    stood,
)
from ledgerflow.reports import address
from ledgerflow.reports.basis import Basis, Scope
from ledgerflow.reports.charts import Chart, Point
from ledgerflow.reports.schedule_c import ScheduleC
from ledgerflow.reports.selectors import PayeeFigures
from ledgerflow.reports.table import Frame
from ledgerflow.taxforms.forms import Kind

_MOST_MONTHS, _MOST_QUARTERS, _BEFORE = 24, 40, 11


def of_income_statement(
    *, over_time: IncomeStatement, whole: IncomeStatement, frame: Frame, base: str, scope: Scope
) -> list[Chart]:
    """Return income and expenses over time, and the expenses by account of the first period of ``whole``."""
    query = "&".join(filter(None, (address.of_rows(without_closing=True), scope.query)))
    income = address.of_rows(types=[AccountType.INCOME], is_credit=True)
    expenses = address.of_rows(types=[AccountType.EXPENSE])
    points = [
        Point(
            str(period),
            (over_time.income.totals[at], over_time.expenses.totals[at]),
            tuple(f"{base}?{own}&{query}&{address.of_period(period)}" for own in (income, expenses)),
        )
        for at, period in enumerate(over_time.periods)
    ]
    days = address.of_period(whole.periods[0])
    ranked = [
        Point(
            f"{row.code} {row.name}",
            row.amounts[:1],
            (f"{base}?{address.of_rows(accounts=[row.account_id])}&{query}&{days}",),
        )
        for row in whole.expenses.rows
    ]
    return [
        Chart("Income and expenses", ("Income", "Expenses"), points, frame.currency),
        Chart("Expenses by account", ("Expenses",), ranked, frame.currency, is_ranked=True),
    ]


def of_cash_flow(*, over_time: CashFlow, frame: Frame, base: str, scope: Scope) -> list[Chart]:
    """Return money in and money out over time."""
    own = f"&{scope.query}" if scope.query else ""
    gained = address.of_rows(of_cash=True, side=Side.CREDIT, is_credit=True) + own
    spent = address.of_rows(of_cash=True, side=Side.DEBIT) + own
    points = [
        Point(
            str(period),
            (over_time.money_in[at], over_time.money_out[at]),
            tuple(f"{base}?{side}&{address.of_period(period)}" for side in (gained, spent)),
        )
        for at, period in enumerate(over_time.periods)
    ]
    return [Chart("Money in and out", ("Money in", "Money out"), points, frame.currency)]


def of_balance_sheet(*, over_time: BalanceSheet, frame: Frame, base: str, basis: Basis) -> list[Chart]:
    """Return assets and liabilities over time."""
    figures = zip(over_time.assets.totals, over_time.liabilities.totals, strict=True)
    own_basis = f"&{Scope(basis).query}" if Scope(basis).query else ""
    kinds = (
        address.of_rows(types=[AccountType.ASSET]),
        address.of_rows(types=[AccountType.LIABILITY], is_credit=True),
    )
    points = [
        Point(
            f"{day:%Y-%m}",
            both,
            tuple(f"{base}?{own}&{address.of_period(_until(day))}{own_basis}" for own in kinds),
        )
        for day, both in zip(over_time.days, figures, strict=True)
    ]
    return [Chart("Assets and liabilities", ("Assets", "Liabilities"), points, frame.currency)]


def of_register(*, account: Account, last: date, closing: Decimal, base: str) -> list[Chart]:
    """Return the account's balance, debit positive, at the ends of eleven months, and on the day."""
    ends = ends_before(last)
    standing = stood(book=account.book, days=ends, accounts=[account.pk]) if ends else {}
    amounts = [*standing.get(account.pk, (ZERO,) * len(ends)), closing]
    own = address.of_rows(accounts=[account.pk])
    points = [
        Point(f"{day:%Y-%m}", (amount,), (f"{base}?{own}&{address.of_period(_until(day))}",))
        for day, amount in zip([*ends, last], amounts, strict=True)
    ]
    return [Chart("Balance over time", ("Balance",), points, account.book.base_currency)]


def of_trial_balance(*, report: TrialBalance, frame: Frame, base: str) -> list[Chart]:
    """Return the largest balances on each side."""
    days = address.of_period(Period(EARLIEST, report.as_of))

    def ranked(title: str, amounts: list[tuple[int, str, Decimal]], *, is_credit: bool) -> Chart:
        points = [
            Point(
                name,
                (amount,),
                (f"{base}?{address.of_rows(accounts=[account], is_credit=is_credit)}&{days}",),
            )
            for account, name, amount in amounts
        ]
        return Chart(title, ("Balance",), points, frame.currency, is_ranked=True)

    debits = [(row.account_id, f"{row.code} {row.name}", row.debit) for row in report.rows if row.debit]
    credit_rows = [
        (row.account_id, f"{row.code} {row.name}", row.credit) for row in report.rows if row.credit
    ]
    return [
        ranked("Largest debit balances", debits, is_credit=False),
        ranked("Largest credit balances", credit_rows, is_credit=True),
    ]


def of_journal(*, book: Book, period: Period, frame: Frame, base: str) -> list[Chart]:
    """Return what was posted in each month that the period touches, as debits."""
    if (period.last - period.first).days > _MOST_MONTHS * 31:
        return []
    months = debits_by_month(book=book, period=period)
    points = []
    for piece in pieces(period, 1):
        month = months_from(piece.first, 1)
        own = address.of_rows(side=Side.DEBIT)
        link = f"{base}?{own}&{address.of_period(month)}"
        points.append(Point(str(month), (months.get(month.first, ZERO),), (link,)))
    return [Chart("Posted in each month (debits)", ("Debits",), points, frame.currency)]


def of_payees(*, report: Sequence[PayeeFigures], period: Period, frame: Frame, base: str) -> list[Chart]:
    """Return the payees to whom most went."""
    days = address.of_period(period)
    points = [
        Point(
            row.name or "No payee",
            (row.money_out,),
            (f"{base}?{_money_out(row)}&{days}",),
        )
        for row in report
        if row.money_out
    ]
    return [Chart("Money out by payee", ("Money out",), points, frame.currency, is_ranked=True)]


def of_schedule_c(report: ScheduleC, *, year: int) -> list[Chart]:
    """Return what each line of Part II takes from the profit."""

    def lines(key: str) -> str:
        kwargs = {"book": report.book.slug, "tax_line": key}
        return f"{reverse('reports:schedule-c-lines', kwargs=kwargs)}?year={year}{basis}"

    basis = "" if report.method is Basis.CASH else f"&basis={report.method}"
    points = [
        Point(f"{row.line.number} {row.line.name}", (row.deductible,), (lines(row.line.key),))
        for row in report.sheet.rows
        if row.line.kind is Kind.EXPENSE and row.deductible > 0
    ]
    return [Chart("Deductions by line", ("On the form",), points, report.book.base_currency, is_ranked=True)]


def _money_out(row: PayeeFigures) -> str:
    return address.of_rows(side=Side.CREDIT, is_credit=True, payee=str(row.payee_id or "none"))


def parts_of(period: Period) -> tuple[Period, ...]:
    """Return what a chart shows of a period: its months, its quarters where they are too many, or else the whole."""
    if period.days <= _MOST_MONTHS * 31:
        return pieces(period, 1)
    return pieces(period, 3) if period.days <= _MOST_QUARTERS * 92 else (period,)


def ends_before(day: date) -> list[date]:
    """Return the ends of the eleven months before that of the day; fewer at the beginning of time."""
    months = min(_BEFORE, (day.year - EARLIEST.year) * 12 + day.month - 1)
    return [months_from(add_months(day, -back), 1).last for back in range(months, 0, -1)]


def _until(day: date) -> Period:
    return Period(EARLIEST, day)
