"""The fiscal years of a book."""

from datetime import date

from ledgerflow.books.models import Book
from ledgerflow.core import periods
from ledgerflow.core.periods import Period


def fiscal_year(*, book: Book, ending_in: int) -> Period:
    """Return the fiscal year of the book that ends in the calendar year."""
    starts = book.fiscal_year_start_month
    return periods.months_from(date(ending_in if starts == 1 else ending_in - 1, starts, 1), 12)


def fiscal_year_of(*, book: Book, day: date) -> Period:
    """Return the fiscal year of the book that the day lies in."""
    return periods.fiscal_year_of(day, book.fiscal_year_start_month)
