"""Receipts with what was read of them, for tests of what becomes of it."""

from datetime import date
from decimal import Decimal
from typing import Any

from ledgerflow.books.models import Book
from ledgerflow.documents.models import Receipt, ReceiptReading
from ledgerflow.documents.services import keep_receipt
from tests.statements.shapes import NOW
from tools.receipt_reader.tests.drawing import as_pdf

#: As the café's receipt states them; its places are those of a line at the top and one below it.
COFFEE: dict[str, Any] = {
    "seller": "Blue Finch Coffee",
    "date": date(2026, 1, 12),
    "total": Decimal("12.29"),
    "tax": Decimal("1.04"),
    "currency": "USD",
}


def read_receipt(book: Book, name: str = "coffee.pdf", **said: Any) -> Receipt:
    """Keep a receipt, of other bytes for each name, that was read as stated."""
    said = COFFEE | said
    receipt = keep_receipt(
        book=book, name=name, content=as_pdf(((name, ""), (str(said["total"]), ""))), user=None, now=NOW
    )
    places = {
        field: {"page": 1, "box": [100, 100 * at, 500, 100 * at + 50], "line": f"{field} <line>"}
        for at, field in enumerate(COFFEE, start=1)
        if said[field]
    }
    facts = {"state": "read", "read_at": NOW, "read_by": "text layer", "places": places, **said}
    ReceiptReading.objects.update_or_create(
        receipt=receipt, defaults={"book": book, "asked_at": NOW, **facts}
    )
    return Receipt.objects.select_related("book", "reading__book").get(pk=receipt.pk)
