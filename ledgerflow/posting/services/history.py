"""A book's past, posted again in another installation exactly as it was posted first: for archives and openings.

Batch by batch with its numbers, source, person and moment, and then which bank line stands behind which entry.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from django.db import connection, transaction

from ledgerflow.books.models import Book
from ledgerflow.ledger.models import BatchSource
from ledgerflow.ledger.services.journal import EntryDraft, LineDraft, PostedBatch, post_entries
from ledgerflow.posting.errors import HistoryError
from ledgerflow.users.models import User

#: An entry and a line of the past are what the ledger takes for new ones.
PastEntry: TypeAlias = EntryDraft
PastLine: TypeAlias = LineDraft


@dataclass(frozen=True, slots=True)
class PastBatch:
    """Entries that were posted together: numbers ``first_number`` and following."""

    no: int
    source: BatchSource
    first_number: int
    posted_by: User | None
    posted_at: datetime
    entries: Sequence[PastEntry]


@transaction.atomic
def post_past(*, book: Book, batches: Iterable[PastBatch]) -> int:
    """Post the batches, the oldest first, under the numbers that they had; return how many entries there are.

    Raises:
        HistoryError: the numbers are not those that follow in the book.
        PostingError: as the ledger says.
    """
    count = 0
    for past in batches:
        posted = post_entries(
            book=book,
            source=past.source,
            entries=past.entries,
            posted_by=past.posted_by,
            posted_at=past.posted_at,
        )
        if (posted.batch_no, posted.first_number) != (past.no, past.first_number):
            raise HistoryError(
                f"Batch {past.no} begins with entry {past.first_number}, but batch {posted.batch_no} from entry "
                f"{posted.first_number} on is the next one of the book."
            )
        count += posted.count
    return count


@transaction.atomic
def post_opening(*, book: Book, entries: Sequence[PastEntry], user: User, now: datetime) -> PostedBatch:
    """Post what happened before the book began, or what stood on its accounts then, as one batch.

    Raises:
        PostingError: an entry does not balance, an account is archived, the period is closed, or as the ledger says.
    """
    return post_entries(book=book, source=BatchSource.OPENING, entries=entries, posted_by=user, posted_at=now)


@dataclass(frozen=True, slots=True)
class PastPosting:
    """A bank line became an entry; ``reversed_by_number`` names the entry that took it back, if one did."""

    entry_number: int
    line_id: int
    reversed_by_number: int | None


# PostgreSQL takes a posting only of a line that somebody accepted, so for the moment somebody has.
_ACCEPT_FOR_THE_MOMENT = """
INSERT INTO classification_classification
    (line_id, book_id, state, account_id, is_split, source, confidence, reason, note, decided_by_id)
SELECT DISTINCT past.line_id, %(book)s, 'accepted', booked.account_id, false, 'none', 0, '', '', %(user)s
  FROM unnest(%(lines)s::bigint[]) AS past (line_id)
  CROSS JOIN (SELECT id AS account_id FROM ledger_account WHERE book_id = %(book)s ORDER BY id LIMIT 1) AS booked
"""
_FORGET = "DELETE FROM classification_classification WHERE book_id = %(book)s AND line_id = ANY(%(lines)s)"
_LINK = """
INSERT INTO posting_posting (book_id, entry_number, line_id)
SELECT %(book)s, entry_number, line_id FROM unnest(%(entries)s::bigint[], %(lines)s::bigint[])
       AS past (entry_number, line_id) ORDER BY entry_number
"""
_REVERSE = """
UPDATE posting_posting AS posted SET reversed_by_number = past.reversed_by_number
  FROM unnest(%(entries)s::bigint[], %(reversals)s::bigint[]) AS past (entry_number, reversed_by_number)
 WHERE posted.book_id = %(book)s AND posted.entry_number = past.entry_number
"""
_MARK = """
UPDATE classification_classification SET state = 'posted'
 WHERE book_id = %(book)s AND line_id = ANY(%(lines)s)
"""


@transaction.atomic
def link_reversed(*, book: Book, postings: Iterable[PastPosting], user: User) -> None:
    """Say which bank lines stood behind entries that are reversed since. The lines have no classification yet.

    A line may have been posted and taken back several times, one after the other.
    """
    rounds: list[list[PastPosting]] = []
    times: dict[int, int] = {}
    for past in sorted(postings, key=lambda past: past.entry_number):
        times[past.line_id] = turn = times.get(past.line_id, 0) + 1
        if turn > len(rounds):
            rounds.append([])
        rounds[turn - 1].append(past)
    facts: dict[str, Any] = {"book": book.pk, "user": user.pk, "lines": list(times)}
    with connection.cursor() as cursor:
        cursor.execute(_ACCEPT_FOR_THE_MOMENT, facts)
        for each in rounds:
            of_round: dict[str, Any] = {
                "book": book.pk,
                "entries": [past.entry_number for past in each],
                "lines": [past.line_id for past in each],
                "reversals": [past.reversed_by_number for past in each],
            }
            cursor.execute(_LINK, of_round)
            cursor.execute(_REVERSE, of_round)
        cursor.execute(_FORGET, facts)


@transaction.atomic
def link_live(*, book: Book, postings: Sequence[PastPosting]) -> None:
    """Say which bank lines stand behind which entries. The lines are accepted, and are posted after this."""
    facts: dict[str, Any] = {
        "book": book.pk,
        "entries": [past.entry_number for past in postings],
        "lines": [past.line_id for past in postings],
    }
    with connection.cursor() as cursor:
        cursor.execute(_LINK, facts)
        cursor.execute(_MARK, facts)
