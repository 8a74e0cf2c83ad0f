"""Taking back what was accepted or posted without a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.books.permissions import Action, require
from ledgerflow.classification.errors import UnknownLineError
from ledgerflow.classification.models import Classification, State
from ledgerflow.classification.services import reopen
from ledgerflow.posting.services import reverse_entry
from ledgerflow.users.models import User

_REASON = "Accepted without a person, and taken back."


@dataclass(frozen=True, slots=True)
class TakenBack:
    """How many lines are in review again, and how many entries were reversed for it."""

    lines: int
    reversed: int


@transaction.atomic
def take_back(*, book: Book, line_ids: Sequence[int], user: User, now: datetime) -> TakenBack:
    """Send lines that nobody decided about back to review; the entries of posted ones are reversed on their own day.

    The person stays named on them, so that neither rule nor promise takes them again.

    Raises:
        UnknownLineError: one of them is no such line of the book.
        NotAllowedError: a line is posted and the user may not reverse entries.
        PostingError: the day of an entry is in a closed period, or as the ledger says otherwise.
    """
    lines = list(
        Classification.objects.select_for_update(of=("self",))
        .select_related("line")
        .filter(
            book=book,
            line_id__in=line_ids,
            decided_by__isnull=True,
            state__in=(State.ACCEPTED, State.POSTED),
        )
        .order_by("line_id")
    )
    if len(lines) != len(set(line_ids)):
        raise UnknownLineError("A line was decided about meanwhile; load the page again.")
    posted = [made for made in lines if made.state == State.POSTED]
    if posted:
        require(user=user, book=book, action=Action.ENTER_JOURNAL)
    for made in posted:
        assert made.entry_number is not None  # a constraint of the table
        reverse_entry(
            book=book,
            number=made.entry_number,
            date=made.line.date,
            reason=_REASON,
            user=user,
            now=now,
        )
    accepted = [made.line_id for made in lines if made.state == State.ACCEPTED]
    if accepted:
        reopen(book=book, line_ids=accepted, user=user, now=now)
    return TakenBack(len(lines), len(posted))
