"""Reports as tables for the exporters and the command line."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from ledgerflow.books.models import Book
from ledgerflow.core.money import ZERO, minor_digits
from ledgerflow.ledger.models import Account
from ledgerflow.ledger.selectors import TrialBalance
from ledgerflow.reports.exporters import Table
from ledgerflow.reports.selectors import RegisterFigures, ReportLine


def shown(amount: Decimal, currency: str) -> Decimal:
    """Return the amount with exactly the currency's digits, or more where the books hold more."""
    digits = max(minor_digits(currency), -int(amount.normalize().as_tuple().exponent))
    return amount.quantize(Decimal(1).scaleb(-digits))


def trial_balance_table(*, book: Book, report: TrialBalance) -> Table:
    """Return the trial balance with its totals as facts; debit and credit are both positive."""
    currency = book.base_currency
    return Table(
        name="trial-balance",
        facts={
            "book": book.slug,
            "currency": currency,
            "as_of": report.as_of,
            "total_debit": shown(report.total_debit, currency),
            "total_credit": shown(report.total_credit, currency),
        },
        columns=("code", "account", "type", "debit", "credit"),
        rows=[
            (row.code, row.name, str(row.type), shown(row.debit, currency), shown(row.credit, currency))
            for row in report.rows
        ],
    )


def register_table(
    *,
    account: Account,
    first: date | None,
    last: date,
    figures: RegisterFigures,
    lines: Iterable[ReportLine],
    search: str = "",
) -> Table:
    """Return an account's register, newest line first; amounts in the base currency, balances debit positive."""
    book = account.book
    currency = book.base_currency
    return Table(
        name="register",
        facts={
            "book": book.slug,
            "account": account.code,
            "account_name": account.name,
            "currency": currency,
            "from": first,
            "to": last,
            "search": search,
            "opening_balance": shown(figures.opening, currency),
            "total_debit": shown(figures.debit, currency),
            "total_credit": shown(figures.credit, currency),
            "closing_balance": shown(figures.closing, currency),
        },
        columns=("date", "entry", "text", "other_account", "debit", "credit", "balance"),
        rows=[
            (
                line.place.date,
                line.place.entry_number,
                line.text,
                str(line.other_side or ""),
                shown(line.debit or ZERO, currency),
                shown(line.credit or ZERO, currency),
                None if line.balance is None else shown(line.balance, currency),
            )
            for line in lines
        ],
    )
