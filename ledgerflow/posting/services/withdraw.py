"""Taking lines out of the way of an undone import: their entries are reversed, their words kept for the journal."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from django.db import connection, transaction

from ledgerflow.books.models import Book
from ledgerflow.classification.models import ChangedLine, Classification, ClassificationSplit, State
from ledgerflow.ledger.models import BatchSource, JournalEntry, JournalLine
from ledgerflow.ledger.services import journal
from ledgerflow.posting.errors import PostedLinesError
from ledgerflow.posting.models import ReversedPosting
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


def hold_postings(*, book: Book) -> None:
    """Let nobody post in the book until the transaction ends; taken before lines are looked at or locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM ledger_lock(%s)", [book.pk])


@transaction.atomic
def reverse_lines(
    *, book: Book, line_ids: Sequence[int], reason: str, user: User | None, now: datetime
) -> int:
    """Reverse the live entry of each line, each on its own date and all in one batch; return how many.

    The lines go back to review.

    Raises:
        PeriodClosedError: an entry's date lies in a closed period; nothing is reversed.
    """
    numbers = _entries_of(book, line_ids)
    if not numbers:
        return 0
    drafts = _mirrors(book, numbers, reason)
    batch = journal.post_entries(
        book=book, source=BatchSource.REVERSAL, entries=drafts, posted_by=user, posted_at=now
    )
    Classification.objects.filter(book=book, line_id__in=line_ids, state=State.POSTED).update(
        state=State.OPEN, entry_number=None
    )
    return batch.count


@transaction.atomic
def release_lines(
    *, book: Book, line_ids: Sequence[int], user: User | None = None, now: datetime | None = None
) -> int:
    """Forget what the lines were classified as, so that an undone import can take them away; return how many.

    What a line said that was posted once and reversed since is kept beside the journal, which points at it.

    Raises:
        PostedLinesError: some stand in the journal; reverse their entries first.
    """
    numbers = _entries_of(book, line_ids)
    if numbers:
        shown = ", ".join(map(str, numbers[:10])) + (" and more" if len(numbers) > 10 else "")
        raise PostedLinesError(
            f"{len(numbers)} of the lines stand in the journal as entries {shown}; reverse the entries first."
        )
    if ReversedPosting.objects.filter(book=book, line_id__in=line_ids).exists():
        with connection.cursor() as cursor:
            cursor.execute(
                _KEEP,
                {"book": book.pk, "lines": list(line_ids), "user": user.pk if user else None, "now": now},
            )
    going = Classification.objects.filter(book=book, line_id__in=line_ids)
    list(
        going.select_for_update().order_by("line_id").values_list("pk")
    )  # in the order that everyone locks in
    ChangedLine.objects.filter(book=book, line_id__in=line_ids).delete()
    ClassificationSplit.objects.filter(book=book, classification_id__in=line_ids).delete()
    released, _ = going.delete()
    return released


def _entries_of(book: Book, line_ids: Sequence[int]) -> list[int]:
    posted = Classification.objects.filter(book=book, line_id__in=line_ids, state=State.POSTED)
    numbers = posted.values_list("entry_number", flat=True)
    return sorted(number for number in numbers if number is not None)


def _mirrors(book: Book, numbers: Sequence[int], reason: str) -> list[journal.EntryDraft]:
    dates = dict(JournalEntry.objects.filter(book=book, number__in=numbers).values_list("number", "date"))
    lines = JournalLine.objects.filter(book=book, entry_number__in=numbers).order_by("entry_number", "no")
    return [
        journal.EntryDraft(
            date=dates[number],
            lines=[
                journal.LineDraft(line.account_id, line.currency, -line.amount, -line.base_amount)
                for line in of_entry
            ],
            reverses_number=number,
            text=reason,
        )
        for number, of_entry in groupby(lines, key=lambda line: line.entry_number)
    ]
