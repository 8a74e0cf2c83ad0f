"""Files of exchange rates, read into what one unit of each currency is worth in another. No database, no network.

Two shapes are known. One has the columns ``date``, ``currency`` and ``rate``: a rate is what one unit of the currency
is worth in the base currency. The other is the file that the European Central Bank gives out, with a column for each
currency: what one euro is worth in it.
"""

import csv
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from ledgerflow.core.money import ZERO
from ledgerflow.ledger.errors import RateError

#: Digits after the decimal mark of a rate.
RATE_DIGITS = 12
#: A rate is smaller than this; PostgreSQL has room for no more.
MOST = Decimal("1e12")
_EUR = "EUR"
_MOST_ROWS = 50_000
#: What the central bank writes where it has no rate.
_NO_RATE = {"", "N/A"}


@dataclass(frozen=True, slots=True)
class DayRate:
    """What one unit of ``currency`` was worth on ``date`` in the base currency."""

    currency: str
    date: date
    rate: Decimal


def read_rates(*, content: bytes, base_currency: str, currencies: Collection[str]) -> list[DayRate]:
    """Return the rates of the wanted currencies in the file, each day once.

    Rates against the euro are turned round, or crossed where the base currency is another one.

    Raises:
        RateError: the file is none of rates, has none of the currencies, or a row cannot be read; it names the row.
    """
    try:
        text = content.decode("utf-8-sig")
        rows = list(csv.reader(text.splitlines(), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise RateError("This is no CSV file in UTF-8.") from error
    if len(rows) > _MOST_ROWS:
        raise RateError(f"The file has more than {_MOST_ROWS:,} rows; give a shorter one.")
    head = [cell.strip() for cell in rows[0]] if rows else []
    names = [cell.lower() for cell in head]
    if {"date", "currency", "rate"} <= set(names):
        found = _by_row(names, rows, base_currency, currencies)
    elif names[:1] == ["date"] and len([cell for cell in head[1:] if cell]) > 0:
        found = _by_column(head, rows, base_currency, currencies)
    else:
        raise RateError(
            "The first row names neither the columns date, currency and rate, nor a date and currencies as the"
            " file of the European Central Bank does."
        )
    rates: dict[tuple[str, date], DayRate] = {}
    for number, one in found:
        known = rates.setdefault((one.currency, one.date), one)
        if known.rate != one.rate:
            raise RateError(f"Row {number}: the file has another rate of {one.currency} on {one.date} too.")
    if not rates:
        raise RateError(f"The file has no rate of {', '.join(sorted(currencies))}.")
    return list(rates.values())


def _by_row(
    names: Sequence[str], rows: Sequence[Sequence[str]], base: str, currencies: Collection[str]
) -> Iterator[tuple[int, DayRate]]:
    places = [names.index(name) for name in ("date", "currency", "rate")]
    for number, row in _filled(rows):
        if len(row) <= max(places):
            raise RateError(f"Row {number} has too few columns.")
        day, currency, rate = (row[place].strip() for place in places)
        if currency in currencies and currency != base:
            yield number, _rate(number, currency, _day(number, day), _number(number, currency, rate))


def _by_column(
    head: Sequence[str], rows: Sequence[Sequence[str]], base: str, currencies: Collection[str]
) -> Iterator[tuple[int, DayRate]]:
    places = {name: place for place, name in enumerate(head) if place and name}
    if base != _EUR and base not in places:
        raise RateError(f"The file has no column {base}, the currency of the book.")
    for number, row in _filled(rows):
        day = _day(number, row[0].strip())
        of_euro = {
            name: _number(number, name, row[place].strip())
            for name, place in places.items()
            if (name in currencies or name == base)
            and place < len(row)
            and row[place].strip() not in _NO_RATE
        }
        of_euro[_EUR] = Decimal(1)
        for currency, rate in of_euro.items():
            if currency != base and currency in currencies and base in of_euro:
                yield number, _rate(number, currency, day, of_euro[base] / rate)


def _filled(rows: Sequence[Sequence[str]]) -> Iterator[tuple[int, Sequence[str]]]:
    for number, row in enumerate(rows[1:], start=2):
        if any(cell.strip() for cell in row):
            if len(row) > len(rows[0]):
                raise RateError(f"Row {number} has more columns than the first; write 1.5, not 1,5.")
            yield number, row


def _day(number: int, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RateError(f"Row {number}: {text!r} is no date; write it as 2026-11-26.") from error


def _number(number: int, currency: str, text: str) -> Decimal:
    try:
        rate = Decimal(text)
    except InvalidOperation as error:
        raise RateError(f"Row {number}: {text!r} is no rate of {currency}; write it as 1.0825.") from error
    if not rate.is_finite() or rate <= ZERO:
        raise RateError(f"Row {number}: a rate is above zero; that of {currency} is {text}.")
    return rate


def _rate(number: int, currency: str, day: date, rate: Decimal) -> DayRate:
    try:
        return DayRate(currency, day, rounded_rate(rate))
    except RateError as error:
        raise RateError(f"Row {number}: {error}") from error


def rounded_rate(rate: Decimal) -> Decimal:
    """Return the rate with the digits that are kept, rounded half up.

    Raises:
        RateError: it is not above zero with these digits, or too large.
    """
    if not rate.is_finite() or not rate < MOST:
        raise RateError(f"A rate is smaller than {MOST:,f}.")
    kept = rate.quantize(Decimal(1).scaleb(-RATE_DIGITS), rounding=ROUND_HALF_UP)
    if kept <= ZERO:
        raise RateError(f"A rate is above zero within {RATE_DIGITS} digits after the decimal mark.")
    return kept
