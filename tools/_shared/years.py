"""Days without a year: which year they are of, by the period or the date that the file states beside its rows."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from tools._shared.dates import MONTH_BY_NAME, ORDERS, Day, Order, fold
from tools.contract import StatementRefusedError

_BEFORE_START, _AFTER_END = timedelta(days=45), timedelta(days=15)
_BEFORE_DATE, _AFTER_DATE = timedelta(days=319), timedelta(days=45)  # a year together
_PERIOD_DAYS = range(4, 306)
_MONTH = 40
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_PARTS = re.compile(r"\d+|[^\W\d_]+")


def set_of_years(name: str) -> list[str]:
    """Return the distinct years in a file's name."""
    return sorted(set(_YEAR.findall(name)))


def only_day(day: Day) -> date | None:
    """Return the day that all orders of its parts give, ``None`` where they differ."""
    found = {each for each in (day.dmy, day.mdy, day.ymd) if each}
    return found.pop() if len(found) == 1 else None


def certain_day(day: Day, day_first: set[bool]) -> date | None:
    """Return the day where its parts, or the order that the file's other dates show, leave nothing open."""
    found = only_day(day)
    if found is None and len(day_first) == 1:
        return day.dmy if day_first == {True} else day.mdy
    return found


def says_day_first(days: Iterable[Day]) -> set[bool]:
    """Return what the days that can be read in one way only say about whether the day comes first."""
    return {day.mdy is None for day in days if day.separator and (day.dmy is None) != (day.mdy is None)}


def period_of(one: Day, two: Day) -> tuple[tuple[date, date], Order] | None:
    """Return first and last day of a period and their order: the one in which they are days or weeks apart."""
    found: dict[tuple[date, date], Order] = {}
    for order in ORDERS:
        start, end = one.read(order), two.read(order)
        if start and end and (end - start).days in _PERIOD_DAYS:
            found.setdefault((start, end), order)
    short = {period: order for period, order in found.items() if (period[1] - period[0]).days <= _MONTH}
    found = short if len(found) > 1 else found
    return found.popitem() if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class Years:
    """What a file says about its time, beside its rows: its period, else dates near its rows, else a year in its name.

    ``day_first`` are the orders of day and month that its other dates show; ``file`` is how a sentence calls the file.
    """

    period: tuple[date, date] | None
    anchors: Sequence[date]
    file_year: int | None
    day_first: set[bool]
    file: str

    def texts(self, partial: Sequence[str]) -> list[str]:
        """Return the days as ISO dates.

        Raises:
            StatementRefusedError: The file does not say the year, or day and month can be taken for each other.
        """
        read = {first: self._read_all(partial, day_first=first) for first in (True, False)}
        fitting = {first: days for first, days in read.items() if days is not None}
        if len(fitting) == 2 and fitting[True] != fitting[False]:
            fitting = self._settle(fitting)
        if not fitting:
            self._refuse(partial[0])
        if len(fitting) == 2 and fitting[True] != fitting[False]:
            raise StatementRefusedError(
                f"Days such as {partial[0]} can be read with the day or the month first, and nothing in the "
                f"{self.file} settles which. Ask the bank for the same statement as CSV, OFX or CAMT."
            )
        return [day.isoformat() for day in next(iter(fitting.values()))]

    def _settle(self, fitting: dict[bool, list[date]]) -> dict[bool, list[date]]:
        if len(self.day_first) == 1:
            return {first: days for first, days in fitting.items() if first in self.day_first}
        rising = {
            first: days
            for first, days in fitting.items()
            if all(one <= two for one, two in pairwise(days))
            or all(one >= two for one, two in pairwise(days))
        }
        enough = len({*fitting[True]}) > 2
        return rising if rising and enough else fitting

    def _refuse(self, example: str) -> None:
        if self.period or self.anchors:
            raise StatementRefusedError(
                f"Days such as {example} do not fit the period that the statement states. Ask the bank for the same "
                "statement as CSV, OFX or CAMT."
            )
        raise StatementRefusedError(
            f"Days such as {example} are printed without a year, and the {self.file} states none. Put the year into "
            "the file's name, as in “statement-2026”, and give it again."
        )

    def _read_all(self, partial: Sequence[str], *, day_first: bool) -> list[date] | None:
        parts = [_parts(text, day_first=day_first) for text in partial]
        known = [each for each in parts if each is not None]
        if len(known) != len(parts):
            return None
        if self.period:
            start, end = self.period
            return _within(known, start - _BEFORE_START, end + _AFTER_END)
        found: list[list[date]] = []
        for anchor in dict.fromkeys(self.anchors):
            days = _within(known, anchor - _BEFORE_DATE, anchor + _AFTER_DATE)
            if days is not None:
                found.append(days)
        if found:
            return found[0] if all(each == found[0] for each in found) else None
        if self.file_year and not self.anchors:
            days = _within(known, date(self.file_year, 1, 1), date(self.file_year, 12, 31))
            crosses = {month for month, _ in known} >= {1, 12}
            return None if crosses else days
        return None


def _parts(text: str, *, day_first: bool) -> tuple[int, int] | None:
    """Return month and day."""
    found = [part for part in _PARTS.findall(fold(text)) if part not in {"de", "st", "nd", "rd", "th"}]
    if len(found) != 2:
        return None
    one, two = found
    if one.isdigit() and two.isdigit():
        return (int(two), int(one)) if day_first else (int(one), int(two))
    if one.isdigit():
        return MONTH_BY_NAME.get(two, 0), int(one)
    return MONTH_BY_NAME.get(one, 0), int(two)


def _within(parts: Sequence[tuple[int, int]], earliest: date, latest: date) -> list[date] | None:
    """Return the days in a window shorter than a year, ``None`` when one is not in it."""
    found: list[date] = []
    for month, day in parts:
        fitting = []
        for year in range(earliest.year, latest.year + 1):
            try:
                each = date(year, month, day)
            except ValueError:
                continue
            if earliest <= each <= latest:
                fitting.append(each)
        if not fitting:
            return None
        found.append(fitting[-1])
    return found
