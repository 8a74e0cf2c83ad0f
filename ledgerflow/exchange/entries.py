"""A book's entries with everything that is said about them, in the order of their dates, a window at a time."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from datetime import date as Date  # noqa: N812 - `date` is a field of the entry
from decimal import Decimal
from typing import Any

from ledgerflow.books.models import Book
from ledgerflow.classification.tag_selectors import tags_of
from ledgerflow.ledger.models import EntryText, JournalEntry, JournalLine
from ledgerflow.posting.models import DocumentDate, WithdrawnLine
from ledgerflow.posting.selectors import SourceLine, lines_for_entries
from ledgerflow.posting.tag_selectors import tagged_entries
from ledgerflow.statements.models import Sighting

#: Entries that are in memory at a time.
_WINDOW = 5_000


@dataclass(frozen=True, slots=True)
class ExportedLine:
    """A line of an entry: ``amount`` in ``currency``, ``base_amount`` in the book's; debit positive."""

    account_id: int
    currency: str
    amount: Decimal
    base_amount: Decimal


@dataclass(frozen=True, slots=True)
class Origin:
    """The bank line behind an entry: who, what the bank says, and where the file shows it first."""

    payee: str
    description: str
    document_name: str
    document_sha256: str
    place: str


@dataclass(frozen=True, slots=True)
class ExportedEntry:
    """An entry; ``text`` is what a person wrote about it, ``origin`` the bank line that it came from, if any.

    ``tags`` are the names of its tags, ``document_date`` the day of the invoice or receipt behind its bank line.
    """

    number: int
    batch_no: int
    date: date
    reverses_number: int | None
    text: str
    lines: Sequence[ExportedLine]
    origin: Origin | None
    tags: Sequence[str] = ()
    document_date: Date | None = None

    @property
    def payee(self) -> str:
        """Who was paid or paid, where that is known."""
        return self.origin.payee if self.origin else ""

    @property
    def narration(self) -> str:
        """What the entry is about: a person's words, else the bank's."""
        return self.text or (self.origin.description if self.origin else "")


def exported_entries(*, book: Book) -> Iterator[ExportedEntry]:
    """Yield every entry of the book by date, then number; eleven queries for each five thousand of them."""
    entries = list(
        JournalEntry.objects.filter(book=book)
        .order_by("date", "number")
        .values_list("number", "batch_no", "date", "reverses_number")
    )
    for at in range(0, len(entries), _WINDOW):
        yield from _window(book, entries[at : at + _WINDOW])


def _window(book: Book, entries: Sequence[tuple[int, int, date, int | None]]) -> Iterator[ExportedEntry]:
    numbers = [number for number, *_ in entries]
    lines: dict[int, list[ExportedLine]] = defaultdict(list)
    for number, account_id, currency, amount, base_amount in (
        JournalLine.objects.filter(book=book, entry_number__in=numbers)
        .order_by("entry_number", "no")
        .values_list("entry_number", "account_id", "currency", "amount", "base_amount")
    ):
        lines[number].append(ExportedLine(account_id, currency, amount, base_amount))
    texts = dict(
        EntryText.objects.filter(book=book, entry_number__in=numbers).values_list("entry_number", "text")
    )
    sources = lines_for_entries(book=book, numbers=numbers)
    origins = _origins(book, sources)
    tags = tagged_entries(book=book, numbers=numbers)
    names = {tag.pk: tag.name for tag in tags_of(book=book)} if tags else {}
    dates = DocumentDate.objects.filter(book=book, line__in=[source.line_id for source in sources.values()])
    documents = dict(dates.values_list("line_id", "date"))
    for number, batch_no, day, reverses_number in entries:
        yield ExportedEntry(
            number=number,
            batch_no=batch_no,
            date=day,
            reverses_number=reverses_number,
            text=texts.get(number, ""),
            lines=lines[number],
            origin=origins.get(number),
            tags=sorted(names[tag] for tag in tags.get(number, ())),
            document_date=documents.get(sources[number].line_id) if number in sources else None,
        )


def _origins(book: Book, sources: Mapping[int, SourceLine]) -> dict[int, Origin]:
    line_ids = {source.line_id for source in sources.values()}
    places: dict[int, tuple[str, str, Any]] = {}
    withdrawn = WithdrawnLine.objects.filter(book=book, pk__in=line_ids)
    for line_id, *facts in withdrawn.values_list("pk", "document__name", "document__sha256", "place"):
        places[line_id] = (facts[0], facts[1], facts[2])
    seen = Sighting.objects.filter(book=book, line_id__in=line_ids)
    # The newest first, so that the first file that shows the line is the one that stays.
    for line_id, *facts in seen.order_by("-statement_id", "-no").values_list(
        "line_id", "statement__document__name", "statement__document__sha256", "place"
    ):
        places[line_id] = (facts[0], facts[1], facts[2])
    return {number: _origin(source, places.get(source.line_id)) for number, source in sources.items()}


def _origin(source: SourceLine, place: tuple[str, str, Any] | None) -> Origin:
    name, sha256, where = place or ("", "", {})
    return Origin(
        payee=source.payee or source.counterparty or "",
        description=source.description,
        document_name=name,
        document_sha256=sha256,
        place=", ".join(f"{key} {value}" for key, value in where.items()),
    )
