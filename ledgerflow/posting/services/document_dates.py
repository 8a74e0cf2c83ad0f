"""The day of the invoice or receipt behind a bank line, on which the line counts on the accrual basis."""

from datetime import date as Date  # noqa: N812 - `date` is the argument's name
from datetime import datetime

from django.db import connection, transaction

from ledgerflow.books.models import Book
from ledgerflow.core.periods import EARLIEST, LATEST
from ledgerflow.ledger.models import LedgerState
from ledgerflow.posting.errors import DocumentDateError
from ledgerflow.posting.models import DocumentDate
from ledgerflow.posting.selectors import first_posting_days
from ledgerflow.statements.models import StatementLine
from ledgerflow.users.models import User


@transaction.atomic
def date_document(
    *, book: Book, line_id: int, date: Date | None, user: User, now: datetime
) -> DocumentDate | None:
    """Say which day the invoice or receipt behind a bank line states; ``None`` takes it back.

    Raises:
        DocumentDateError: the book has no such line, the day is none of the ledger's, or what the line moves on the
            accrual basis lies in a closed period, now or then.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM ledger_lock(%s)", [book.pk])
    line = StatementLine.objects.filter(book=book, pk=line_id).first()
    if line is None:
        raise DocumentDateError("This book has no such line.")
    if date is not None and not EARLIEST <= date <= LATEST:
        raise DocumentDateError(f"{date} is before the first day of the ledger or after its last.")
    known = DocumentDate.objects.filter(book=book, line=line)
    was = known.values_list("date", flat=True).first()
    if was == date:
        return known.first()
    _check_closed(book, line, [day for day in (was, date) if day is not None and day != line.date])
    known.delete()
    if date is None:
        return None
    return DocumentDate.objects.create(book=book, line=line, date=date, dated_by=user, dated_at=now)


def _check_closed(book: Book, line: StatementLine, moving: list[Date]) -> None:
    """Refuse what would change a closed period; a line that was never in the journal moves nothing yet."""
    closed = LedgerState.objects.values_list("closed_through", flat=True).get(book=book)
    if not moving or closed is None:
        return
    posted = first_posting_days(book=book, line_ids=[line.pk]).get(line.pk)
    if posted is not None and min(*moving, posted) <= closed:
        raise DocumentDateError(
            f"The books are closed through {closed}, and this would change what they show on the accrual basis "
            "before, also where the entry was reversed. Reopen them first."
        )
