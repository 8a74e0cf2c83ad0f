"""Dates and amounts as OFX writes them (OFX 2.2, sections 3.2.8.2 and 3.2.9), and the slips of real banks.

Dates are taken as printed: a time-zone suffix says in which zone the bank prints and never moves the day.
"""

import re
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from tools._shared.currencies import NO_DECIMALS, THREE_DECIMALS

_DATE_TIME = re.compile(
    r"(\d{4})[-/]?(\d\d)[-/]?(\d\d)[ T]?(\d{0,9}(?:[.:,][\d:.]*)?)\s*(?:Z|[+-]\d\d:?\d\d)?\s*(?:\[[^\]]*\]?)?",
    re.ASCII,
)
_EARLIEST_YEAR, _LATEST_YEAR = 1950, 2100
_END_OF_DAY = "2359"
_SERVER_MARGIN = timedelta(hours=12)

_PLAIN_AMOUNT = re.compile(r"[+-]? ?\d{1,15}(?:\.\d+)?", re.ASCII)
_AMOUNT = re.compile(r"([+-]?) ?(\d[\d.,]*|[.,]\d+)([+-]?)", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}([.,])\d{3}(?:\1\d{3})*", re.ASCII)
_ONE_GROUP = re.compile(r"[+-]? ?[1-9]\d{0,2}[.,]\d{3}-?", re.ASCII)
_OTHER = {".": ",", ",": "."}
_SPACED = re.compile(r"([+-]?\d{1,3})((?:[ '\u2019\u00a0\u202f]\d{3})+)((?:[.,]\d+)?-?)")
_RATE = re.compile(r"\d{1,9}(?:[.,]\d{1,12})?|[.,]\d{1,12}", re.ASCII)
_WHOLE_DIGITS = 15


class AmbiguousAmountError(ValueError):
    """The amount can be read in two ways; other amounts of the file may settle it."""


def parse_day(text: str) -> date:
    """Return the calendar day that an OFX date states, without any time-zone shift.

    :raises ValueError: the text is no date of a plausible year.
    """
    match = _DATE_TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    year, month, day, _time = match.groups()
    if not _EARLIEST_YEAR <= int(year) <= _LATEST_YEAR:
        raise ValueError(text)
    return date(int(year), int(month), int(day))


class DayCache(dict[str, date]):
    """``cache[text]`` is ``parse_day(text)``; a statement prints few days many times."""

    def __missing__(self, text: str) -> date:
        """Parse and remember.

        :raises ValueError: the text is no date.
        """
        day = self[text] = parse_day(text)
        return day


def _time_of(text: str) -> str:
    """The digits after the day: ``"235959"``; ``""`` where only a day is stated or the text is no date."""
    match = _DATE_TIME.fullmatch(text.strip())
    return "".join(filter(str.isdigit, match[4])) if match else ""


def whole_days(start: str, end: str, made_at: str) -> tuple[date | None, date | None]:
    """Return the first and last calendar day that a period states to cover wholly.

    Conservative: the first day counts when the period starts at midnight, the last one when it ends at 23:59
    or later. No day counts that was not over, anywhere between the bank and the server's zone, when the file
    was made; where it does not say when that was, the last day is not known.
    """
    first, last = _first_whole_day(start), _last_whole_day(end, made_at)
    if first is not None and last is not None and first > last:
        return None, None
    return first, last


def _first_whole_day(start: str) -> date | None:
    try:
        day = parse_day(start)
    except ValueError:
        return None
    return day + timedelta(days=1) if _time_of(start).strip("0") else day


def _last_whole_day(end: str, made_at: str) -> date | None:
    try:
        day, made = parse_day(end), parse_day(made_at)
    except ValueError:
        return None
    last = day if _time_of(end)[:4] == _END_OF_DAY else day - timedelta(days=1)
    hour = int(_time_of(made_at)[:2] or 0) % 24
    surely_begun = datetime(made.year, made.month, made.day, hour) - _SERVER_MARGIN  # noqa: DTZ001 - as printed
    return min(last, surely_begun.date() - timedelta(days=1))


