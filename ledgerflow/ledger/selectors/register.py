"""An account's register in keyset pages, each line with the balance after it.

A page costs the same wherever it is: the balance at its edge comes from the kept month movements and the lines of
one month.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from ledgerflow.core.money import ZERO
from ledgerflow.core.periods import months_from
from ledgerflow.ledger.models import Account


class Place(NamedTuple):
    """Where a line stands in the register; the key of pages."""

    date: date
    entry_number: int
    no: int


def reach(
    *, after: Place | None, newest_first: bool, first: date | None, last: date | None
) -> tuple[Place, date]:
    """Return the place behind which a page begins, and the day with which its range ends.

    One bound on either side: given two on one side, PostgreSQL may begin to read at the farther one.
    """
    if newest_first:
        beyond = Place(date.max if last in {None, date.max} else last + timedelta(days=1), 0, 0)
        return min(after or beyond, beyond), first or date.min
    beyond = Place(first or date.min, 0, 0)
    return max(after or beyond, beyond), last or date.max


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """A line and the balance of the account after it; debit positive.

    ``balance`` is in the account's currency where it has one, else in the book's base currency, which
    ``base_balance`` always is.
    """

    date: date
    entry_number: int
    no: int
    currency: str
    amount: Decimal
    base_amount: Decimal
    balance: Decimal
    base_balance: Decimal
    text: str
    reverses_number: int | None

    @property
    def place(self) -> Place:
        """The key of this line."""
        return Place(self.date, self.entry_number, self.no)


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """Lines in the order asked for; ``following`` is the place to ask for next, None on the last page."""

    lines: tuple[RegisterLine, ...]
    following: Place | None


def register(
    *,
    account: Account,
    after: Place | None = None,
    newest_first: bool = True,
    first: date | None = None,
    last: date | None = None,
    limit: int = 50,
) -> RegisterPage:
    """Return a page of the account's register: the ``limit`` lines after the place, two queries at most.

    ``first`` and ``last`` keep to a range of dates, both included; balances count every line of the account.
    """
    query = _NEWEST_FIRST if newest_first else _OLDEST_FIRST
    place, until = reach(after=after, newest_first=newest_first, first=first, last=last)
    facts: dict[str, int | date] = {
        "book": account.book_id,
        "account": account.pk,
        "date": place.date,
        "entry": place.entry_number,
        "no": place.no,
        "until": until,
        "limit": limit + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(query, facts)
        rows = cursor.fetchall()
        more, rows = len(rows) > limit, rows[:limit]
        if not rows:
            return RegisterPage((), None)
        oldest = Place(*(rows[-1] if newest_first else rows[0])[:3])
        month = months_from(oldest.date, 1)
        is_late = oldest.date.day * 2 > month.days
        cursor.execute(
            _BEFORE_LATE if is_late else _BEFORE_EARLY,
            {
                "book": account.book_id,
                "account": account.pk,
                "month": month.first,
                "last": month.last,
                "date": oldest.date,
                "entry": oldest.entry_number,
                "no": oldest.no,
            },
        )
        opening = cursor.fetchone()
    in_order = rows[::-1] if newest_first else rows
    lines = _with_balances(in_order, opening, in_own_currency=account.currency is not None)
    shown = lines[::-1] if newest_first else lines
    return RegisterPage(tuple(shown), shown[-1].place if more else None)


def _with_balances(
    rows: Sequence[tuple[date, int, int, str, Decimal, Decimal, str, int | None]],
    opening: tuple[Decimal, Decimal],
    *,
    in_own_currency: bool,
) -> list[RegisterLine]:
    lines = []
    own, base = opening
    for day, entry_number, no, currency, amount, base_amount, text, reverses_number in rows:
        own, base = own + amount, base + base_amount
        lines.append(
            RegisterLine(
                date=day,
                entry_number=entry_number,
                no=no,
                currency=currency,
                amount=amount,
                base_amount=base_amount,
                balance=(own if in_own_currency else base) + ZERO,
                base_balance=base,
                text=text,
                reverses_number=reverses_number,
            )
        )
    return lines


_PAGE = """
SELECT line.date, line.entry_number, line.no, line.currency, line.amount, line.base_amount, coalesce(words.text, ''),
       entry.reverses_number
  FROM (SELECT * FROM ledger_journalline
         WHERE book_id = %(book)s AND account_id = %(account)s AND date {until} %(until)s
           AND (date, entry_number, no) {beyond} (%(date)s, %(entry)s, %(no)s)
         ORDER BY date {order}, entry_number {order}, no {order} LIMIT %(limit)s) AS line
  JOIN ledger_journalentry AS entry ON entry.book_id = line.book_id AND entry.number = line.entry_number
  LEFT JOIN ledger_entrytext AS words ON words.book_id = line.book_id AND words.entry_number = line.entry_number
 ORDER BY line.date {order}, line.entry_number {order}, line.no {order}
"""
_NEWEST_FIRST = _PAGE.format(beyond="<", until=">=", order="DESC")
_OLDEST_FIRST = _PAGE.format(beyond=">", until="<=", order="ASC")
# Whole months, with the lines of the month up to the place; or, late in the month, without those from the place on.
_BEFORE = """
SELECT coalesce(sum(amount), 0), coalesce(sum(base_amount), 0)
  FROM (SELECT amount, debit - credit AS base_amount FROM ledger_movement
         WHERE book_id = %(book)s AND account_id = %(account)s AND month {whole} %(month)s
         UNION ALL
        SELECT {sign}sum(amount), {sign}sum(base_amount) FROM ledger_journalline
         WHERE book_id = %(book)s AND account_id = %(account)s AND date {until}
           AND (date, entry_number, no) {side} (%(date)s, %(entry)s, %(no)s)) AS earlier
"""
_BEFORE_EARLY = _BEFORE.format(whole="<", sign="", until=">= %(month)s", side="<")
_BEFORE_LATE = _BEFORE.format(whole="<=", sign="-", until="<= %(last)s", side=">=")
