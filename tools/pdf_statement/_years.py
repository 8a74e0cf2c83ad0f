"""Days printed without a year: which year they are of, by the period or the date that the statement states."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from tools._shared.dates import MONTH_BY_NAME, ORDERS, Day, Order, days_in_text, fold, read_day
from tools.contract import StatementRefusedError
from tools.pdf_statement._lines import Line
from tools.pdf_statement._rows import date_at

_BEFORE_START, _AFTER_END = timedelta(days=45), timedelta(days=15)
_BEFORE_DATE, _AFTER_DATE = timedelta(days=300), timedelta(days=45)
_PERIOD_DAYS = range(4, 306)
_MONTH = 40
_JOINS = frozenset(
    {"to", "through", "thru", "until", "till", "and", "-", "\u2013", "\u2014", "bis", "zum", "au", "al", "a", "ate",
     "tot", "t/m", "til", "do", "y", "to:", "hasta", "e", "ao", "~", "至"}
)  # fmt: skip
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_PARTS = re.compile(r"\d+|[^\W\d_]+")
_LABEL = re.compile(
    r"\b(?:statement|period|closing|ending|through|as of|issued|account summary|extracto|periodo|corte|"
    r"kontoauszug|auszug|zeitraum|abrechnung|releve|arrete|periode|rekeningoverzicht|afschrift|estratto|extrato|"
    r"kontoutdrag|kontoudskrift|wyciag|vypis|kivonat)\b"
)


def _read(day: Day) -> date | None:
    found = {each for each in (day.dmy, day.mdy, day.ymd) if each}
    return found.pop() if len(found) == 1 else None


class _Stated(NamedTuple):
    day: Day
    joined: bool  # to the day before it, as the end of a period


def _days(line: Line) -> list[_Stated]:
    found: list[_Stated] = []
    at, end = 0, -1
    while at < len(line.words):
        dated = date_at(line.words, at, short_years=True)
        day = read_day(dated.text) if dated and dated.has_year else None
        if dated and day:
            between = [fold(word.text).strip(".:,()") for word in line.words[end:at]] if end >= 0 else []
            found.append(_Stated(day, 0 < len(between) <= 2 and set(between) <= _JOINS))
            end = dated.after
        at = dated.after if dated else at + 1
    return found


class Years:
    """What the document says about its time, beside its rows."""

    def __init__(self, lines: Iterable[Line], name: str) -> None:
        self.day_first: set[bool] = set()
        periods: list[tuple[date, date]] = []
        labelled: list[date] = []
        others: list[date] = []
        stated = [
            (line, days) for line in lines if any(map(str.isdigit, line.text)) and (days := _days(line))
        ]
        for day in (each.day for _, days in stated for each in days):
            if day.separator and (day.dmy is None) != (day.mdy is None):
                self.day_first.add(day.mdy is None)
        for line, days in stated:
            dates = [self._certain(each.day) for each in days]
            joined = [
                period
                for one, two in pairwise(days)
                if two.joined and (period := self._period(one.day, two.day)) is not None
            ]
            read = [found for found in dates if found]
            if joined:
                periods.extend(joined)
            elif read and _LABEL.search(fold(line.text)):
                labelled.extend(read)
            elif line.page == 1:
                others.extend(read)
        self.period = periods[0] if periods and all(each == periods[0] for each in periods) else None
        named = [found for day in days_in_text(name) if (found := _read(day))]
        self.anchors = labelled or others or named
        if periods and self.period is None:
            self.anchors = [end for _, end in periods]
        self.file_year = int(years[0]) if len(years := set_of_years(name)) == 1 else None

    def _period(self, one: Day, two: Day) -> tuple[date, date] | None:
        """Return first and last day of a period: the one order in which they are days or weeks apart."""
        found: dict[tuple[date, date], Order] = {}
        for order in ORDERS:
            start, end = one.read(order), two.read(order)
            if start and end and (end - start).days in _PERIOD_DAYS:
                found.setdefault((start, end), order)
        short = {period: order for period, order in found.items() if (period[1] - period[0]).days <= _MONTH}
        found = short if len(found) > 1 else found
        if len(found) != 1:
            return None
        period, order = found.popitem()
        if one.separator and order != "YMD":
            self.day_first.add(order == "DMY")
        return period

    def _certain(self, day: Day) -> date | None:
        found = _read(day)
        if found is None and len(self.day_first) == 1:
            found = day.dmy if self.day_first == {True} else day.mdy
        return found

    def texts(self, partial: Sequence[str]) -> list[str]:
        """Return the days as ISO dates.

        Raises:
            StatementRefusedError: The document does not say the year, or day and month can be taken for each other.
        """
        read = {first: self._read_all(partial, day_first=first) for first in (True, False)}
        fitting = {first: days for first, days in read.items() if days is not None}
        if len(fitting) == 2 and fitting[True] != fitting[False]:
            fitting = self._settle(fitting)
        if not fitting:
            self._refuse(partial[0])
        if len(fitting) == 2 and fitting[True] != fitting[False]:
            raise StatementRefusedError(
                f"Days such as {partial[0]} can be read with the day or the month first, and nothing in the PDF "
                "settles which. Ask the bank for the same statement as CSV, OFX or CAMT."
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
            f"Days such as {example} are printed without a year, and the PDF states none. Put the year into the file's "
            "name, as in “statement-2026.pdf”, and give it again."
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


def set_of_years(name: str) -> list[str]:
    """Return the distinct years in a file's name."""
    return sorted(set(_YEAR.findall(name)))


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
