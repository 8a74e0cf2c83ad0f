"""Dates, amounts and periods as ISO 20022 writes them, and the slips of real banks.

Dates are taken as printed: a zone behind them never moves the day.
"""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from xml.etree.ElementTree import Element

from tools.camt_statement._xml import LocalNames

_DAY = re.compile(
    r"\s*(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):?(\d\d)?[\d:.,]*)?\s*(?:Z|[+-]\d\d:?\d\d)?\s*", re.ASCII
)
_COMPACT = re.compile(r"\s*(\d{4})(\d\d)(\d\d)()()\s*", re.ASCII)
_AMOUNT = re.compile(r"0*\d{1,15}(?:\.\d*)?|\.\d+", re.ASCII)
_COMMA = re.compile(r"0*\d{1,15},\d{1,2}", re.ASCII)
_EARLIEST_YEAR, _LATEST_YEAR = 1950, 2100
_END_OF_DAY = (23, 59)
_SERVER_MARGIN = timedelta(hours=12)

NAMES = LocalNames()


def parse_day(text: str) -> date:
    """Return the calendar day that an ISODate or ISODateTime states.

    :raises ValueError: the text is no day of a plausible year.
    """
    match = _DAY.fullmatch(text) or _COMPACT.fullmatch(text)
    if match is None or not _EARLIEST_YEAR <= int(match[1]) <= _LATEST_YEAR:
        raise ValueError(text)
    return date(int(match[1]), int(match[2]), int(match[3]))


class DayCache(dict[str, date]):
    """``cache[text]`` is ``parse_day(text)``; a statement prints few days many times."""

    def __missing__(self, text: str) -> date:
        """Parse and remember.

        :raises ValueError: the text is no day.
        """
        day = self[text] = parse_day(text)
        return day


def parse_amount(text: str) -> Decimal:
    """Return the amount: digits with a decimal point. A comma before one or two last digits leaves no doubt either.

    :raises ValueError: the text is no amount, or has a sign, which the indicator beside it should be.
    """
    text = text.strip()
    if _AMOUNT.fullmatch(text):
        return Decimal(text)
    if _COMMA.fullmatch(text):
        return Decimal(text.replace(",", "."))
    raise ValueError(text)


def whole_days(start: str, end: str, made_at: str) -> tuple[date | None, date | None]:
    """Return the first and last calendar day that a period states to cover wholly.

    The first day counts when the period begins at midnight, the last one when it ends at 23:59 or later; and no day
    that was not surely over when the statement was made.
    """
    first, last = _DAY.fullmatch(start), _DAY.fullmatch(end)
    if first is None or last is None:
        return None, None
    try:
        begins, ends = parse_day(start), parse_day(end)
        if (int(first[4] or 0), int(first[5] or 0)) != (0, 0):
            begins += timedelta(days=1)
        if last[4] is not None and (int(last[4]), int(last[5] or 0)) < _END_OF_DAY:
            ends -= timedelta(days=1)
        made = _DAY.fullmatch(made_at)
        if made is None:
            return None, None
        moment = datetime.combine(parse_day(made_at), datetime.min.time()).replace(
            hour=int(made[4] or 0) % 24
        )
    except ValueError:
        return None, None
    ends = min(ends, (moment - _SERVER_MARGIN).date() - timedelta(days=1))
    return (begins, ends) if begins <= ends else (None, None)


def children(element: Element | None) -> dict[str, Element]:
    """Return the element's children by local name; of several with one name the first."""
    return {NAMES[child.tag]: child for child in element[::-1]} if element is not None else {}


def find(element: Element | None, *path: str) -> Element | None:
    """Return the first descendant along a path of local names."""
    for name in path:
        if element is None:
            return None
        element = next((child for child in element if NAMES[child.tag] == name), None)
    return element


def text_of(element: Element | None, *path: str) -> str:
    """Return the text at a path, with single spaces; ``""`` where there is none."""
    found = find(element, *path)
    return " ".join((found.text or "").split()) if found is not None else ""
