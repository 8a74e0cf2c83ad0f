"""Dates, amounts, balances and the statement line as SWIFT writes them, and the slips of real banks.

SWIFT User Handbook, category 9: field 60a is ``1!a6!n3!a15d``, field 61
``6!n[4!n]2a[1!a]15d1!a3!c16x[//16x][34x]``, field 90a ``5n3!a15d``.
"""

import re
from calendar import monthrange
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import NamedTuple

_AMOUNT = r"\d[\d.,' ]*|,\d+"
_BALANCE = re.compile(rf"([CD])R?\s*(\d{{6}})\s*([A-Z]{{3}})?\s*({_AMOUNT})", re.IGNORECASE)
_LINE = re.compile(
    rf"(?P<value>\d{{6}})(?P<entry>\d{{4}})?\s?(?P<mark>RC|RD|EC|ED|C|D)(?P<funds>[A-Z])?\s?(?P<amount>{_AMOUNT}?)"
    r"(?:(?P<type>[A-Z][A-Z0-9]{3}|[NFS][A-Z0-9 ]{3})(?P<rest>.*)|(?P<none>\s*))",
    re.DOTALL,
)
_SUMMARY = re.compile(rf"(\d{{1,7}})\s?([A-Z]{{3}})\s?({_AMOUNT})")
_FLOOR = re.compile(rf"([A-Z]{{3}})[CD]?(?:{_AMOUNT})")
_PLAIN = re.compile(r"0*\d{1,15}(?:,\d{0,8})?|,\d{1,8}")
_POINT = re.compile(r"0*\d{1,15}\.\d{1,2}")
_GROUPED = re.compile(
    r"\d{1,3}(?:(?P<mark>[.,' ])\d{3})(?:(?P=mark)\d{3})*(?P<decimal>[.,])(?P<fraction>\d{1,3})"
)
_FIRST_YEAR_OF_THE_CENTURY = 80
_IN = frozenset({"C", "RD", "EC"})
_EXPECTED = frozenset({"EC", "ED"})


class Balance(NamedTuple):
    """A stated balance: from the owner's point of view, so a debit balance is negative."""

    amount: Decimal
    currency: str


class Movement(NamedTuple):
    """What a field 61 states; ``entry_date`` only where it is another day than the value date, the ``day``."""

    day: date
    entry_date: date | None
    amount: Decimal
    is_expected: bool
    customer_reference: str
    bank_reference: str
    supplement: str
    is_clamped: bool


def parse_amount(text: str) -> Decimal:
    """Return the amount; the comma is the decimal mark, as the standard says.

    A point before one or two last digits, and thousands marks beside another decimal mark, leave no doubt either.

    :raises ValueError: the text is no amount, or can be read in two ways.
    """
    text = text.strip()
    if _PLAIN.fullmatch(text):
        return Decimal(text.replace(",", "."))
    if _POINT.fullmatch(text):
        return Decimal(text)
    grouped = _GROUPED.fullmatch(text)
    if grouped is None or grouped["mark"] == grouped["decimal"]:
        raise ValueError(text)
    whole = text[: grouped.start("decimal")].replace(grouped["mark"], "")
    return Decimal(f"{whole}.{grouped['fraction']}")


def parse_day(text: str) -> tuple[date, bool]:
    """Return the day of ``YYMMDD``, and whether it was moved to the last day of February.

    Banks that count interest in months of 30 days state a value date of 29 or 30 February.

    :raises ValueError: no day of the calendar.
    """
    year, month, day = int(text[:2]), int(text[2:4]), int(text[4:])
    year += 1900 if year >= _FIRST_YEAR_OF_THE_CENTURY else 2000
    if month == 2 and day in (29, 30) and day > (last := monthrange(year, 2)[1]):
        return date(year, 2, last), True
    return date(year, month, day), False


class DayCache(dict[str, tuple[date, bool]]):
    """``cache[text]`` is ``parse_day(text)``; a statement prints few days many times."""

    def __missing__(self, text: str) -> tuple[date, bool]:
        """Parse and remember.

        :raises ValueError: no day of the calendar.
        """
        day = self[text] = parse_day(text)
        return day


def _entry_date(text: str, value_date: date) -> date | None:
    """Return the day of ``MMDD`` that is closest to the value date, which has a year; ``None`` where it is no day.

    Banks fill the field with anything, so nothing is refused for it.
    """
    found = []
    for year in (value_date.year - 1, value_date.year, value_date.year + 1):
        with suppress(ValueError):
            found.append(date(year, int(text[:2]), int(text[2:])))
    closest = min(found, key=lambda day: abs(day - value_date), default=None)
    return None if closest == value_date else closest


def parse_balance(text: str) -> Balance:
    """Return the balance of a field 60a or 62a; its date is not used and may be none.

    :raises ValueError: the text is no balance.
    """
    match = _BALANCE.fullmatch(text)
    if match is None:
        raise ValueError(text)
    amount = parse_amount(match[4])
    return Balance(amount if match[1].upper() == "C" else -amount, (match[3] or "").upper())


def parse_summary(text: str) -> tuple[int, str, Decimal]:
    """Return count, currency and sum of a field 90a.

    :raises ValueError: the text is no such summary.
    """
    match = _SUMMARY.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return int(match[1]), match[2], parse_amount(match[3])


def floor_currency(text: str) -> str:
    """Return the currency of a floor limit (field 34F), which is the account's; ``""`` where it states none."""
    match = _FLOOR.fullmatch(text)
    return match[1] if match else ""


def parse_movement(lines: list[str], days: DayCache) -> Movement:
    """Return what a field 61 states, its supplementary details included.

    RC is the reversal of a credit, so money out; RD is money in. The letter behind is the third of the currency's code.

    :raises ValueError: the text is no statement line; the message says which part.
    """
    first = lines[0].rstrip()
    match = _LINE.fullmatch(first)
    if match is None:
        raise ValueError("a movement (date, C or D, amount and type, as in 2601310131D12,34NTRFNONREF)")
    try:
        day, is_clamped = days[match["value"]]
    except ValueError:
        raise ValueError(f"a day of the calendar, but {match['value']}") from None
    try:
        amount = parse_amount(match["amount"])
    except ValueError:
        raise ValueError(f"an amount that can be read in one way, but “{match['amount']}”") from None
    mark = match["mark"]
    customer, _, bank = (match["rest"] or "").partition("//")
    supplement = customer[16:] if len(lines) == 1 else " ".join([customer[16:], *lines[1:]])
    entry = match["entry"]
    return Movement(
        day=day,
        entry_date=_entry_date(entry, day) if entry and entry != match["value"][2:] else None,
        amount=amount if mark in _IN else -amount,
        is_expected=mark in _EXPECTED,
        customer_reference=customer[:16].strip(),
        bank_reference=bank.strip(),
        supplement=" ".join(supplement.split()) if supplement else "",
        is_clamped=is_clamped,
    )
