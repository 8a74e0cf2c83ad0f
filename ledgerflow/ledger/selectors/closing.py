"""Entries that close a year: they carry income and expenses into equity, so no income statement counts them."""

from ledgerflow.books.models import Book
from ledgerflow.ledger.models import BatchSource, JournalEntry, PostingBatch

#: The sources whose entries close a year. The one place to name them.
CLOSING_SOURCES: tuple[BatchSource, ...] = ()


def closing_entries(*, book: Book) -> list[int]:
    """Return the numbers of the entries that close years, and of their reversals, in order; two queries at most."""
    batches = PostingBatch.objects.filter(book=book, source__in=CLOSING_SOURCES)
    numbers = [
        number
        for first, count in batches.values_list("first_number", "entry_count")
        for number in range(first, first + count)
    ]
    reversals = JournalEntry.objects.filter(book=book, reverses_number__in=numbers)
    return sorted([*numbers, *reversals.values_list("number", flat=True)])
