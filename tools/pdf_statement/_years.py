"""Days printed without a year: which year they are of, by the period or the date that the statement states."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from tools._shared.dates import Day, fold, read_day, with_croatian_months
from tools._shared.years import Years, certain_day, days_in_name, period_of, says_day_first, year_of_name
from tools.contract import StatementRefusedError
from tools.pdf_statement._lines import Line
from tools.pdf_statement._rows import date_at

_JOINS = frozenset(
    {"to", "through", "thru", "until", "till", "and", "-", "\u2013", "\u2014", "bis", "zum", "au", "al", "a", "ate",
     "tot", "t/m", "til", "do", "y", "to:", "hasta", "e", "ao", "~", "至"}
)  # fmt: skip
_LABEL = re.compile(
    r"\b(?:statement|period|closing|ending|through|as of|issued|account summary|extracto|periodo|corte|"
    r"kontoauszug|auszug|zeitraum|abrechnung|releve|arrete|periode|rekeningoverzicht|afschrift|estratto|extrato|"
    r"kontoutdrag|kontoudskrift|wyciag|vypis|kivonat)\b"
)


class _Stated(NamedTuple):
    day: Day
    joined: bool  # to the day before it, as the end of a period


def _days(line: Line, around: Sequence[str]) -> list[_Stated]:
    found: list[_Stated] = []
    at, end = 0, -1
    while at < len(line.words):
        dated = date_at(line.words, at, short_years=True)
        day = _day(dated.text, around) if dated and dated.has_year else None
        if dated and day:
            between = [fold(word.text).strip(".:,()") for word in line.words[end:at]] if end >= 0 else []
            found.append(_Stated(day, 0 < len(between) <= 2 and set(between) <= _JOINS))
            end = dated.after
        at = dated.after if dated else at + 1
    return found


def _day(text: str, around: Sequence[str]) -> Day | None:
    """Return the day, ``None`` where its month is another one in each of two languages: it says nothing then."""
    try:
        [text] = with_croatian_months([text], around) or [text]
    except StatementRefusedError:
        return None
    return read_day(text)


def years_of(lines: Sequence[Line], name: str) -> Years:
    """Return what the document says about its time, beside its rows."""
    periods: list[tuple[date, date]] = []
    labelled: list[date] = []
    others: list[date] = []
    around = [line.text for line in lines]
    stated = [
        (line, days) for line in lines if any(map(str.isdigit, line.text)) and (days := _days(line, around))
    ]
    day_first = says_day_first(each.day for _, days in stated for each in days)
    for line, days in stated:
        dates = [certain_day(each.day, day_first) for each in days]
        joined = [
            period
            for one, two in pairwise(days)
            if two.joined and (period := _period(one.day, two.day, day_first)) is not None
        ]
        read = [found for found in dates if found]
        if joined:
            periods.extend(joined)
        elif read and _LABEL.search(fold(line.text)):
            labelled.extend(read)
        elif line.page == 1:
            others.extend(read)
    period = periods[0] if periods and all(each == periods[0] for each in periods) else None
    anchors = labelled or others
    if periods and period is None:
        anchors = [end for _, end in periods]
    return Years(
        period=period,
        anchors=anchors or days_in_name(name),
        file_year=year_of_name(name),
        day_first=day_first,
        file="PDF",
        by_name=not anchors,
    )


def _period(one: Day, two: Day, day_first: set[bool]) -> tuple[date, date] | None:
    """Return first and last day of a period; the order in which they are one is the document's."""
    found = period_of(one, two)
    if found is None:
        return None
    period, order = found
    if one.separator and order != "YMD":
        day_first.add(order == "DMY")
    return period
