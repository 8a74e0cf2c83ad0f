"""The charts of each report: which points, and the lines behind each."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from ledgerflow.books.models import Book
from ledgerflow.core.money import ZERO
from ledgerflow.core.periods import EARLIEST, Period, add_months, months_from, pieces
from ledgerflow.ledger.models import Account, AccountType
from ledgerflow.ledger.selectors import (
    CashFlow,
    IncomeStatement,
    Side,
    TrialBalance,
    balance_sheet,
    cash_flow,
    debits_by_month,
    income_statement,
    stood,
)
from ledgerflow.reports import address
from ledgerflow.reports.charts import Chart, Point
from ledgerflow.reports.selectors import PayeeFigures
from ledgerflow.reports.table import Frame

_MOST_MONTHS, _MOST_QUARTERS, _BEFORE = 24, 40, 11


def of_income_statement(
    *, book: Book, report: IncomeStatement, whole: int, frame: Frame, base: str
) -> list[Chart]:
    """Return income and expenses over time, and the expenses by account; ``whole`` is the column of the period."""
    over_time = report if whole else None
    parts = report.periods[:whole] or _parts(report.periods[0])
    if parts and over_time is None:
        over_time = income_statement(book=book, periods=parts)
    charts = []
    query = address.of_rows(without_closing=True)
    if over_time and parts:
        income = address.of_rows(types=[AccountType.INCOME], is_credit=True)
        expenses = address.of_rows(types=[AccountType.EXPENSE])
        points = [
            Point(
                str(period),
                (over_time.income.totals[at], over_time.expenses.totals[at]),
                tuple(f"{base}?{own}&{query}&{address.of_period(period)}" for own in (income, expenses)),
            )
            for at, period in enumerate(parts)
        ]
        charts.append(Chart("Income and expenses", ("Income", "Expenses"), points, frame.currency))
    days = address.of_period(report.periods[whole])
    ranked = [
        Point(
            f"{row.code} {row.name}",
            (row.amounts[whole],),
            (f"{base}?{address.of_rows(accounts=[row.account_id])}&{query}&{days}",),
        )
        for row in report.expenses.rows
    ]
    charts.append(Chart("Expenses by account", ("Expenses",), ranked, frame.currency, is_ranked=True))
    return charts


def of_cash_flow(*, book: Book, report: CashFlow, whole: int, frame: Frame, base: str) -> list[Chart]:
    """Return money in and money out over time; ``whole`` is the column of the period."""
    parts = report.periods[:whole] or _parts(report.periods[0])
    if not parts:
        return []
    over_time = report if whole else cash_flow(book=book, cash=report.cash, periods=parts)
    gained = address.of_rows(of_cash=True, side=Side.CREDIT, is_credit=True)
    spent = address.of_rows(of_cash=True, side=Side.DEBIT)
    points = [
        Point(
            str(period),
            (over_time.money_in[at], over_time.money_out[at]),
            tuple(f"{base}?{own}&{address.of_period(period)}" for own in (gained, spent)),
        )
        for at, period in enumerate(parts)
    ]
    return [Chart("Money in and out", ("Money in", "Money out"), points, frame.currency)]


def of_balance_sheet(*, book: Book, as_of: date, frame: Frame, base: str) -> list[Chart]:
    """Return assets and liabilities at the ends of twelve months, the last of which is the day."""
    days = _days_until(as_of)
    report = balance_sheet(book=book, days=days)
    kinds = (
        address.of_rows(types=[AccountType.ASSET]),
        address.of_rows(types=[AccountType.LIABILITY], is_credit=True),
    )
    points = [
        Point(
            f"{day:%Y-%m}",
            (report.assets.totals[at], report.liabilities.totals[at]),
            tuple(f"{base}?{own}&{address.of_period(Period(EARLIEST, day))}" for own in kinds),
        )
        for at, day in enumerate(days)
    ]
    return [Chart("Assets and liabilities", ("Assets", "Liabilities"), points, frame.currency)]


def of_register(*, account: Account, last: date, base: str) -> list[Chart]:
    """Return the account's balance, debit positive, at the ends of twelve months, the last of which is the day."""
    days = _days_until(last)
    standing = stood(book=account.book, days=days, accounts=[account.pk])
    amounts = standing.get(account.pk, (ZERO,) * len(days))
    own = address.of_rows(accounts=[account.pk])
    points = [
        Point(f"{day:%Y-%m}", (amount,), (f"{base}?{own}&{address.of_period(Period(EARLIEST, day))}",))
        for day, amount in zip(days, amounts, strict=True)
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


def _money_out(row: PayeeFigures) -> str:
    return address.of_rows(side=Side.CREDIT, is_credit=True, payee=str(row.payee_id or "none"))


def _parts(period: Period) -> tuple[Period, ...]:
    """Return the months of the period, or its quarters where there are too many, or nothing."""
    if period.days <= _MOST_MONTHS * 31:
        return pieces(period, 1)
    return pieces(period, 3) if period.days <= _MOST_QUARTERS * 92 else ()


def _days_until(day: date) -> list[date]:
    """Return the ends of the eleven months before the day, and the day; fewer at the beginning of time."""
    months = min(_BEFORE, (day.year - EARLIEST.year) * 12 + day.month - 1)
    ends = [months_from(add_months(day, -back), 1).last for back in range(months, 0, -1)]
    return [*ends, day]
