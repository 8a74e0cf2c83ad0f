"""Closing, locking and reopening the books. The log row is what does it: see ``0008_act_on_locks.sql``.

Nobody posts into what is closed. Into what is locked beyond that, owners and reviewers of the book still post.
"""

from datetime import date, datetime

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.ledger.errors import PeriodActionError
from ledgerflow.ledger.models import PeriodAction
from ledgerflow.ledger.services._period_log import act, hold
from ledgerflow.ledger.services.closing import take_back_closings
from ledgerflow.users.models import User


def close_period(*, book: Book, through: date, reason: str, user: User, now: datetime) -> PeriodAction:
    """Close the books through a day: nothing dated on or before it can be posted any more.

    Waits for postings that are under way; a posting that comes later is refused. A lock through a later day stays.

    Raises:
        PeriodActionError: no reason is given, or the books are closed through that day or a later one.
    """
    with transaction.atomic():
        was = hold(book)
        if was.closed_through is not None and was.closed_through >= through:
            raise PeriodActionError(f"The books are closed through {was.closed_through} already.")
        return act(book=book, closed=through, locked=was.locked_through, reason=reason, user=user, now=now)


def reopen_period(
    *, book: Book, through: date | None, reason: str, user: User, now: datetime
) -> PeriodAction:
    """Reopen the books: they stay closed through the earlier day ``through``, or through no day at all.

    A lock through a later day stays. The closing entries of years that end after ``through`` are reversed, each on
    its own day: what is reopened must not stand in equity already.

    Raises:
        PeriodActionError: no reason is given, or the books are not closed beyond that day.
        PeriodLockedError: a year's closing is to be reversed in a locked period where the user's role does not post.
    """
    with transaction.atomic():
        was = hold(book)
        if was.closed_through is None or (through is not None and through >= was.closed_through):
            raise PeriodActionError(
                "The books are not closed beyond that day, so there is nothing to reopen."
            )
        action = act(book=book, closed=through, locked=was.locked_through, reason=reason, user=user, now=now)
        take_back_closings(book=book, after=through, reason=reason, user=user, now=now)
        return action


def lock_period(*, book: Book, through: date, reason: str, user: User, now: datetime) -> PeriodAction:
    """Lock the books through a day: only owners and reviewers of the book post on or before it.

    Raises:
        PeriodActionError: no reason is given, or the books are locked or closed through that day or a later one.
    """
    with transaction.atomic():
        was = hold(book)
        if was.closed_through is not None and was.closed_through >= through:
            raise PeriodActionError(f"The books are closed through {was.closed_through} already.")
        if was.locked_through is not None and was.locked_through >= through:
            raise PeriodActionError(f"The books are locked through {was.locked_through} already.")
        return act(book=book, closed=was.closed_through, locked=through, reason=reason, user=user, now=now)


def unlock_period(
    *, book: Book, through: date | None, reason: str, user: User, now: datetime
) -> PeriodAction:
    """Unlock the books: they stay locked through the earlier day ``through``, or beyond no closed period at all.

    What is closed stays closed.

    Raises:
        PeriodActionError: no reason is given, or the books are not locked beyond that day.
    """
    with transaction.atomic():
        was = hold(book)
        if was.locked_through is None or (through is not None and through >= was.locked_through):
            raise PeriodActionError(
                "The books are not locked beyond that day, so there is nothing to unlock."
            )
        return act(book=book, closed=was.closed_through, locked=through, reason=reason, user=user, now=now)