def parse_amount(text: str, decimal_mark: str | None = None) -> Decimal:
    """Return the amount that the text states.

    The standard allows a point or a comma as decimal mark and no thousands marks; banks use both.
    ``1.234,56`` and
    ``1,234.56`` settle themselves; ``4,884`` does not, unless ``decimal_mark`` says how the file writes.

    :raises AmbiguousAmountError: a single comma stands before three digits and nothing settles what it means.
    :raises ValueError: the text is no amount.
    """
    text = text.strip()
    if _PLAIN_AMOUNT.fullmatch(text) and not (decimal_mark == "," and _GROUPED.fullmatch(text.lstrip("+- "))):
        return Decimal(text.replace(" ", ""))
    spaced = _SPACED.fullmatch(text)
    if spaced is not None:
        text = spaced[1] + "".join(filter(str.isdigit, spaced[2])) + spaced[3]
    match = _AMOUNT.fullmatch(text)
    if match is None or (match[1] and match[3]):
        raise ValueError(text)
    whole, fraction = _split(match[2], decimal_mark)
    if len(whole) > _WHOLE_DIGITS:
        raise ValueError(text)
    return (
        Decimal(f"{match[1] or match[3]}{whole or '0'}.{fraction or '0'}")
        if fraction
        else Decimal(f"{match[1] or match[3]}{whole}")
    )


def parse_rate(text: str) -> Decimal | None:
    """Return the exchange rate that the text states, ``None`` where it states none above zero."""
    match = _RATE.fullmatch(text.strip())
    rate = Decimal(match[0].replace(",", ".")) if match else Decimal(0)
    return rate or None


def _split(digits: str, decimal_mark: str | None) -> tuple[str, str]:
    """Split into whole and fractional digits, thousands marks removed."""
    mark = max(digits.rfind("."), digits.rfind(","))
    if mark < 0:
        return digits, ""
    last, other = digits[mark], "," if digits[mark] == "." else "."
    head, tail = digits[:mark], digits[mark + 1 :]
    if other in head:
        if last in head or not _GROUPED.fullmatch(head):
            raise ValueError(digits)
        return head.replace(other, ""), tail
    if last in head:
        if not _GROUPED.fullmatch(digits) or last == decimal_mark:
            raise ValueError(digits)
        return digits.replace(last, ""), ""
    if _GROUPED.fullmatch(digits) and not head.startswith("0"):
        if decimal_mark is None:
            raise AmbiguousAmountError(digits)
        if decimal_mark != last:
            return head + tail, ""
    return head, tail


def is_one_group(text: str) -> bool:
    """Whether the text is an amount such as 25.000 or 4,884: three digits behind its only mark."""
    return _ONE_GROUP.fullmatch(text.strip()) is not None


def decimal_mark_of(amounts: Iterable[str], currencies: Collection[str]) -> str | None:
    """Return the decimal mark that a file's amounts agree on, or ``None`` where nothing settles it.

    Where every amount has three digits behind its only mark, the ``currencies`` of the file settle it: those without
    decimals group by it, and those with three write it as the standard does.
    """
    decimal, single = set[str](), set[str]()
    for text in amounts:
        digits = text.strip().strip("+- ")
        mark = digits[max(digits.rfind("."), digits.rfind(","), 0) :][:1]
        if mark not in _OTHER:
            continue
        if is_one_group(digits):
            single.add(mark)
        else:
            decimal.add(_OTHER[mark] if _GROUPED.fullmatch(digits) and not digits.startswith("0") else mark)
    if decimal or len(single) != 1:
        return decimal.pop() if len(decimal) == 1 else None
    mark = single.pop()
    if currencies and NO_DECIMALS.issuperset(currencies):
        return _OTHER[mark]
    return mark if mark == "." and currencies and THREE_DECIMALS.issuperset(currencies) else None
