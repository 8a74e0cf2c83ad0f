"""Which part of a date is the day? Settled by all records of the file, never by one.

Quicken writes ``6/ 1'26``: no leading zeros, a space in their place, an apostrophe before years from 2000 on.
"""

# ruff: noqa: RUF001 - the characters that programs write are the subject, look-alikes among them

import re
from collections.abc import Mapping
from datetime import date

from tools._shared.dates import Day, Order, days_in_text, read_day
from tools._shared.day_order import SettledOrder, Surroundings, settle_order
from tools._shared.orders import asking_for
from tools.contract import OpenOrderError, StatementRefusedError

FORMAT = "qif"
_APOSTROPHE = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*['’]\s*(\d{1,4})")
_SPACED = re.compile(r"\s*([-/.])\s*")
_QUICKEN = re.compile(r"[1-9]\d?/ ?[1-9]\d?(?:/\d\d|/? ?['’] ?\d{1,2})")


def read_date(text: str) -> Day | None:
    """Return the days that the text may mean, ``None`` where it is no date with a year."""
    match = _APOSTROPHE.fullmatch(text)
    if match is not None:
        year = match[4] if len(match[4]) == 4 else f"{2000 + int(match[4])}"
        text = f"{match[1]}{match[2]}{match[3]}{match[2]}{year}"
    return read_day(_SPACED.sub(r"\1", text))


def days_of(
    texts: Mapping[str, int], name: str, *, has_decimal_comma: bool, order_said: str = ""
) -> tuple[dict[str, date], SettledOrder]:
    """Return the day that each text means, and what settled it. ``texts`` come with their record's line, in file order.

    ``order_said`` is what a person said of the order, empty where nobody did. Dates in Quicken's own writing are not
    asked about, so what was said of files in another one says nothing about them.

    :raises OpenOrderError: nothing settles which part is the day.
    :raises StatementRefusedError: a text is no date.
    """
    read = {text: read_date(text) for text in texts}
    for text, day in read.items():
        if day is None:
            message = (
                f"The record that begins on line {texts[text]} states “{text[:40]}” as its date, which is no day with "
                "a year. Export the file again, with dates such as 2026-01-31 if you can choose."
            )
            raise StatementRefusedError(message)
    known = {text: day for text, day in read.items() if day is not None}
    found = _order(known, name, has_decimal_comma=has_decimal_comma, order_said=order_said)
    return {text: _settled(text, day, found.order, texts[text]) for text, day in known.items()}, found


def _settled(text: str, day: Day, order: Order, line: int) -> date:
    found = day.read(order)
    if found is None:
        message = (
            f"The dates of the file do not agree which part is the day: “{text}” on line {line} fits no order that the "
            "others fit. Export the file again, with dates such as 2026-01-31 if you can choose."
        )
        raise StatementRefusedError(message)
    return found


def _order(known: Mapping[str, Day], name: str, *, has_decimal_comma: bool, order_said: str) -> SettledOrder:
    texts = [text for text, day in known.items() if day.separator]
    numeric = [known[text] for text in texts]
    if not numeric:
        return SettledOrder("YMD", None)
    around = Surroundings(
        own=list(dict.fromkeys(numeric)),
        runs=[numeric],
        beside=(),
        known=days_in_text(name),
        newest_first=None,
        has_decimal_comma=has_decimal_comma,
        origin=None,
    )
    is_quicken = all(map(_QUICKEN.fullmatch, known)) and all(day.mdy is not None for day in numeric)
    said = "" if is_quicken else order_said
    try:
        with asking_for(FORMAT):
            return settle_order(numeric, (), list(known.values()), around, "the file", texts=texts, said=said)
    except OpenOrderError:
        if not is_quicken:
            raise
        warning = (
            f"No date of the file shows whether the month or the day comes first. It is written as Quicken writes, "
            f"month first, so “{texts[0]}” is read as {numeric[0].mdy}. If that is wrong, export a longer period."
        )
        return SettledOrder("MDY", warning)
