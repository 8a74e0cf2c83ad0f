"""A journal entry with everything that is said about it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ledgerflow.books.models import Book
from ledgerflow.ledger.models import BatchSource, EntryText, JournalEntry, JournalLine, PostingBatch


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A line of an entry with its account; debit positive."""

    no: int
    account_id: int
    account_code: str
    account_name: str
    currency: str
    amount: Decimal
    base_amount: Decimal


@dataclass(frozen=True, slots=True)
class Entry:
    """A journal entry: its lines, who posted it, and its reversal on either side."""

    number: int
    date: date
    text: str
    lines: tuple[EntryLine, ...]
    reverses_number: int | None
    reversed_by_number: int | None
    batch_no: int
    source: BatchSource
    posted_at: datetime
    posted_by_id: int | None


def entry(*, book: Book, number: int) -> Entry:
    """Return the entry; five queries.

    Raises:
        JournalEntry.DoesNotExist: the book has no such entry.
    """
    head = JournalEntry.objects.get(book=book, number=number)
    batch = PostingBatch.objects.get(book=book, no=head.batch_no)
    reversal = JournalEntry.objects.filter(book=book, reverses_number=number).values_list("number", flat=True)
    words = EntryText.objects.filter(book=book, entry_number=number).values_list("text", flat=True)
    lines = (
        JournalLine.objects.filter(book=book, entry_number=number).select_related("account").order_by("no")
    )
    return Entry(
        number=head.number,
        date=head.date,
        text=words.first() or "",
        lines=tuple(
            EntryLine(
                no=line.no,
                account_id=line.account_id,
                account_code=line.account.code,
                account_name=line.account.name,
                currency=line.currency,
                amount=line.amount,
                base_amount=line.base_amount,
            )
            for line in lines
        ),
        reverses_number=head.reverses_number,
        reversed_by_number=reversal.first(),
        batch_no=batch.no,
        source=BatchSource(batch.source),
        posted_at=batch.posted_at,
        posted_by_id=batch.posted_by_id,
    )
