"""Provenance: which entry a bank line became, and which line, statement and file stand behind an entry."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from ledgerflow.books.models import Book
from ledgerflow.classification.models import Classification
from ledgerflow.posting.models import Posting, WithdrawnLine
from ledgerflow.statements.models import Sighting, StatementLine


@dataclass(frozen=True, slots=True)
class SourceLine:
    """The bank line behind an entry, as the bank states it; money out negative.

    ``is_withdrawn`` when its import was undone after the entry was reversed: the line itself is gone.
    """

    line_id: int
    date: date
    description: str
    counterparty: str | None
    payee: str
    amount: Decimal
    currency: str
    bank_account: str
    is_withdrawn: bool = False

    @property
    def text(self) -> str:
        """The payee where known, else what the bank says."""
        return self.payee or self.counterparty or self.description


@dataclass(frozen=True, slots=True)
class SourcePlace:
    """Where a file shows a line: ``place`` is what the reader says, such as a line number or an XPath.

    ``following`` is the line number of the statement's next record, where the file is one of numbered lines.
    """

    statement_id: int
    document_id: int
    document_name: str
    place: dict[str, Any]
    following: int | None = None


def entry_for_line(*, book: Book, line_id: int) -> int | None:
    """Return the number of the unreversed entry that the line became."""
    live = Posting.objects.filter(book=book, line_id=line_id, reversed_by_number__isnull=True)
    return live.values_list("entry_number", flat=True).first()


def entries_of_line(*, book: Book, line_id: int) -> list[Posting]:
    """Return every posting of the line, reversed ones too, oldest first."""
    # Each half has an index of its own.
    either = Q(reversed_by_number__isnull=True, line_id=line_id) | Q(
        reversed_by_number__isnull=False, line_id=line_id
    )
    return list(Posting.objects.filter(either, book=book).order_by("entry_number"))


def lines_for_entries(*, book: Book, numbers: Collection[int]) -> dict[int, SourceLine]:
    """Return the bank line behind each entry that has one; four queries, however many entries."""
    behind = dict(
        Posting.objects.filter(book=book, entry_number__in=numbers).values_list("entry_number", "line_id")
    )
    lines = StatementLine.objects.select_related("bank_account").in_bulk(behind.values())
    withdrawn = WithdrawnLine.objects.select_related("bank_account").in_bulk(
        set(behind.values()) - lines.keys()
    )
    names = dict(
        Classification.objects.filter(book=book, line_id__in=lines, payee__isnull=False).values_list(
            "line_id", "payee__name"
        )
    )
    return {
        number: _source(line, names.get(line_id, ""), is_withdrawn=line_id in withdrawn)
        for number, line_id in behind.items()
        if (line := lines.get(line_id) or withdrawn.get(line_id)) is not None
    }


def texts_for_entries(*, book: Book, numbers: Collection[int]) -> dict[int, str]:
    """Return what each entry that has a bank line is called in lists; two queries, however many entries."""
    behind = Posting.objects.filter(book=book, entry_number__in=numbers)
    texts = {
        number: payee or counterparty or description
        for number, payee, counterparty, description in behind.values_list(
            "entry_number", "line__classification__payee__name", "line__counterparty", "line__description"
        )
    }
    withdrawn = dict(behind.exclude(entry_number__in=texts).values_list("line_id", "entry_number"))
    for line in WithdrawnLine.objects.filter(book=book, pk__in=withdrawn):
        texts[withdrawn[line.pk]] = line.counterparty or line.description
    return texts


def _source(line: StatementLine | WithdrawnLine, payee: str, *, is_withdrawn: bool) -> SourceLine:
    return SourceLine(
        line_id=line.pk,
        date=line.date,
        description=line.description,
        counterparty=line.counterparty,
        payee=payee,
        amount=line.amount,
        currency=line.currency,
        bank_account=line.bank_account.name,
        is_withdrawn=is_withdrawn,
    )


def withdrawn_behind(*, book: Book, number: int) -> WithdrawnLine | None:
    """Return the bank line behind an entry whose import was undone, with its document; nothing for other entries."""
    line_ids = Posting.objects.filter(book=book, entry_number=number).values("line_id")
    return (
        WithdrawnLine.objects.filter(book=book, pk__in=line_ids)
        .select_related("bank_account", "document")
        .first()
    )


def places_of_line(*, book: Book, line_id: int) -> list[SourcePlace]:
    """Return every file and place that shows the line, first import first; one query."""
    following = Sighting.objects.filter(
        book=book, statement_id=OuterRef("statement_id"), no=OuterRef("no") + 1
    ).values("place")
    sightings = (
        Sighting.objects.filter(book=book, line_id=line_id)
        .select_related("statement__document")
        .annotate(following=Subquery(following))
        .order_by("statement_id", "no")
    )
    return [
        SourcePlace(
            statement_id=seen.statement_id,
            document_id=seen.statement.document_id,
            document_name=seen.statement.document.name,
            place=seen.place,
            following=_line_number(seen.following),
        )
        for seen in sightings
    ]


def _line_number(place: dict[str, Any] | None) -> int | None:
    number = (place or {}).get("line")
    return number if isinstance(number, int) else None
