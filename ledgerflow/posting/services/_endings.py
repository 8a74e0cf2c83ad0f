"""What ends when entries are reversed, beside the link of a bank line: opening balances and transfers."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from ledgerflow.books.models import Book
from ledgerflow.classification.models import Classification, Source, State
from ledgerflow.classification.services import settle_predictions
from ledgerflow.posting.models import OpeningBalance, Transfer
from ledgerflow.users.models import User


def free_lines(
    *, book: Book, numbers: Collection[int], user: User | None = None, now: datetime | None = None
) -> None:
    """Send the bank lines that the entries stand for back to review; what people made of suggestions is open again.

    Where a person is given they are named on the lines; elsewhere whoever decided stays so.
    """
    freed = Classification.objects.filter(book=book, entry_number__in=numbers)
    line_ids = list(freed.values_list("line_id", flat=True))
    named = {} if user is None else {"decided_by": user, "decided_at": now}
    freed.update(state=State.OPEN, entry_number=None, is_counterpart=False, **named)
    settle_predictions(book=book, line_ids=line_ids)


def end_opening(
    *, book: Book, number: int, reversed_by_number: int, reason: str, user: User, now: datetime
) -> None:
    """End the opening balance whose entry was reversed, if the entry was one of these."""
    OpeningBalance.objects.filter(book=book, entry_number=number, ended_at=None).update(
        reversed_by_number=reversed_by_number, ended_by=user, ended_at=now, end_reason=reason
    )


def end_transfers(*, book: Book, numbers: Collection[int], user: User | None, now: datetime) -> None:
    """End the transfers whose entries were all reversed, and forget what their lines were booked to."""
    ending = Transfer.objects.filter(
        Q(out_entry__in=numbers) | Q(in_entry__in=numbers), book=book, state=Transfer.State.CONFIRMED
    )
    lines = [line for pair in ending.values_list("out_line", "in_line") for line in pair]
    if lines:
        ending.update(state=Transfer.State.ENDED, ended_by=user, ended_at=now)
        Classification.objects.filter(book=book, line_id__in=lines, state=State.OPEN).update(
            account=None, tax_line="", business_share=None, source=Source.NONE, confidence=0, reason=""
        )
