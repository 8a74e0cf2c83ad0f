"""The income statement: what came in and what it cost, in one period or in many side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledgerflow.books.models import Book
from ledgerflow.core.periods import Period
from ledgerflow.ledger.models import AccountType
from ledgerflow.ledger.selectors.closings import closing_entries
from ledgerflow.ledger.selectors.moved import Amounts, moved
from ledgerflow.ledger.selectors.sections import Section, heads_of, sections_of

RESULT_TYPES = (AccountType.INCOME, AccountType.EXPENSE)


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
    return income_statement_of(
        book=book, periods=periods, amounts=moved_without_closings(book=book, periods=periods)
    )


def moved_without_closings(*, book: Book, periods: Sequence[Period], without: Sequence[int] = ()) -> Amounts:
    """Return what moved on income and expense accounts in each period; two queries.

    Entries that close a year are left out, and those of ``without``.
    """
    left_out = [*closing_entries(book=book), *without]
    return moved(book=book, periods=periods, types=RESULT_TYPES, without=left_out)


def income_statement_of(*, book: Book, periods: Sequence[Period], amounts: Amounts) -> IncomeStatement:
    """Return the income statement of what moved in each column (debit positive), of the period beside it; one query."""
    sections = sections_of(
        heads=heads_of(book=book, types=RESULT_TYPES), amounts=amounts, types=RESULT_TYPES, count=len(periods)
    )
    return IncomeStatement(
        periods=tuple(periods),
        income=sections[AccountType.INCOME],
        expenses=sections[AccountType.EXPENSE],
    )
