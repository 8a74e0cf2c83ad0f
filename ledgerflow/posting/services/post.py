"""Accepted bank lines become journal entries, in sets and inside PostgreSQL.

The bank's ledger account gets the line's amount (money in is a debit, positive), the account or the parts of the
classification get the opposite; :mod:`._booked` says how a line in another currency than the book's is booked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from ledgerflow.books.models import Book
from ledgerflow.books.permissions import Action, may, role_of
from ledgerflow.books.selectors import has_four_eyes
from ledgerflow.core.arrays import whole_numbers
from ledgerflow.core.money import minor_digits
from ledgerflow.ledger.models import BatchSource
from ledgerflow.ledger.selectors.periods import held
from ledgerflow.ledger.selectors.rates import DAYS_GOOD
from ledgerflow.ledger.services import journal
from ledgerflow.posting.services import _booked, _selected
from ledgerflow.users.models import User


@dataclass(frozen=True, slots=True)
class PostOutcome:
    """How many lines were posted, and for each other line a sentence why not."""

    posted: int
    refused: tuple[tuple[int, str], ...]


def post_lines(
    *,
    book: Book,
    line_ids: Sequence[int] | None,
    posted_by: User | None,
    posted_at: datetime,
    dry_run: bool = False,
) -> PostOutcome:
    """Post the lines, or with ``None`` every accepted line; a line that cannot be posted stops no other.

    Sets of at most 5,000 entries are posted one after the other, each in a transaction of its own unless the caller
    has one open, so that nobody waits long and a killed run is simply started again: a posted line is never posted
    twice. All of them are on disk when this returns. With ``dry_run`` nothing is written.
    """
    chosen = None if line_ids is None else sorted(set(line_ids))
    poster = _Poster(
        posted_by, may(role_of(user=posted_by, book=book) if posted_by else None, Action.POST_LOCKED)
    )
    has_own_transactions = not connection.in_atomic_block
    is_unwritten = False
    posted = 0
    refused: list[tuple[int, str]] = []
    after: int | None = 0
    while after is not None:
        with transaction.atomic():
            done = _post_set(book, chosen, after, poster, None if dry_run else posted_at)
            if has_own_transactions and done.last is not None:
                _wait_for_the_disk_later()
                is_unwritten = True
        posted, after = posted + done.posted, done.last
        refused += done.refused
    if is_unwritten:
        _wait_for_the_disk()
    return PostOutcome(posted=posted, refused=tuple(refused))


def _wait_for_the_disk_later() -> None:
    """Let this transaction commit without waiting: another set follows, and nobody has been told of this one yet."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


def _wait_for_the_disk() -> str:
    """Commit a message to the write-ahead log, and with it everything before it; return its place in the log."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_logical_emit_message(true, 'ledgerflow', 'posted')")
        return str(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class _Poster:
    user: User | None
    may_post_locked: bool


@dataclass(frozen=True, slots=True)
class _Done:
    """One set: ``last`` is the line to go on behind, ``None`` after the last set."""

    posted: int
    refused: list[tuple[int, str]]
    last: int | None


@dataclass(frozen=True, slots=True)
class _Picked:
    """A set as it was read: how many of its ``count`` lines can be posted, and what any of them has."""

    postable: int
    count: int
    last: int | None
    has_parts: bool
    may_have_tax_lines: bool
    has_foreign: bool


class _ChangedMeanwhileError(Exception):
    """Somebody decided otherwise about a line between reading and marking it."""


def _post_set(
    book: Book, line_ids: Sequence[int] | None, after: int, poster: _Poster, posted_at: datetime | None
) -> _Done:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")  # a set stays in memory
        # The book before the lines, as everywhere: whoever closes a period meanwhile waits, or was first.
        cursor.execute("SELECT FROM ledger_lock(%s)", [book.pk])
        days = held(book=book)
        cursor.execute(_selected.PICKED)
        facts = {
            "book": book.pk,
            "after": after,
            "lines": whole_numbers(line_ids or ()),
            "currency": book.base_currency,
            "digits": minor_digits(book.base_currency),
            "closed": days.closed_through,
            "locked": None if poster.may_post_locked else days.locked_through,
            "size": journal.SET_SIZE,
            "days_good": DAYS_GOOD,
            "poster": poster.user.pk if poster.user else None,
            "four_eyes": has_four_eyes(book=book),
        }
        which = _selected.ACCEPTED if line_ids is None else _selected.THESE
        # Lines hardly ever change before they are marked, and it would show. Parts stand in rows of their own.
        picked = _pick(cursor, which, facts, locking="")
        if posted_at is not None:
            try:
                if picked.has_parts:
                    picked = _pick(cursor, which, facts, locking=_selected.LOCKING)
                _write(cursor, book, picked, poster.user, posted_at)
            except _ChangedMeanwhileError:
                picked = _pick(cursor, which, facts, locking=_selected.LOCKING)
                _write(cursor, book, picked, poster.user, posted_at)
        cursor.execute(_selected.REFUSED)
        return _Done(
            posted=picked.postable,
            refused=cursor.fetchall(),
            last=picked.last if picked.count == journal.SET_SIZE else None,
        )


def _pick(cursor: CursorWrapper, which: str, facts: dict[str, Any], *, locking: str) -> _Picked:
    cursor.execute("TRUNCATE pg_temp.posting_picked, pg_temp.posting_part")
    cursor.execute(_selected.PICK.format(which=which, locking=locking), facts)
    cursor.execute(_selected.OUTCOME, facts)
    return _Picked(*cursor.fetchone())


def _write(
    cursor: CursorWrapper, book: Book, picked: _Picked, user: User | None, posted_at: datetime
) -> None:
    if picked.postable == 0:
        return
    with transaction.atomic():
        if picked.has_parts:
            cursor.execute(_booked.PARTS)
        batch = journal.post_selected(
            book=book,
            source=BatchSource.STATEMENT,
            count=picked.postable,
            entries=_booked.FOREIGN_ENTRIES if picked.has_foreign else _booked.ENTRIES,
            lines=_booked.FOREIGN_LINES if picked.has_foreign else _booked.LINES,
            posted_by=user,
            posted_at=posted_at,
        )
        facts: dict[str, Any] = {"book": book.pk, "first": batch.first_number, "currency": book.base_currency}
        if picked.has_foreign:
            cursor.execute(_booked.EXCHANGES, facts)
        if picked.may_have_tax_lines:
            cursor.execute(_booked.OWN_TAX_LINES, facts)
        if picked.has_parts:
            cursor.execute(_booked.PRIVATE_PARTS, facts)
        cursor.execute(_booked.MARK, facts)
        if cursor.rowcount != picked.postable:
            raise _ChangedMeanwhileError
