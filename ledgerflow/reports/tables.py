"""Reports as tables for the exporters and the command line."""

from decimal import Decimal

from ledgerflow.books.models import Book
from ledgerflow.core.money import minor_digits
from ledgerflow.ledger.selectors import TrialBalance
from ledgerflow.reports.exporters import Table


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
