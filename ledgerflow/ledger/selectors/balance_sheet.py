"""The balance sheet: what the book's owner has, owes, and what is left, at the end of one day or of many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ledgerflow.books.models import Book
from ledgerflow.core.periods import fiscal_year_of
from ledgerflow.ledger.models import AccountType
from ledgerflow.ledger.selectors.moved import Amounts, stood
from ledgerflow.ledger.selectors.sections import Section, add_columns, heads_of, sections_of

_TYPES = (AccountType.ASSET, AccountType.LIABILITY, AccountType.EQUITY)
_RESULT = frozenset({AccountType.INCOME, AccountType.EXPENSE})


@dataclass(frozen=True, slots=True)
class BalanceSheet:
    """Assets, liabilities and equity with one figure for each day, each positive on its natural side.

    Net income stays on the income and expense accounts until a closing entry carries it into equity. What is not
    closed yet is shown as two figures of equity: ``earlier_years`` from fiscal years that ended before the day's own,
    ``this_year`` from the day's fiscal year (from ``year_starts``), so that assets are always liabilities and equity.
    """

    days: tuple[date, ...]
    year_starts: tuple[date, ...]
    assets: Section
    liabilities: Section
    equity: Section
    earlier_years: tuple[Decimal, ...]
    this_year: tuple[Decimal, ...]

    @property
    def total_equity(self) -> tuple[Decimal, ...]:
        """The equity accounts and the net income that is not closed yet."""
        return add_columns((self.equity.totals, self.earlier_years, self.this_year), len(self.days))

    @property
    def liabilities_and_equity(self) -> tuple[Decimal, ...]:
        """The other side of the assets."""
        return add_columns((self.liabilities.totals, self.total_equity), len(self.days))

    def columns(self, wanted: slice) -> "BalanceSheet":
        """Return the balance sheet of these days alone."""
        return BalanceSheet(
            days=self.days[wanted],
            year_starts=self.year_starts[wanted],
            assets=self.assets.columns(wanted),
            liabilities=self.liabilities.columns(wanted),
            equity=self.equity.columns(wanted),
            earlier_years=self.earlier_years[wanted],
            this_year=self.this_year[wanted],
        )


def balance_sheet(*, book: Book, days: Sequence[date]) -> BalanceSheet:
    """Return the balance sheet with a column for the end of each day; two queries, however many days."""
    standing = stood(book=book, days=days_and_year_ends(book=book, days=days))
    return balance_sheet_of(book=book, days=days, standing=standing)


def days_and_year_ends(*, book: Book, days: Sequence[date]) -> list[date]:
    """Return the days, and for each the last day of the fiscal year before its own."""
    return [*days, *(start - timedelta(days=1) for start in _starts(book, days))]


def _starts(book: Book, days: Sequence[date]) -> tuple[date, ...]:
    return tuple(fiscal_year_of(day, book.fiscal_year_start_month).first for day in days)


def balance_sheet_of(*, book: Book, days: Sequence[date], standing: Amounts) -> BalanceSheet:
    """Return the balance sheet of what stood at the end of the days and of the years before them; one query."""
    starts = _starts(book, days)
    heads, count = heads_of(book=book, types=(*_TYPES, *_RESULT)), len(days)
    sections = sections_of(
        heads=heads,
        amounts={account: amounts[:count] for account, amounts in standing.items()},
        types=(*_TYPES, *_RESULT),
        count=count,
    )
    result = _unclosed(sections)
    earlier = _unclosed(
        sections_of(
            heads=heads,
            amounts={account: amounts[count:] for account, amounts in standing.items()},
            types=_RESULT,
            count=count,
        )
    )
    return BalanceSheet(
        days=tuple(days),
        year_starts=starts,
        assets=sections[AccountType.ASSET],
        liabilities=sections[AccountType.LIABILITY],
        equity=sections[AccountType.EQUITY],
        earlier_years=earlier,
        this_year=tuple(whole - part for whole, part in zip(result, earlier, strict=True)),
    )


def _unclosed(sections: dict[AccountType, Section]) -> tuple[Decimal, ...]:
    income, expenses = sections[AccountType.INCOME].totals, sections[AccountType.EXPENSE].totals
    return tuple(gained - spent for gained, spent in zip(income, expenses, strict=True))
