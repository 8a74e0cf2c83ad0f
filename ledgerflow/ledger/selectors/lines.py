"""The lines behind a figure: of any accounts, in any period, in keyset pages, with the total they add up to.

A page costs the same wherever it is: each account gives its next lines by index, and the first of them are shown.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import connection

from ledgerflow.books.models import Book
from ledgerflow.core.money import ZERO
from ledgerflow.core.periods import Period, months_from
from ledgerflow.ledger.selectors.moved import moved
from ledgerflow.ledger.selectors.register import Place, reach


class Side(StrEnum):
    """Which lines are asked for: all, the debits or the credits."""

    BOTH = ""
    DEBIT = "debit"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True)
class Selection:
    """Journal lines by what a report asks for.

    ``without`` leaves entries out, ``touching`` keeps to entries that also have a line on one of these accounts,
    ``only`` to the lines named by entry and number.
    """

    accounts: tuple[int, ...]
    period: Period
    without: tuple[int, ...] = ()
    touching: tuple[int, ...] = ()
    only: tuple[tuple[int, int], ...] | None = None
    side: Side = Side.BOTH

    @property
    def is_plain(self) -> bool:
        """Whether it is every line of the accounts in the period, a few entries aside."""
        return not self.touching and self.only is None and self.side is Side.BOTH


@dataclass(frozen=True, slots=True)
class SelectedLine:
    """A line of a selection; debit positive. ``base_amount`` is in the book's base currency."""

    account_id: int
    date: date
    entry_number: int
    no: int
    currency: str
    amount: Decimal
    base_amount: Decimal
    text: str
    reverses_number: int | None

    @property
    def place(self) -> Place:
        """The key of this line."""
        return Place(self.date, self.entry_number, self.no)


@dataclass(frozen=True, slots=True)
class SelectedPage:
    """Lines in the order asked for; ``following`` is the place to ask for next, None on the last page."""

    lines: tuple[SelectedLine, ...]
    following: Place | None


def selected_lines(
    *,
    book: Book,
    selection: Selection,
    after: Place | None = None,
    newest_first: bool = True,
    limit: int = 100,
) -> SelectedPage:
    """Return the next lines of the selection; one query."""
    place, until = reach(
        after=after, newest_first=newest_first, first=selection.period.first, last=selection.period.last
    )
    query = _LINES.format(
        filters=_filters(selection),
        beyond="<" if newest_first else ">",
        until=">=" if newest_first else "<=",
        order="DESC" if newest_first else "ASC",
    )
    facts = _facts(book, selection) | {
        "date": place.date,
        "entry": place.entry_number,
        "no": place.no,
        "until": until,
        "limit": limit + 1,
        "each": few_of_each(wanted=limit + 1, accounts=len(selection.accounts)),
    }
    with connection.cursor() as cursor:
        cursor.execute(query, facts)
        lines = tuple(SelectedLine(*row) for row in cursor.fetchall())
    shown = lines[:limit]
    return SelectedPage(shown, shown[-1].place if len(lines) > limit else None)


