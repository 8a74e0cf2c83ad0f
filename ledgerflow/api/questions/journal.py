"""Journal entries, by date and number."""

from datetime import date

from ledgerflow.api import shapes
from ledgerflow.api.access import Caller, UnknownError
from ledgerflow.api.models import Scope
from ledgerflow.api.questions.asked import PAGE, QuestionError, page_size, place_of, row_number, sound_day
from ledgerflow.books.models import Book
from ledgerflow.core.periods import EARLIEST, LATEST, Period
from ledgerflow.ledger.models import JournalEntry
from ledgerflow.ledger.selectors.entries import EntryLine, entry
from ledgerflow.ledger.selectors.journal import EntryPlace, JournalEntryLines, journal_entries
from ledgerflow.posting.selectors import texts_for_entries


def entries(
    caller: Caller,
    slug: str,
    *,
    first: date | None = None,
    last: date | None = None,
    cursor: str = "",
    limit: int = PAGE,
) -> shapes.EntriesShape:
    """Return journal entries by date and number, the earliest first.

    Raises:
        QuestionError: days, cursor or limit are none.
    """
    caller.needs(Scope.READ)
    begin, end = sound_day(first) or EARLIEST, sound_day(last) or LATEST
    if end < begin:
        raise QuestionError(f"The last day, {end}, is before the first, {begin}.")
    place = place_of(cursor)
    with caller.opened(slug) as book:
        page = journal_entries(
            book=book,
            period=Period(begin, end),
            after=EntryPlace(*place) if place else None,
            limit=page_size(limit),
        )
        words = texts_for_entries(book=book, numbers=[each.number for each in page.entries])
        following = page.following
        return shapes.EntriesShape(
            entries=[_entry(book, each, words.get(each.number, "")) for each in page.entries],
            next=f"{following.date}_{following.number}" if following else None,
        )


def one_entry(caller: Caller, slug: str, number: int) -> shapes.EntryShape:
    """Return one journal entry.

    Raises:
        UnknownError: the book has no such entry.
    """
    caller.needs(Scope.READ)
    with caller.opened(slug) as book:
        try:
            found = entry(book=book, number=row_number(number))
        except JournalEntry.DoesNotExist as error:
            raise UnknownError(f"The book {book.slug} has no entry {number}.") from error
        words = texts_for_entries(book=book, numbers=[found.number])
        told = JournalEntryLines(found.number, found.date, found.text, found.reverses_number, found.lines)
        return _entry(book, told, words.get(found.number, ""))


def _entry(book: Book, found: JournalEntryLines, words: str) -> shapes.EntryShape:
    return shapes.EntryShape(
        number=found.number,
        date=found.date,
        text=found.text or words,
        reverses_number=found.reverses_number,
        lines=[_entry_line(book, each) for each in found.lines],
    )


def _entry_line(book: Book, line: EntryLine) -> shapes.EntryLineShape:
    return shapes.EntryLineShape(
        no=line.no,
        account=line.account_code,
        account_name=line.account_name,
        currency=line.currency,
        amount=shapes.exact(line.amount, line.currency),
        base_amount=shapes.exact(line.base_amount, book.base_currency),
    )
