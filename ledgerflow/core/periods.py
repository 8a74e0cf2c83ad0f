"""Periods: ranges of days, both ends included, cut into months, quarters and fiscal years."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

#: The earliest day of the ledger, and the last that has a day after it in every report.
EARLIEST, LATEST = date(1900, 1, 1), date(9998, 12, 31)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from ``first`` to ``last``, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """The number of its days."""
        return (self.last - self.first).days + 1

    @property
    def is_whole_months(self) -> bool:
        """Whether it begins with a month and ends with one."""
        return self.first.day == 1 and (self.last + timedelta(days=1)).day == 1

    @property
    def name(self) -> str:
        """What :func:`typed` takes for it: 2026-03, 2026-Q1 or 2026; nothing for any other days."""
        if self.is_whole_months and self.first.year == self.last.year:
            months = self.last.month - self.first.month + 1
            if months == 1:
                return f"{self.first:%Y-%m}"
            if months == 3 and self.first.month % 3 == 1:
                return f"{self.first.year}-Q{self.last.month // 3}"
            if months == 12:
                return f"{self.first.year}"
        return ""

    @property
    def is_year(self) -> bool:
        """Whether it is longer than a month."""
        return (self.first.year, self.first.month) != (self.last.year, self.last.month)

    @property
    def words(self) -> str:
        """What people call a month or a fiscal year: March 2026, fiscal year 2026 or fiscal year 2025/26."""
        if not self.is_year:
            return f"{calendar.month_name[self.first.month]} {self.first.year}"
        if self.first.year == self.last.year:
            return f"fiscal year {self.last.year}"
        return f"fiscal year {self.first.year}/{self.last.year % 100:02}"

    def __str__(self) -> str:
        """Return its name, or the two days."""
        return self.name or f"{self.first} to {self.last}"


def add_months(day: date, months: int) -> date:
    """Return the same day of a later month (or earlier, when negative), or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def months_from(day: date, months: int) -> Period:
    """Return so many whole months, beginning with that of the day."""
    first = day.replace(day=1)
    return Period(first, add_months(first, months) - timedelta(days=1))


def quarter_of(day: date) -> Period:
    """Return the calendar quarter that the day is in."""
    return months_from(day.replace(month=day.month - (day.month - 1) % 3, day=1), 3)


def fiscal_year_of(day: date, start_month: int) -> Period:
    """Return the fiscal year that the day is in."""
    year = day.year if day.month >= start_month else day.year - 1
    return months_from(date(year, start_month, 1), 12)


def pieces(period: Period, months: int) -> tuple[Period, ...]:
    """Return the period cut at the ends of months (1) or calendar quarters (3); both ends may be partial."""
    cut, first = [], period.first
    while first <= period.last:
        whole = months_from(first, 1) if months == 1 else quarter_of(first)
        cut.append(Period(first, min(whole.last, period.last)))
        first = whole.last + timedelta(days=1)
    return tuple(cut)


def before(period: Period) -> Period:
    """Return the period of the same length that ends the day before; whole months stay whole months.

    Raises:
        ValueError: it would begin before the earliest day of the ledger.
    """
    if period.is_whole_months:
        months = (period.last.year - period.first.year) * 12 + period.last.month - period.first.month + 1
        return _known(months_from(_month_back(period.first, months), months))
    if (period.first - EARLIEST).days < period.days:
        raise ValueError(_TOO_EARLY)
    return Period(period.first - timedelta(days=period.days), period.first - timedelta(days=1))


def year_before(period: Period) -> Period:
    """Return the same days of the year before; a period that ends with a month still does.

    Raises:
        ValueError: it would begin before the earliest day of the ledger.
    """
    first, last = _month_back(period.first, 12), _month_back(period.last, 12)
    if (period.last + timedelta(days=1)).day == 1:
        last = last.replace(day=calendar.monthrange(last.year, last.month)[1])
    return _known(Period(first, last))


_TOO_EARLY = "There is no such period: the books begin in 1900."


def _month_back(day: date, months: int) -> date:
    if day.year * 12 + day.month - months < EARLIEST.year * 12 + 1:
        raise ValueError(_TOO_EARLY)
    return add_months(day, -months)


def _known(period: Period) -> Period:
    if period.first < EARLIEST:
        raise ValueError(_TOO_EARLY)
    return period


_TYPED = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(\d{2})))?", re.IGNORECASE)


def typed(text: str) -> Period:
    """Return the period that a person typed: ``2026``, ``2026-Q1`` or ``2026-03``.

    Raises:
        ValueError: the text names none.
    """
    match = _TYPED.fullmatch(text.strip())
    if match is None or not EARLIEST.year <= int(match[1]) <= LATEST.year or not _is_month(match[3]):
        raise ValueError(f"“{text}” is no period; write one such as 2026, 2026-Q1 or 2026-03.")
    year, quarter, month = int(match[1]), match[2], match[3]
    if quarter:
        return quarter_of(date(year, int(quarter) * 3, 1))
    return months_from(date(year, int(month), 1), 1) if month else months_from(date(year, 1, 1), 12)


def _is_month(text: str | None) -> bool:
    return text is None or 1 <= int(text) <= 12