def few_of_each(*, wanted: int, accounts: int) -> int:
    """Return how many rows to read of each account at first, where so many are wanted of all of them together."""
    return min(4 * wanted // max(accounts, 1) + 4, wanted)


def ledger_lines(
    *, book: Book, accounts: Sequence[int], period: Period, limit: int = 100
) -> tuple[SelectedLine, ...]:
    """Return the first lines of the period by account, in the order given, and within it by day; one query."""
    month = months_from(period.first, 1)
    if month.first < period.first:
        month = months_from(month.last + timedelta(days=1), 1)
    with connection.cursor() as cursor:
        cursor.execute(
            _BY_ACCOUNT,
            {
                "book": book.pk,
                "accounts": list(accounts),
                "first": period.first,
                "last": period.last,
                "month": month.first if month.last <= period.last else None,
                "limit": limit,
            },
        )
        return tuple(SelectedLine(*row) for row in cursor.fetchall())


def two_sides(*, book: Book, numbers: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return the accounts of each of the entries that has lines on two at most, a single one twice; one query.

    The account through which money changes its currency counts for none.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TWO_SIDES, {"book": book.pk, "numbers": list(numbers)})
        return {number: (least, most) for number, least, most in cursor.fetchall()}


def selected_total(*, book: Book, selection: Selection) -> Decimal:
    """Return what the selection adds up to, debit positive, in the base currency; one query.

    Every line of some accounts comes from the kept movements; anything narrower is added up line by line.
    """
    if selection.is_plain:
        amounts = moved(
            book=book, periods=[selection.period], accounts=selection.accounts, without=selection.without
        )
        return sum((amount for (amount,) in amounts.values()), ZERO)
    with connection.cursor() as cursor:
        cursor.execute(_TOTAL.format(filters=_filters(selection)), _facts(book, selection))
        (total,) = cursor.fetchone()
    return total or ZERO


def _filters(selection: Selection) -> str:
    wanted = (
        (selection.without, "AND entry_number <> ALL(%(without)s)"),
        (selection.touching, _TOUCHING),
        (selection.only is not None, _ONLY),
        (selection.side is Side.DEBIT, "AND base_amount > 0"),
        (selection.side is Side.CREDIT, "AND base_amount < 0"),
    )
    return " ".join(condition for is_wanted, condition in wanted if is_wanted)


def _facts(book: Book, selection: Selection) -> dict[str, Any]:
    return {
        "book": book.pk,
        "accounts": list(selection.accounts),
        "first": selection.period.first,
        "last": selection.period.last,
        "without": list(selection.without),
        "touching": list(selection.touching),
        "only_entries": [entry for entry, _ in selection.only or ()],
        "only_nos": [no for _, no in selection.only or ()],
    }


_TOUCHING = """AND EXISTS (SELECT FROM ledger_journalline AS touching
                 WHERE touching.book_id = line.book_id AND touching.entry_number = line.entry_number
                   AND touching.account_id = ANY(%(touching)s))"""
_ONLY = """AND (entry_number, no) IN (
                      SELECT * FROM unnest(%(only_entries)s::bigint[], %(only_nos)s::smallint[]))"""
# A few lines of each account are read first. The page ends no later than it would with these alone (`bound`), so only
# accounts whose few lines end before that can have more on it; those of them are read as well (`rest`).
_LINES = """
WITH near AS MATERIALIZED (
    SELECT line.* FROM unnest(%(accounts)s::bigint[]) AS asked (account)
     CROSS JOIN LATERAL (
           SELECT line.*, row_number() OVER (ORDER BY date {order}, entry_number {order}, no {order}) AS at
             FROM ledger_journalline AS line
            WHERE book_id = %(book)s AND account_id = asked.account AND date {until} %(until)s
              AND (date, entry_number, no) {beyond} (%(date)s, %(entry)s, %(no)s) {filters}
            ORDER BY date {order}, entry_number {order}, no {order} LIMIT %(each)s) AS line
), bound AS MATERIALIZED (
    SELECT date, entry_number, no FROM near
     ORDER BY date {order}, entry_number {order}, no {order} OFFSET %(limit)s - 1 LIMIT 1
), rest AS MATERIALIZED (
    SELECT line.* FROM near AS ended
     CROSS JOIN LATERAL (
           SELECT line.*, 0 AS at FROM ledger_journalline AS line
            WHERE book_id = %(book)s AND account_id = ended.account_id AND date {until} %(until)s
              AND (date, entry_number, no) {beyond} (ended.date, ended.entry_number, ended.no) {filters}
            ORDER BY date {order}, entry_number {order}, no {order} LIMIT %(limit)s) AS line
     WHERE ended.at = %(each)s
       AND NOT EXISTS (SELECT FROM bound WHERE (ended.date, ended.entry_number, ended.no)
                                               {beyond} (bound.date, bound.entry_number, bound.no))
)
SELECT line.account_id, line.date, line.entry_number, line.no, line.currency, line.amount, line.base_amount,
       coalesce(words.text, ''), entry.reverses_number
  FROM (SELECT * FROM near UNION ALL SELECT * FROM rest
         ORDER BY date {order}, entry_number {order}, no {order} LIMIT %(limit)s) AS line
  JOIN ledger_journalentry AS entry ON entry.book_id = line.book_id AND entry.number = line.entry_number
  LEFT JOIN ledger_entrytext AS words ON words.book_id = line.book_id AND words.entry_number = line.entry_number
 ORDER BY line.date {order}, line.entry_number {order}, line.no {order}
"""
# How many lines the accounts have in the period's first whole month says after which of them there are enough.
_BY_ACCOUNT = """
SELECT line.account_id, line.date, line.entry_number, line.no, line.currency, line.amount, line.base_amount,
       coalesce(words.text, ''), entry.reverses_number
  FROM (SELECT line.*, asked.no AS at
          FROM (SELECT asked.account, asked.no, sum(counted.lines) OVER (
                           ORDER BY asked.no ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
                  FROM unnest(%(accounts)s::bigint[]) WITH ORDINALITY AS asked (account, no)
                 CROSS JOIN LATERAL (
                       SELECT coalesce(sum(line_count), 0) AS lines FROM ledger_movement
                        WHERE book_id = %(book)s AND account_id = asked.account
                          AND month = %(month)s::date) AS counted) AS asked
         CROSS JOIN LATERAL (
               SELECT line.* FROM ledger_journalline AS line
                WHERE book_id = %(book)s AND account_id = asked.account AND date BETWEEN %(first)s AND %(last)s
                ORDER BY date, entry_number, no LIMIT %(limit)s) AS line
         WHERE coalesce(asked.before, 0) < %(limit)s
         ORDER BY asked.no, line.date, line.entry_number, line.no LIMIT %(limit)s) AS line
  JOIN ledger_journalentry AS entry ON entry.book_id = line.book_id AND entry.number = line.entry_number
  LEFT JOIN ledger_entrytext AS words ON words.book_id = line.book_id AND words.entry_number = line.entry_number
 ORDER BY line.at, line.date, line.entry_number, line.no
"""
# Entry by entry, so that each is found by its key: asked for all at once, PostgreSQL 18 walks through every account.
_TWO_SIDES = """
SELECT asked.number, ends.least, ends.most FROM unnest(%(numbers)s::bigint[]) AS asked (number)
 CROSS JOIN LATERAL (
       SELECT min(account_id) AS least, max(account_id) AS most, count(DISTINCT account_id) AS accounts
         FROM ledger_journalline AS line
        WHERE line.book_id = %(book)s AND line.entry_number = asked.number
          AND line.account_id <> ALL(ARRAY(
              SELECT id FROM ledger_account WHERE book_id = %(book)s AND role = 'conversion'))) AS ends
 WHERE ends.accounts BETWEEN 1 AND 2
"""
_TOTAL = """
SELECT trim_scale(sum(base_amount)) FROM ledger_journalline AS line
 WHERE book_id = %(book)s AND account_id = ANY(%(accounts)s::bigint[]) AND date BETWEEN %(first)s AND %(last)s {filters}
"""
