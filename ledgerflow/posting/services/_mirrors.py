"""The mirrors of entries that are reversed together, each on its own date."""

from collections.abc import Sequence
from itertools import groupby

from ledgerflow.books.models import Book
from ledgerflow.ledger.models import JournalEntry, JournalLine
from ledgerflow.ledger.services import journal


def mirrors(book: Book, numbers: Sequence[int], reason: str) -> list[journal.EntryDraft]:
    """Return a draft for each entry, in the order of their numbers; two queries."""
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
