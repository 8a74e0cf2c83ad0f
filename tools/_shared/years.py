"""Days without a year: which year they are of, by the period or the date that the file states beside its rows."""

import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple, NoReturn

from tools._shared.dates import MONTH_BY_NAME, ORDERS, Day, Order, days_in_text, fold
from tools._shared.day_order import FAR_DAYS, FEW_STEPS, SURE_STEPS
from tools.contract import OpenOrder, OpenOrderError, OrderedDays, StatementRefusedError

_BEFORE_START, _AFTER_END = 45, 15
_YEAR_DAYS = 364  # after the first of them: no day and month comes twice
_SOON = timedelta(days=45)
_LEAST_DAYS = 3
_TOGETHER, _STEP_BACK = 100, 31
_PERIOD_DAYS = range(4, 367)
_MONTH = 40
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_MONTH_STAMP = re.compile(r"(?<!\d)((?:19|20)\d\d)-(0[1-9]|1[0-2])(?![-\d])")
_SPACED_STAMP = re.compile(r"(?<=\d)[_ ](?=\d)")
_ACCOUNT_END = re.compile(
    r"(?<![^\W\d_])(?:ending(?: in)?|card|karte|kort|konto|account|acct|compte|cuenta|conto|rekening|nr|no|x+)"
    r"[ _.\-]*\d{4}(?!\d)"
)
_DAY_FIRST = {"DMY": True, "MDY": False}
_PARTS = re.compile(r"\d+|[^\W\d_]+")


def _in_name(name: str) -> str:
    return _SPACED_STAMP.sub("-", fold(name))


def days_in_name(name: str) -> list[date]:
    """Return the days in a file's name that leave nothing open, and the last day of each month where it has no days."""
    stamped = _in_name(name)
    days = days_in_text(stamped)
    if days:
        return [found for day in days if (found := only_day(day))]
    months = ((int(year), int(month)) for year, month in _MONTH_STAMP.findall(stamped))
    return [date(year, month, monthrange(year, month)[1]) for year, month in months]


def year_of_name(name: str) -> int | None:
    """Return the only year in a file's name, ``None`` where it is part of a day or the end of an account's number."""
    stamped = _in_name(name)
    if days_in_text(stamped) or _MONTH_STAMP.search(stamped):
        return None
    years = set(_YEAR.findall(_ACCOUNT_END.sub("", stamped)))
    return int(years.pop()) if len(years) == 1 else None


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


class DatedDays(NamedTuple):
    """Days as ISO dates, what only weak evidence settled in sentences, and whether they are read with the day first."""

    texts: list[str]
    warnings: list[str]
    day_first: set[bool]


