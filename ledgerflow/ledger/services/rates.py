"""Exchange rates of a book. Nothing is fetched from the network: a person enters a rate, or gives a file of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - `date` is the argument's name
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from ledgerflow.books.models import Book
from ledgerflow.ledger.errors import RateError
from ledgerflow.ledger.models import RateSource
from ledgerflow.ledger.rate_files import DayRate, read_rates, rounded_rate
from ledgerflow.ledger.selectors.rates import currencies_of
from ledgerflow.users.models import User

_GIVEN = (
    "unnest(%(currencies)s::text[], %(dates)s::date[], %(rates)s::numeric[]) AS given (currency, date, rate)"
)
_REPLACE = f"""
UPDATE ledger_exchangerate AS known SET replaced_by_id = %(user)s, replaced_at = %(now)s
  FROM {_GIVEN}
 WHERE known.book_id = %(book)s AND known.source = %(source)s AND known.replaced_at IS NULL
   AND known.currency = given.currency AND known.date = given.date AND known.rate <> given.rate
"""  # noqa: S608 - composed of the constant above
_ADD = f"""
INSERT INTO ledger_exchangerate (book_id, currency, date, rate, source, origin, entered_by_id, entered_at)
SELECT %(book)s, given.currency, given.date, given.rate, %(source)s, %(origin)s, %(user)s, %(now)s
  FROM {_GIVEN}
 WHERE NOT EXISTS (
       SELECT FROM ledger_exchangerate AS known
        WHERE known.book_id = %(book)s AND known.source = %(source)s AND known.replaced_at IS NULL
          AND known.currency = given.currency AND known.date = given.date)
 ORDER BY given.date, given.currency
"""  # noqa: S608 - composed of the constant above


@dataclass(frozen=True, slots=True)
class KeptRates:
    """How many rates are new, and how many of these replace another of the same day; ``known`` were there."""

    added: int
    replaced: int
    known: int


@transaction.atomic
def record_rate(
    *, book: Book, currency: str, date: Date, rate: Decimal, origin: str, user: User, now: datetime
) -> KeptRates:
    """Enter what one unit of a currency was worth on a day; ``origin`` says who says so.

    It replaces what a person entered for that day before, and goes before a file's rate.

    Raises:
        RateError: the currency is none or the book's own, the rate is not above zero, or the origin is missing.
    """
    currency = _code(currency)
    if currency == book.base_currency:
        raise RateError(f"The book is kept in {currency}; enter rates of other currencies.")
    if not origin.strip():
        raise RateError("Say where the rate is from, such as the bank's advice or a central bank.")
    if rounded_rate(rate) != rate:
        raise RateError("A rate has at most 12 digits after the decimal mark.")
    given = [DayRate(currency, date, rate)]
    return _keep(given, book=book, source=RateSource.PERSON, origin=origin.strip(), user=user, now=now)


@transaction.atomic
def import_rates(
    *, book: Book, content: bytes, name: str, currencies: Collection[str] = (), user: User, now: datetime
) -> KeptRates:
    """Enter the rates of a file, all or none; without ``currencies`` those that accounts of the book are kept in.

    Raises:
        RateError: no currency is given or kept, or the file cannot be read; it names the row.
    """
    wanted = {_code(one) for one in currencies} or set(currencies_of(book=book))
    wanted.discard(book.base_currency)
    if not wanted:
        raise RateError("No account of the book is kept in another currency; name the currencies to take.")
    found = read_rates(content=content, base_currency=book.base_currency, currencies=wanted)
    origin = name.strip() or "a file"
    return _keep(found, book=book, source=RateSource.FILE, origin=origin, user=user, now=now)


def _code(currency: str) -> str:
    code = currency.strip().upper()
    if not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise RateError(f"{currency.strip()!r} is no ISO 4217 currency code; use one such as EUR.")
    return code


def _keep(
    rates: Sequence[DayRate], *, book: Book, source: RateSource, origin: str, user: User, now: datetime
) -> KeptRates:
    facts: dict[str, Any] = {
        "book": book.pk,
        "source": source,
        "origin": origin[:200],
        "user": user.pk,
        "now": now,
        "currencies": [one.currency for one in rates],
        "dates": [one.date for one in rates],
        "rates": [one.rate for one in rates],
    }
    with connection.cursor() as cursor:
        # One after the other, and not while entries are made with them.
        cursor.execute("SELECT FROM ledger_lock(%s)", [book.pk])
        cursor.execute(_REPLACE, facts)
        replaced = cursor.rowcount
        cursor.execute(_ADD, facts)
        added = cursor.rowcount
    return KeptRates(added=added, replaced=replaced, known=len(rates) - added)
