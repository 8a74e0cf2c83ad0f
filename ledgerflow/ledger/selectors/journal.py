"""The journal by date: entries of a period with their lines, in keyset pages.

The register's index serves: each account gives the entries that come next on it, and the first of all come next.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from ledgerflow.books.models import Book
from ledgerflow.core.periods import Period
from ledgerflow.ledger.models import Account
from ledgerflow.ledger.selectors.entries import EntryLine
from ledgerflow.ledger.selectors.lines import first_of_many


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
    """Return the next entries of the period by date and number, with their lines; three queries at most."""
    place = max(after or EntryPlace(period.first, 0), EntryPlace(period.first, 0))
    accounts = list(Account.objects.filter(book=book).values_list("pk", flat=True))
    facts = {
        "book": book.pk,
        "accounts": accounts,
        "date": place.date,
        "number": place.number,
        "last": period.last,
    }
    with connection.cursor() as cursor:
        heads = first_of_many(cursor, _ENTRIES, facts, wanted=limit + 1, accounts=len(accounts))
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


# `cut` is the nearest of the last entries that were read of accounts that may have more.
_ENTRIES = """
WITH near AS MATERIALIZED (
    SELECT line.* FROM unnest(%(accounts)s::bigint[]) AS asked (account)
     CROSS JOIN LATERAL (
           SELECT date, entry_number, row_number() OVER (ORDER BY date, entry_number) AS place
             FROM (SELECT DISTINCT date, entry_number FROM ledger_journalline
                    WHERE book_id = %(book)s AND account_id = asked.account AND date <= %(last)s
                      AND (date, entry_number) > (%(date)s, %(number)s)
                    ORDER BY date, entry_number LIMIT %(each)s) AS own) AS line
), cut AS MATERIALIZED (
    SELECT date, entry_number FROM near WHERE place = %(each)s ORDER BY date, entry_number LIMIT 1
)
SELECT following.date, following.entry_number, coalesce(words.text, ''), entry.reverses_number,
       EXISTS (SELECT FROM cut)
  FROM (SELECT DISTINCT date, entry_number FROM near
         WHERE NOT EXISTS (SELECT FROM cut
                            WHERE (near.date, near.entry_number) > (cut.date, cut.entry_number))
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
