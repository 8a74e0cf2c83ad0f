"""Closing and reopening the books. The log row is what closes: see ``0004_close_by_writing_the_log.sql``."""

from datetime import date, datetime

from django.db import connection, transaction

from ledgerflow.books.models import Book
from ledgerflow.ledger.errors import PeriodActionError, refusals_explained
from ledgerflow.ledger.models import PeriodAction
from ledgerflow.users.models import User


def close_period(*, book: Book, through: date, reason: str, user: User, now: datetime) -> PeriodAction:
    """Close the books through a day: nothing dated on or before it can be posted any more.

    Waits for postings that are under way; a posting that comes later is refused.

    Raises:
        PeriodActionError: no reason is given, or the books are closed through that day or a later one.
    """
    with transaction.atomic():
        closed = _closed_through(book)
        if closed is not None and closed >= through:
            raise PeriodActionError(f"The books are closed through {closed} already.")
        return _act(book=book, through=through, reason=reason, user=user, now=now)


def reopen_period(
    *, book: Book, through: date | None, reason: str, user: User, now: datetime
) -> PeriodAction:
    """Reopen the books: they stay closed through the earlier day ``through``, or through no day at all.

    Raises:
        PeriodActionError: no reason is given, or the books are not closed beyond that day.
    """
    with transaction.atomic():
        closed = _closed_through(book)
        if closed is None or (through is not None and through >= closed):
            raise PeriodActionError(
                "The books are not closed beyond that day, so there is nothing to reopen."
            )
        return _act(book=book, through=through, reason=reason, user=user, now=now)


def _closed_through(book: Book) -> date | None:
    with refusals_explained(), connection.cursor() as cursor:
        cursor.execute("SELECT closed_through FROM ledger_lock(%s)", [book.pk])
        row: tuple[date | None] = cursor.fetchone()
    return row[0]


def _act(*, book: Book, through: date | None, reason: str, user: User, now: datetime) -> PeriodAction:
    if not reason.strip():
        raise PeriodActionError("Say why the books are closed or reopened.")
    with refusals_explained():
        action = PeriodAction.objects.create(
            book=book, closed_through=through, reason=reason.strip(), acted_by=user, acted_at=now
        )
    action.refresh_from_db(fields=["was_closed_through"])
    return action
