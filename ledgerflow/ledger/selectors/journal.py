"""The journal by date: entries of a period with their lines, in keyset pages.

The register's index serves: each account gives the entries that come next on it, and the first of all come next.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from ledgerflow.books.models import Book
from ledgerflow.core.periods import Period
from ledgerflow.ledger.models import Account
from ledgerflow.ledger.selectors.entries import EntryLine
from ledgerflow.ledger.selectors.lines import few_of_each


class EntryPlace(NamedTuple):
    """Where an entry stands in the journal; the key of pages."""

    date: date
    number: int


@dataclass(frozen=True, slots=True)
class JournalEntryLines:
    """An entry of the journal with its lines in their order."""

    number: int
    date: date
    text: str
    reverses_number: int | None
    lines: tuple[EntryLine, ...]

    @property
    def place(self) -> EntryPlace:
        """The key of this entry."""
        return EntryPlace(self.date, self.number)


@dataclass(frozen=True, slots=True)
class JournalEntriesPage:
    """Entries, the earliest first; ``following`` is the place to ask for next, None on the last page."""

    entries: tuple[JournalEntryLines, ...]
    following: EntryPlace | None


def journal_entries(
    *, book: Book, period: Period, after: EntryPlace | None = None, limit: int = 50
) -> JournalEntriesPage:
    """Return the next entries of the period by date and number, with their lines; three queries."""
    place = max(after or EntryPlace(period.first, 0), EntryPlace(period.first, 0))
    accounts = list(Account.objects.filter(book=book).values_list("pk", flat=True))
    asked: dict[str, Any] = {
        "book": book.pk,
        "accounts": accounts,
        "date": place.date,
        "number": place.number,
        "last": period.last,
        "limit": limit + 1,
        "each": few_of_each(wanted=limit + 1, accounts=len(accounts)),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, asked)
        heads = cursor.fetchall()
        more, heads = len(heads) > limit, heads[:limit]
        cursor.execute(_LINES, {"book": book.pk, "numbers": [number for _, number, _, _ in heads]})
        lines: dict[int, list[EntryLine]] = {}
        for entry_number, *facts in cursor.fetchall():
            lines.setdefault(entry_number, []).append(EntryLine(*facts))
    entries = tuple(
        JournalEntryLines(number, day, text, reverses_number, tuple(lines[number]))
        for day, number, text, reverses_number in heads
    )
    return JournalEntriesPage(entries, entries[-1].place if more else None)


def debits_by_month(*, book: Book, period: Period) -> dict[date, Decimal]:
    """Return the debits of each month that the period touches, by the month's first day, whole months; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_DEBITS, {"book": book.pk, "first": period.first.replace(day=1), "last": period.last})
        return dict(cursor.fetchall())


# As `selected_lines` does it: a few entries of each account first, and the rest where it can matter.
_ENTRIES = """
WITH near AS MATERIALIZED (
    SELECT asked.account, line.* FROM unnest(%(accounts)s::bigint[]) AS asked (account)
     CROSS JOIN LATERAL (
           SELECT date, entry_number, row_number() OVER (ORDER BY date, entry_number) AS at
             FROM (SELECT DISTINCT date, entry_number FROM ledger_journalline
                    WHERE book_id = %(book)s AND account_id = asked.account AND date <= %(last)s
                      AND (date, entry_number) > (%(date)s, %(number)s)
                    ORDER BY date, entry_number LIMIT %(each)s) AS own) AS line
), bound AS MATERIALIZED (
    SELECT DISTINCT date, entry_number FROM near ORDER BY date, entry_number OFFSET %(limit)s - 1 LIMIT 1
), rest AS MATERIALIZED (
    SELECT line.* FROM near AS ended
     CROSS JOIN LATERAL (
           SELECT DISTINCT date, entry_number FROM ledger_journalline
            WHERE book_id = %(book)s AND account_id = ended.account AND date <= %(last)s
              AND (date, entry_number) > (ended.date, ended.entry_number)
            ORDER BY date, entry_number LIMIT %(limit)s) AS line
     WHERE ended.at = %(each)s
       AND NOT EXISTS (SELECT FROM bound
                        WHERE (ended.date, ended.entry_number) > (bound.date, bound.entry_number))
)
SELECT following.date, following.entry_number, coalesce(words.text, ''), entry.reverses_number
  FROM (SELECT date, entry_number FROM near UNION SELECT date, entry_number FROM rest
         ORDER BY date, entry_number LIMIT %(limit)s) AS following
  JOIN ledger_journalentry AS entry ON entry.book_id = %(book)s AND entry.number = following.entry_number
  LEFT JOIN ledger_entrytext AS words ON words.book_id = %(book)s AND words.entry_number = following.entry_number
 ORDER BY following.date, following.entry_number
"""
_LINES = """
SELECT line.entry_number, line.no, line.account_id, account.code, account.name, line.currency, line.amount,
       line.base_amount
  FROM unnest(%(numbers)s::bigint[]) AS asked (number)
  JOIN ledger_journalline AS line ON line.book_id = %(book)s AND line.entry_number = asked.number
  JOIN ledger_account AS account ON account.id = line.account_id
 ORDER BY line.entry_number, line.no
"""
_DEBITS = """
SELECT month, trim_scale(sum(debit)) FROM ledger_movement
 WHERE book_id = %(book)s AND month BETWEEN %(first)s AND %(last)s GROUP BY month ORDER BY month
"""
