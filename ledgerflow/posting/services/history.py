"""A book's past, posted again in another installation exactly as it was posted first: for archives and openings.

Batch by batch with its numbers, source, person and moment, and with which bank line stands behind which entry.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from django.db import connection, transaction

from ledgerflow.books.models import Book
from ledgerflow.ledger.models import BatchSource
from ledgerflow.ledger.services.journal import EntryDraft, LineDraft, PostedBatch, Words, post_entries
from ledgerflow.posting.errors import HistoryError
from ledgerflow.users.models import User

#: An entry and a line of the past are what the ledger takes for new ones; words come with the digest that they have.
PastEntry: TypeAlias = EntryDraft
PastLine: TypeAlias = LineDraft
PastWords: TypeAlias = Words


@dataclass(frozen=True, slots=True)
class PastBatch:
    """Entries that were posted together: numbers ``first_number`` and following."""

    no: int
    source: BatchSource
    first_number: int
    posted_by: User | None
    posted_at: datetime
    entries: Sequence[PastEntry]


@dataclass(frozen=True, slots=True)
class PastPosting:
    """A bank line became an entry; ``reversed_by_number`` names the entry that took it back, if one did."""

    entry_number: int
    line_id: int
    reversed_by_number: int | None = None


@transaction.atomic
def post_past(
    *, book: Book, batches: Iterable[PastBatch], reversed_ones: Collection[PastPosting], user: User
) -> int:
    """Post the batches, the oldest first, under the numbers that they had; return how many entries there are.

    ``reversed_ones`` say which bank lines stood behind entries that are reversed since; the lines are there and have no
    classification yet. A line may have been posted and taken back several times. PostgreSQL records that only when it
    happens, so each line is linked when its entry comes, and let go when the reversal does.

    Raises:
        HistoryError: the numbers are not those that follow in the book, or a bank line's entry or its reversal is not
            among them.
        PostingError: as the ledger says.
    """
    count = 0
    linked = {past.entry_number: past for past in reversed_ones}
    released = {past.reversed_by_number: past for past in reversed_ones}
    if len(linked) != len(reversed_ones) or len(released) != len(reversed_ones):
        raise HistoryError("An entry stands for one bank line, and is reversed by an entry of its own.")
    with _accepted_for_the_moment(book, {past.line_id for past in reversed_ones}, user):
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
            numbers = range(posted.first_number, posted.first_number + posted.count)
            _release(book, [released.pop(number) for number in numbers if number in released])
            _link(book, [linked.pop(number) for number in numbers if number in linked])
        for number in (*linked, *released):
            raise HistoryError(
                f"The book has no entry {number}, which a bank line became or was taken back by."
            )
    return count


@transaction.atomic
def post_history(*, book: Book, entries: Sequence[PastEntry], user: User, now: datetime) -> PostedBatch:
    """Post what happened before the book began, or what stood on its accounts then, as one batch.

    Raises:
        PostingError: an entry does not balance, an account is archived, the period is closed, or as the ledger says.
    """
    return post_entries(book=book, source=BatchSource.HISTORY, entries=entries, posted_by=user, posted_at=now)


# PostgreSQL links only lines that somebody accepted, so for the moment somebody has.
_ACCEPT = """
INSERT INTO classification_classification
    (line_id, book_id, state, account_id, is_split, source, confidence, reason, note, decided_by_id)
SELECT line_id, %(book)s, 'accepted', booked.account_id, false, 'none', 0, '', '', %(user)s
  FROM unnest(%(lines)s::bigint[]) AS past (line_id)
  CROSS JOIN (SELECT id AS account_id FROM ledger_account WHERE book_id = %(book)s ORDER BY id LIMIT 1) AS booked
"""
_FORGET = "DELETE FROM classification_classification WHERE book_id = %(book)s AND line_id = ANY(%(lines)s)"
_LINK = """
UPDATE classification_classification AS made SET state = 'posted', entry_number = past.entry_number
  FROM unnest(%(entries)s::bigint[], %(lines)s::bigint[]) AS past (entry_number, line_id)
 WHERE made.book_id = %(book)s AND made.line_id = past.line_id
"""
_RELEASE = """
UPDATE classification_classification SET state = 'accepted', entry_number = NULL
 WHERE book_id = %(book)s AND line_id = ANY(%(lines)s)
"""


@contextmanager
def _accepted_for_the_moment(book: Book, line_ids: Collection[int], user: User) -> Iterator[None]:
    facts: dict[str, Any] = {"book": book.pk, "user": user.pk, "lines": list(line_ids)}
    with connection.cursor() as cursor:
        cursor.execute(_ACCEPT, facts)
        yield
        cursor.execute(_FORGET, facts)


def _link(book: Book, postings: Sequence[PastPosting]) -> None:
    if postings:
        facts: dict[str, Any] = {
            "book": book.pk,
            "entries": [past.entry_number for past in postings],
            "lines": [past.line_id for past in postings],
        }
        with connection.cursor() as cursor:
            cursor.execute(_LINK, facts)


def _release(book: Book, postings: Sequence[PastPosting]) -> None:
    if postings:
        facts: dict[str, Any] = {"book": book.pk, "lines": [past.line_id for past in postings]}
        with connection.cursor() as cursor:
            cursor.execute(_RELEASE, facts)


@transaction.atomic
def link_live(*, book: Book, postings: Sequence[PastPosting]) -> None:
    """Say which bank lines stand behind which entries. The lines are accepted, and are posted after this."""
    _link(book, postings)
