"""Months and fiscal years of a book, as ranges of days."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from ledgerflow.books.models import Book

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A month or a fiscal year: its first and last day, both included."""

    first: date
    last: date

    @property
    def is_year(self) -> bool:
        """Whether it is longer than a month."""
        return self.first.month != self.last.month or self.first.year != self.last.year

    def __str__(self) -> str:
        if not self.is_year:
            return f"{calendar.month_name[self.first.month]} {self.first.year}"
        if self.first.year == self.last.year:
            return f"fiscal year {self.last.year}"
        return f"fiscal year {self.first.year}/{self.last.year % 100:02}"


def month_of(day: date) -> Period:
    """Return the calendar month of the day."""
    return Period(day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1]))


def fiscal_year(*, book: Book, ending_in: int) -> Period:
    """Return the fiscal year of the book that ends in the calendar year."""
    starts = book.fiscal_year_start_month
    if starts == 1:
        return Period(date(ending_in, 1, 1), date(ending_in, 12, 31))
    return Period(date(ending_in - 1, starts, 1), date(ending_in, starts, 1) - _ONE_DAY)


def fiscal_year_of(*, book: Book, day: date) -> Period:
    """Return the fiscal year of the book that the day lies in."""
    year = fiscal_year(book=book, ending_in=day.year)
    return year if day <= year.last else fiscal_year(book=book, ending_in=day.year + 1)


def months_of(year: Period) -> list[Period]:
    """Return the months of the fiscal year, the first one first."""
    months = [month_of(year.first)]
    while months[-1].last < year.last:
        months.append(month_of(months[-1].last + _ONE_DAY))
    return months
