"""Numbers and dates as a workbook stores them, written as a bank would."""

import re
from datetime import date, timedelta
from decimal import Context, Decimal, InvalidOperation

from tools.xlsx_statement._sheets import Cell

_FIFTEEN = Context(prec=15)
_MOST_DECIMALS = 8
_EPOCH_1900 = date(1899, 12, 30)
_EPOCH_1904 = date(1904, 1, 1)
_LEAP_BUG_ENDS = 60
_LATEST_SERIAL = 73_050
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_DATE_TOKEN = re.compile(r"[dy]|m(?!.*[0#?])", re.IGNORECASE)
_TIME_TOKEN = re.compile(r"[hs]", re.IGNORECASE)
_DATE_FORMATS = frozenset({*range(14, 18), 22, *range(27, 32), 36, *range(50, 59)})
_TIME_FORMATS = frozenset({18, 19, 20, 21, 45, 46, 47, *range(32, 36)})


def format_kind(number: int, code: str | None) -> str:
    """Return ``date``, ``time`` or ``number`` for a number format: its number, or its own code."""
    if code is None:
        return "date" if number in _DATE_FORMATS else "time" if number in _TIME_FORMATS else "number"
    positive = _QUOTED.sub("", code.split(";", 1)[0])
    if positive.casefold() in {"general", "standard", "@"} or re.search(
        r"[0#?]", re.sub(r"s\.0+", "s", positive)
    ):
        return "number"
    if re.search(r"[dy]", positive, re.IGNORECASE):
        return "date"
    if _TIME_TOKEN.search(positive):
        return "time"
    return "date" if _DATE_TOKEN.search(positive) else "number"


def decimal_text(text: str) -> str | None:
    """Return a stored number as the decimal it stands for, ``None`` when it is no number.

    A workbook stores binary fractions with up to 17 digits (579.67999999999995 for 579.68); fifteen are what it shows
    and what is exact. Amounts that were added up keep a trace of it beyond the eighth decimal.
    """
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    if not value.is_finite() or abs(value.adjusted()) > 30:
        return None
    value = _FIFTEEN.plus(value) if len(value.as_tuple().digits) > 15 else value
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > _MOST_DECIMALS:
        value = value.quantize(Decimal(1).scaleb(-_MOST_DECIMALS))
    shown = f"{value:f}"
    if "." in shown:
        shown = shown.rstrip("0").rstrip(".") if len(shown.rpartition(".")[2]) > 2 else shown
    return "0" if shown in {"-0", ""} else shown


def date_text(serial: str, *, from_1904: bool) -> str | None:
    """Return the ISO day of a serial number, ``None`` when it is none; the time of day is dropped."""
    try:
        value = Decimal(serial.strip())
    except InvalidOperation:
        return None
    if not value.is_finite() or not 0 < value < _LATEST_SERIAL:
        return None
    days = int(value)
    if from_1904:
        return (_EPOCH_1904 + timedelta(days=days)).isoformat()
    if days == _LEAP_BUG_ENDS:
        return None
    return (_EPOCH_1900 + timedelta(days=days + (days < _LEAP_BUG_ENDS))).isoformat()


def number_cell(text: str, kind: str, *, from_1904: bool) -> Cell:
    """Return the cell of a stored number under its format."""
    if kind == "date":
        day = date_text(text, from_1904=from_1904)
        if day is not None:
            return Cell("date", day)
    if kind == "time":
        return Cell("text", text)
    shown = decimal_text(text)
    return Cell("text", text) if shown is None else Cell("number", shown)
