"""The income statement: what came in and what it cost, in one period or in many side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledgerflow.books.models import Book
from ledgerflow.core.periods import Period
from ledgerflow.ledger.models import AccountType
from ledgerflow.ledger.selectors.closings import closing_entries
from ledgerflow.ledger.selectors.moved import moved
from ledgerflow.ledger.selectors.sections import Section, heads_of, sections_of

_TYPES = (AccountType.INCOME, AccountType.EXPENSE)


@dataclass(frozen=True, slots=True)
class IncomeStatement:
    """Income and expenses, both positive, with one figure for each period; in the base currency.

    Entries that close a year are left out.
    """

    periods: tuple[Period, ...]
    income: Section
    expenses: Section

    @property
    def net_income(self) -> tuple[Decimal, ...]:
        """Income less expenses, for each period; a loss is negative."""
        columns = zip(self.income.totals, self.expenses.totals, strict=True)
        return tuple(income - expenses for income, expenses in columns)

    def columns(self, wanted: slice) -> "IncomeStatement":
        """Return the statement with these periods alone."""
        return IncomeStatement(
            self.periods[wanted], self.income.columns(wanted), self.expenses.columns(wanted)
        )


def income_statement(*, book: Book, periods: Sequence[Period]) -> IncomeStatement:
    """Return the income statement with a column for each period; three queries, however many periods."""
    without = closing_entries(book=book)
    amounts = moved(book=book, periods=periods, types=_TYPES, without=without)
    sections = sections_of(
        heads=heads_of(book=book, types=_TYPES), amounts=amounts, types=_TYPES, count=len(periods)
    )
    return IncomeStatement(
        periods=tuple(periods),
        income=sections[AccountType.INCOME],
        expenses=sections[AccountType.EXPENSE],
    )
