"""The log of closings and locks, and the state that its latest row sets."""

from datetime import date, datetime

from django.db import connection

from ledgerflow.books.models import Book
from ledgerflow.ledger.errors import PeriodActionError, refusals_explained
from ledgerflow.ledger.models import PeriodAction
from ledgerflow.ledger.selectors.periods import Held, held
from ledgerflow.users.models import User

#: Characters of a reason.
LONGEST_REASON = 500


def hold(book: Book) -> Held:
    """Wait for postings under way, let nobody post until the transaction ends, and return the two days."""
    with refusals_explained(), connection.cursor() as cursor:
        cursor.execute("SELECT FROM ledger_lock(%s)", [book.pk])
    return held(book=book)


def act(
    *, book: Book, closed: date | None, locked: date | None, reason: str, user: User, now: datetime
) -> PeriodAction:
    """Write the row that closes, locks or reopens. A lock within what is closed says nothing and is left out.

    Raises:
        PeriodActionError: no reason is given or it is too long, or as PostgreSQL says.
    """
    if not reason.strip():
        raise PeriodActionError("Say why the books are closed or reopened.")
    if len(reason.strip()) > LONGEST_REASON:
        raise PeriodActionError(f"Give the reason in at most {LONGEST_REASON} characters.")
    if closed is not None and locked is not None and locked <= closed:
        locked = None
    with refusals_explained():
        action = PeriodAction.objects.create(
            book=book,
            closed_through=closed,
            locked_through=locked,
            reason=reason.strip(),
            acted_by=user,
            acted_at=now,
        )
    action.refresh_from_db(fields=["was_closed_through", "was_locked_through"])
    return action