@dataclass(frozen=True, slots=True)
class Years:
    """What a file says about its time, beside its rows: its period, else a date up to which its rows are, else a year.

    ``anchors`` are those dates, in the file's name where ``by_name``; ``file_year`` is the year in the name.
    ``day_first`` are the orders of day and month that its other dates show; ``file`` is how a sentence calls the file.
    """

    period: tuple[date, date] | None
    anchors: Sequence[date]
    file_year: int | None
    day_first: set[bool]
    file: str
    by_name: bool = False

    def read(self, partial: Sequence[str], order_said: str = "") -> DatedDays:
        """Return the days with their years; ``order_said`` is the order that a person said, empty where nobody did.

        Raises:
            OpenOrderError: Day and month can be taken for each other.
            StatementRefusedError: The file does not say the year.
        """
        read = {first: self._read_all(partial, day_first=first) for first in (True, False)}
        fitting = {first: days for first, days in read.items() if days is not None}
        warnings: list[str] = []
        if len(fitting) == 2 and fitting[True] != fitting[False]:
            fitting, warnings = self._settle(fitting)
        if not fitting:
            self._refuse(partial)
        if len(fitting) == 2 and fitting[True] != fitting[False]:
            # No answer is offered that would be refused.
            fitting = {first: days for first, days in fitting.items() if self._holds(days)} or fitting
        if len(fitting) == 2 and fitting[True] != fitting[False]:
            if order_said not in _DAY_FIRST:
                self._ask(partial, fitting)
            fitting = {first: days for first, days in fitting.items() if first == _DAY_FIRST[order_said]}
        days = next(iter(fitting.values()))
        if self.period is None:
            warnings.append(self._by_date(days))
        return DatedDays([day.isoformat() for day in days], warnings, set(fitting))

    def _ask(self, partial: Sequence[str], fitting: dict[bool, list[date]]) -> NoReturn:
        at = next(at for at, (one, two) in enumerate(zip(*fitting.values(), strict=True)) if one != two)
        ways = tuple(
            OrderedDays(order, fitting[first][at], min(fitting[first]), max(fitting[first]))
            for order, first in _DAY_FIRST.items()
        )
        why = f"Nothing in the {self.file} settles which."
        raise OpenOrderError(
            f"Days such as {partial[at]} can be read with the day or the month first. {why} Say which it is, or ask "
            "the bank for the same statement as CSV, OFX or CAMT.",
            OpenOrder(partial[at], ways, why),
        )

    def _holds(self, days: Sequence[date]) -> bool:
        """Whether the days stand in order with the years that a date gives them; a period leaves no doubt."""
        return self.period is not None or not self.anchors or _keeps_order(days)

    def _by_date(self, days: Sequence[date]) -> str:
        """Return the sentence about years that no stated period gives; refuse days that those years tear apart."""
        if not self._holds(days):
            raise StatementRefusedError(
                f"The days have no year, and with the years that the date {self._source()} gives them they stand in no "
                "order of time. Ask the bank for the same statement as CSV, OFX or CAMT."
            )
        shown = f"{min(days).isoformat()} to {max(days).isoformat()}"
        what = "date" if self.anchors else "year"
        return f"The days have no year; they were read as {shown}, by the {what} {self._source()}."

    def _source(self) -> str:
        return "in the file's name" if self.by_name or not self.anchors else f"that the {self.file} states"

    def _settle(self, fitting: dict[bool, list[date]]) -> tuple[dict[bool, list[date]], list[str]]:
        """Return the days in the order of day and month that the file shows, with a warning where few rows do."""
        if len(self.day_first) == 1:
            return {first: days for first, days in fitting.items() if first in self.day_first}, []
        sorted_days = {
            first: days
            for first, days in fitting.items()
            if all(one <= two for one, two in pairwise(days))
            or all(one >= two for one, two in pairwise(days))
        }
        steps = len({*fitting[True]}) - 1
        if len(sorted_days) != 1 or steps < FEW_STEPS:
            return fitting, []
        if steps >= SURE_STEPS:
            return sorted_days, []
        ((day_first, days),) = sorted_days.items()
        if _span(days) > min(map(_span, fitting.values())) + FAR_DAYS:
            return fitting, []
        part, shown = "day" if day_first else "month", f"{days[0].isoformat()} to {days[-1].isoformat()}"
        said = f"the {part} comes first in their days; they were read as {shown}."
        return sorted_days, [f"Only the order of a few rows says that {said}"]

    def _windows(self) -> list[tuple[date, date]]:
        """Return first and last day between which the rows may be: a year at most."""
        if self.period:
            start, end = self.period
            spare = max(_YEAR_DAYS - (end - start).days, 0)
            after = min(_AFTER_END, spare)
            before = min(_BEFORE_START, spare - after)
            return [(start - timedelta(days=before), end + timedelta(days=after))]
        if self.anchors:
            return [(anchor - timedelta(days=_YEAR_DAYS), anchor) for anchor in dict.fromkeys(self.anchors)]
        return [(date(self.file_year, 1, 1), date(self.file_year, 12, 31))] if self.file_year else []

    def _refuse(self, partial: Sequence[str]) -> NoReturn:
        """Say of the first day that can be named what is wrong."""
        windows = self._windows()
        if not windows:
            raise StatementRefusedError(
                f"Days such as {partial[0]} are printed without a year, and the {self.file} states none. Put the year "
                "into the file's name, as in “statement-2026”, and give it again."
            )
        years = sorted({year for window in windows for year in range(window[0].year, window[1].year + 1)})
        ways = {text: [_parts(text, day_first=first) for first in (True, False)] for text in partial}
        for text, ways_of in ways.items():
            if not any(way and _day(year, *way) for way in ways_of for year in years):
                raise StatementRefusedError(
                    f"“{text}” is no day of {' or '.join(map(str, years))}, which the {self.file} states as its year. "
                    "Correct it, and read the file again."
                )
        outside = (
            text
            for text, ways_of in ways.items()
            if not any(way and _within([way], *window) for way in ways_of for window in windows)
        )
        stated = "period" if self.period else "date" if self.anchors else "single year in the name"
        raise StatementRefusedError(
            f"Days such as {next(outside, partial[0])} do not fit the {stated} that the statement states. Ask the bank "
            "for the same statement as CSV, OFX or CAMT."
        )

    def _read_all(self, partial: Sequence[str], *, day_first: bool) -> list[date] | None:
        parts = [_parts(text, day_first=day_first) for text in partial]
        known = [each for each in parts if each is not None]
        if len(known) != len(parts):
            return None
        read = [(latest, _within(known, earliest, latest)) for earliest, latest in self._windows()]
        found = [days for _, days in read if days is not None]
        if self.anchors and not self.period:
            found = [days for anchor, days in read if days is not None and _leads_to(days, anchor)]
        if not found or any(each != found[0] for each in found):
            return None
        by_year = not self.period and not self.anchors
        return None if by_year and {month for month, _ in known} >= {1, 12} else found[0]


def _span(days: Sequence[date]) -> int:
    return (max(days) - min(days)).days


def _leads_to(days: Sequence[date], anchor: date) -> bool:
    """Whether the days are surely of the year up to a date: one of its first weeks may also be soon after the date."""
    if min(days) > anchor - timedelta(days=_YEAR_DAYS) + _SOON:
        return True
    return max(days) >= anchor - _SOON and len({*days}) >= _LEAST_DAYS


def _keeps_order(days: Sequence[date]) -> bool:
    """Whether the days lie together, or rise or fall but for short steps back: in a wrong year one is far off."""
    if _span(days) <= _TOGETHER:
        return True
    steps = [(two - one).days for one, two in pairwise(days) if one != two]
    rising = sum(step > 0 for step in steps)
    falling = len(steps) - rising
    return rising != falling and all((step if rising > falling else -step) >= -_STEP_BACK for step in steps)


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


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _within(parts: Sequence[tuple[int, int]], earliest: date, latest: date) -> list[date] | None:
    """Return the days between two dates, ``None`` when one is not, or is twice."""
    found: list[date] = []
    for month, day in parts:
        fitting = [
            each
            for year in range(earliest.year, latest.year + 1)
            if (each := _day(year, month, day)) and earliest <= each <= latest
        ]
        if len(fitting) != 1:
            return None
        found.append(fitting[0])
    return found
