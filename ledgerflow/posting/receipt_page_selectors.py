"""What the page of one receipt shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledgerflow.asking.selectors import is_from_client
from ledgerflow.books.models import Book
from ledgerflow.documents.models import MediaType, Receipt, ReceiptReading
from ledgerflow.posting.receipt_proposals import Proposal, proposals_for
from ledgerflow.statements.models import LineReceipt
from ledgerflow.statements.receipt_selectors import lines_of, unattached_receipts

_WORDS = {"seller": "Seller", "date": "Date", "total": "Total", "tax": "Tax", "currency": "Currency"}
#: Values that are marked on the page; tax and currency mostly stand beside the total.
_MARKED = ("seller", "date", "total")


@dataclass(frozen=True, slots=True)
class Mark:
    """A value's place on a page, in thousandths of it."""

    name: str
    words: str
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page of the receipt, and what is marked on it."""

    number: int
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A value that was read: what, and the line of the receipt that says so."""

    name: str
    words: str
    value: Any
    line: str


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """A receipt: what was read, on which pages, the lines that it is attached to, and those it may be for.

    Lines are proposed while it has none. ``is_from_client`` says that the client gave it in answer to a question,
    ``following`` is the next receipt without a line.
    """

    receipt: Receipt
    reading: ReceiptReading | None
    said: Sequence[Said]
    pages: Sequence[ShownPage]
    is_from_client: bool
    attached: Sequence[LineReceipt]
    proposals: Sequence[Proposal]
    following: Receipt | None


def receipt_page(*, book: Book, receipt_id: int) -> ReceiptPage:
    """Return what the page shows. Five queries.

    :raises Receipt.DoesNotExist: the book has no such receipt.
    """
    receipt = Receipt.objects.select_related("document", "book", "kept_by", "reading").get(
        book=book, pk=receipt_id
    )
    reading: ReceiptReading | None = getattr(receipt, "reading", None)
    attached = lines_of(book=book, receipt_id=receipt_id)
    is_open = reading is not None and not attached
    return ReceiptPage(
        receipt=receipt,
        reading=reading,
        said=_said(reading) if reading else (),
        pages=_pages(receipt, reading.places if reading else {}),
        is_from_client=is_from_client(book=book, receipt_id=receipt_id),
        attached=attached,
        proposals=proposals_for(reading=reading) if reading and is_open else (),
        following=unattached_receipts(book=book).exclude(pk=receipt_id).first(),
    )


def _said(reading: ReceiptReading) -> list[Said]:
    return [
        Said(name, words, getattr(reading, name), reading.places[name]["line"])
        for name, words in _WORDS.items()
        if name in reading.places
    ]


def _pages(receipt: Receipt, places: Mapping[str, Any]) -> list[ShownPage]:
    """Return the first page, and others on which something is marked; none of what browsers do not show."""
    if receipt.media_type != MediaType.PDF and not receipt.is_picture:
        return []
    marks: dict[int, list[Mark]] = {1: []}
    for name in _MARKED:
        if place := places.get(name):
            left, top, right, bottom = place["box"]
            mark = Mark(name, _WORDS[name], left, top, right - left, bottom - top)
            marks.setdefault(place["page"], []).append(mark)
    return [ShownPage(number, tuple(marks[number])) for number in sorted(marks)]
