"""The journal with its lines: a page of it with where each entry comes from, and the whole as a stream."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ledgerflow.books.models import Book
from ledgerflow.core.periods import Period
from ledgerflow.ledger.selectors import EntryPlace, JournalEntryLines, journal_entries
from ledgerflow.posting.selectors import SourceLine, lines_for_entries, texts_for_entries

#: Entries on one page, and entries read at once for a file.
PAGE, _BLOCK = 50, 1_000


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """An entry with its lines, its text and the bank line that it comes from."""

    entry: JournalEntryLines
    text: str
    source: SourceLine | None


def journal_report(
    *, book: Book, period: Period, after: EntryPlace | None = None
) -> tuple[Sequence[JournalEntry], EntryPlace | None]:
    """Return the next entries of the period, and the place to ask for next; six queries."""
    page = journal_entries(book=book, period=period, after=after, limit=PAGE)
    sources = lines_for_entries(book=book, numbers=[entry.number for entry in page.entries])
    entries = []
    for entry in page.entries:
        source = sources.get(entry.number)
        entries.append(JournalEntry(entry, entry.text or (source.text if source else ""), source))
    return entries, page.following


def journal_lines(*, book: Book, period: Period) -> Iterator[tuple[JournalEntryLines, str]]:
    """Yield every entry of the period with its text, by date and number, a thousand read at a time."""
    after: EntryPlace | None = None
    while True:
        page = journal_entries(book=book, period=period, after=after, limit=_BLOCK)
        texts = texts_for_entries(book=book, numbers=[entry.number for entry in page.entries])
        for entry in page.entries:
            yield entry, entry.text or texts.get(entry.number, "")
        after = page.following
        if after is None:
            return
