"""Taking lines out of the way of an undone import: their entries are reversed, their words kept for the journal."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F

from ledgerflow.books.models import Book
from ledgerflow.classification.models import ChangedLine, Classification, ClassificationSplit, State
from ledgerflow.ledger.models import BatchSource, LedgerState
from ledgerflow.ledger.services import journal
from ledgerflow.posting.errors import PostedLinesError
from ledgerflow.posting.models import DocumentDate, ReversedPosting
from ledgerflow.posting.selectors import first_posting_days
from ledgerflow.posting.services._endings import end_transfers, free_lines
from ledgerflow.posting.services._mirrors import mirrors
from ledgerflow.posting.transfer_selectors import counterparts
from ledgerflow.users.models import User

# The oldest sighting says where the line stood. A line that was let go before and stayed, because another file turned
# out to show it, is kept already.
_KEEP = """
    INSERT INTO posting_withdrawnline (id, book_id, bank_account_id, document_id, place, date, amount, currency,
        description, counterparty, withdrawn_by_id, withdrawn_at)
    SELECT DISTINCT ON (line.id) line.id, line.book_id, line.bank_account_id, statement.document_id, seen.place,
        line.date, line.amount, line.currency, line.description, line.counterparty, %(user)s, %(now)s
    FROM statements_statementline line
    JOIN statements_sighting seen ON seen.book_id = line.book_id AND seen.line_id = line.id
    JOIN statements_statement statement ON statement.id = seen.statement_id
    WHERE line.book_id = %(book)s AND line.id = ANY(%(lines)s)
        AND EXISTS (SELECT FROM posting_reversedposting posted WHERE posted.line_id = line.id)
    ORDER BY line.id, seen.statement_id, seen.no
    ON CONFLICT (id) DO NOTHING
"""
# The entries keep the tags that their line had; what reverses one has those of the entry.
_KEEP_TAGS = """
    INSERT INTO classification_entrytag (book_id, entry_number, tag_id, tagged_by_id, tagged_at)
    SELECT tagged.book_id, posted.entry_number, tagged.tag_id, tagged.tagged_by_id, tagged.tagged_at
    FROM classification_linetag tagged
    JOIN posting_reversedposting posted ON posted.line_id = tagged.line_id AND posted.book_id = tagged.book_id
    WHERE tagged.book_id = %(book)s AND tagged.line_id = ANY(%(lines)s)
    ON CONFLICT DO NOTHING
"""


def hold_postings(*, book: Book) -> None:
    """Let nobody post in the book until the transaction ends; taken before lines are looked at or locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM ledger_lock(%s)", [book.pk])


@transaction.atomic
def reverse_lines(
    *, book: Book, line_ids: Sequence[int], reason: str, user: User | None, now: datetime
) -> int:
    """Reverse the live entry of each line, each on its own date and all in one batch; return how many.

    The lines go back to review, and with a transfer the line on the other side of it.

    Raises:
        PeriodClosedError: an entry's date lies in a closed period; nothing is reversed.
    """
    numbers = _entries_of(book, line_ids)
    if not numbers:
        return 0
    numbers = sorted({*numbers, *counterparts(book=book, numbers=numbers)})
    drafts = mirrors(book, numbers, reason)
    batch = journal.post_entries(
        book=book, source=BatchSource.REVERSAL, entries=drafts, posted_by=user, posted_at=now
    )
    free_lines(book=book, numbers=numbers)
    end_transfers(book=book, numbers=numbers, user=user, now=now)
    return batch.count


@transaction.atomic
def release_lines(
    *, book: Book, line_ids: Sequence[int], user: User | None = None, now: datetime | None = None
) -> int:
    """Forget what the lines were classified as, so that an undone import can take them away; return how many.

    What a line said that was posted once and reversed since is kept beside the journal, which points at it.

    Raises:
        PostedLinesError: some stand in the journal; reverse their entries first. Or the date of a line's document,
            which goes with it, moves what a closed period shows on the accrual basis.
    """
    numbers = _entries_of(book, line_ids)
    if numbers:
        shown = ", ".join(map(str, numbers[:10])) + (" and more" if len(numbers) > 10 else "")
        raise PostedLinesError(
            f"{len(numbers)} of the lines stand in the journal as entries {shown}; reverse the entries first."
        )
    _keep_closed_documents(book, line_ids)
    if ReversedPosting.objects.filter(book=book, line_id__in=line_ids).exists():
        with connection.cursor() as cursor:
            cursor.execute(
                _KEEP,
                {"book": book.pk, "lines": list(line_ids), "user": user.pk if user else None, "now": now},
            )
            cursor.execute(_KEEP_TAGS, {"book": book.pk, "lines": list(line_ids)})
    going = Classification.objects.filter(book=book, line_id__in=line_ids)
    list(
        going.select_for_update().order_by("line_id").values_list("pk")
    )  # in the order that everyone locks in
    ChangedLine.objects.filter(book=book, line_id__in=line_ids).delete()
    ClassificationSplit.objects.filter(book=book, classification_id__in=line_ids).delete()
    released, _ = going.delete()
    return released


def _keep_closed_documents(book: Book, line_ids: Sequence[int]) -> None:
    closed = LedgerState.objects.values_list("closed_through", flat=True).get(book=book)
    dated = DocumentDate.objects.filter(book=book, line_id__in=line_ids).exclude(date=F("line__date"))
    days = dict(dated.values_list("line_id", "date")) if closed is not None else {}
    posted = first_posting_days(book=book, line_ids=list(days)) if days else {}
    kept = [
        line_id for line_id, day in posted.items() if closed is not None and min(day, days[line_id]) <= closed
    ]
    if kept:
        raise PostedLinesError(
            f"The books are closed through {closed}, and the dates of the documents of {len(kept)} of the lines count "
            "in what they show on the accrual basis before. Reopen them first."
        )


def _entries_of(book: Book, line_ids: Sequence[int]) -> list[int]:
    posted = Classification.objects.filter(book=book, line_id__in=line_ids, state=State.POSTED)
    numbers = posted.values_list("entry_number", flat=True)
    return sorted(number for number in numbers if number is not None)
