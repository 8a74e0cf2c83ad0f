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
from ledgerflow.posting.models import Transfer
from ledgerflow.posting.services._beside import AT_A_TIME, Beside, PastFacts, save_as_it_began, save_its_end
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
    """A bank line became an entry; ``reversed_by_number`` names the entry that took it back, if one did.

    ``is_counterpart`` says that it is the second line of a transfer of one entry.
    """

    entry_number: int
    line_id: int
    reversed_by_number: int | None = None
    is_counterpart: bool = False


__all__ = [
    "PastBatch",
    "PastEntry",
    "PastFacts",
    "PastLine",
    "PastPosting",
    "PastWords",
    "keep_transfers",
    "link_live",
    "post_history",
    "post_past",
]

_NOTHING = PastFacts()


@transaction.atomic
def post_past(
    *,
    book: Book,
    batches: Iterable[PastBatch],
    reversed_ones: Collection[PastPosting],
    user: User,
    facts: PastFacts = _NOTHING,
) -> int:
    """Post the batches, the oldest first, under the numbers that they had; return how many entries there are.

    ``reversed_ones`` say which bank lines stood behind entries that are reversed since; the lines are there and have no
    classification yet. A line may have been posted and taken back several times. PostgreSQL records that only when it
    happens, so each line is linked when its entry comes, and let go when the reversal does; likewise ``facts``.

    Raises:
        HistoryError: the numbers are not those that follow in the book, or a bank line's entry or its reversal is not
            among them.
        PostingError: as the ledger says.
    """
    count = 0
    linked, released = _by_entry(reversed_ones), _by_reversal(reversed_ones)
    beside = Beside(book, facts, user)
    beside.begin()
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
            freed = [each for number in numbers for each in released.pop(number, ())]
            _release(book, freed)
            beside.end_with(
                [entry.reverses_number for entry in past.entries], freed=[each.line_id for each in freed]
            )
            fresh = [each for number in numbers for each in linked.pop(number, ())]
            beside.come_before_links(
                numbers, {each.entry_number: each.line_id for each in fresh}, past.posted_at
            )
            _link(book, fresh)
            beside.come_after_links(numbers)
        for number in (*linked, *released):
            raise HistoryError(
                f"The book has no entry {number}, which a bank line became or was taken back by."
            )
    beside.finish()
    return count


@transaction.atomic
def post_history(*, book: Book, entries: Sequence[PastEntry], user: User, now: datetime) -> PostedBatch:
    """Post what happened before the book began, or what stood on its accounts then, as one batch.

    Raises:
        PostingError: an entry does not balance, an account is archived, the period is closed, or as the ledger says.
    """
    return post_entries(book=book, source=BatchSource.HISTORY, entries=entries, posted_by=user, posted_at=now)


Linked: TypeAlias = dict[int, list[PastPosting]]


def _by_entry(postings: Collection[PastPosting]) -> Linked:
    """Return the postings by their entries; an entry stands for two lines in a transfer only."""
    found: Linked = {}
    for past in postings:
        found.setdefault(past.entry_number, []).append(past)
    if any(len({past.is_counterpart for past in each}) < len(each) for each in found.values()):
        raise HistoryError("An entry stands for one bank line, or for the two of a transfer.")
    return found


def _by_reversal(postings: Collection[PastPosting]) -> Linked:
    found: Linked = {}
    for past in postings:
        found.setdefault(past.reversed_by_number or 0, []).append(past)
    if any(len({past.entry_number for past in each}) > 1 for each in found.values()):
        raise HistoryError("An entry is reversed by an entry of its own.")
    return found


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
UPDATE classification_classification AS made
   SET state = 'posted', entry_number = past.entry_number, is_counterpart = past.is_counterpart
  FROM unnest(%(entries)s::bigint[], %(lines)s::bigint[], %(counterparts)s::boolean[])
       AS past (entry_number, line_id, is_counterpart)
 WHERE made.book_id = %(book)s AND made.line_id = past.line_id
"""
_RELEASE = """
UPDATE classification_classification SET state = 'accepted', entry_number = NULL, is_counterpart = false
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
            "counterparts": [past.is_counterpart for past in postings],
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


@transaction.atomic
def keep_transfers(*, transfers: Iterable[Transfer]) -> None:
    """Save what was said about pairs of lines that are not taken back: those that stand, and what was rejected once.

    The lines are linked to their entries already. Each has its id and comes in the order of the ids.
    """
    standing = []
    for transfer in transfers:
        if transfer.state == Transfer.State.ENDED:
            save_as_it_began(transfer)
            save_its_end(transfer)
        else:
            standing.append(transfer)
    Transfer.objects.bulk_create(standing, batch_size=AT_A_TIME)
