"""Lines that an entry stands for which was not posted from them: neither reviewed nor posted while they are matched."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.classification.errors import (
    HeldLineError,
    MatchedLineError,
    PostedLineError,
    UnknownLineError,
)
from ledgerflow.classification.models import Classification, State
from ledgerflow.classification.services.record import settle_predictions
from ledgerflow.users.models import User


@transaction.atomic
def match_lines(*, book: Book, line_ids: Sequence[int], user: User, now: datetime) -> None:
    """Call the lines matched; whoever calls this says in the same transaction with which entries.

    Raises:
        UnknownLineError: the book has no such line.
        PostedLineError: a line is in the journal.
        MatchedLineError: a line is matched already.
        HeldLineError: a line is held back or not booked yet.
    """
    found = list(
        Classification.objects.select_for_update(of=("self",))
        .select_related("line")
        .filter(book=book, line_id__in=line_ids)
        .order_by("line_id")
    )
    if len(found) != len(set(line_ids)):
        raise UnknownLineError("This book has no such line.")
    for made in found:
        if made.state == State.POSTED:
            raise PostedLineError(f"The line of {made.line.date} is in the journal already.")
        if made.state == State.MATCHED:
            raise MatchedLineError(f"The line of {made.line.date} is matched already.")
        if made.line.hold or made.line.is_pending:
            raise HeldLineError(
                f"The line of {made.line.date} is held back, or the bank has not booked it yet."
            )
    Classification.objects.filter(book=book, line_id__in=line_ids).update(
        state=State.MATCHED, decided_by=user, decided_at=now
    )
    settle_predictions(book=book, line_ids=line_ids)


@transaction.atomic
def unmatch_lines(*, book: Book, line_ids: Sequence[int], user: User, now: datetime) -> None:
    """Send matched lines back to review; the person stays named on them, so that no rule takes them again."""
    matched = Classification.objects.filter(book=book, line_id__in=line_ids, state=State.MATCHED)
    freed = list(matched.select_for_update().order_by("line_id").values_list("line_id", flat=True))
    matched.update(state=State.OPEN, decided_by=user, decided_at=now)
    settle_predictions(book=book, line_ids=freed)
