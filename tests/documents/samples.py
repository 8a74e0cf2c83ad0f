# ruff: noqa: ARG002 - each maker takes the page, though few need it
"""What addresses of documents name; a part of the sample of a book."""

from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.documents.models import ReceiptReading
from ledgerflow.documents.services import keep_receipt, store_document
from ledgerflow.users.models import User
from tools.receipt_reader.tests.drawing import as_pdf


class DocumentSamples:
    """Makes a bank's file, and a receipt with what was read of it."""

    book: Book
    owner: User

    def _make_document(self, page: str) -> int:
        content = b"date,text,amount\n2026-11-02,Coffee,-3.50\n"
        given = {"name": "november.csv", "content": content, "uploaded_by": self.owner, "now": timezone.now()}
        return store_document(book=self.book, **given).document.pk

    def _make_receipt(self, page: str) -> int:
        """A receipt that was read, of what the sample's line cost."""
        receipt = keep_receipt(
            book=self.book, name="coffee.pdf", content=_receipt(), user=self.owner, now=timezone.now()
        )
        place = {"page": 1, "box": [70, 300, 900, 500], "line": "Total $3.00"}
        ReceiptReading.objects.update_or_create(
            receipt=receipt,
            defaults={
                "book": self.book, "state": "read", "asked_at": timezone.now(), "read_at": timezone.now(),
                "read_by": "OCR", "seller": "Coffee", "total": 3, "currency": "USD", "date": timezone.localdate(),
                "places": {"total": place, "date": place}, "unsure": ["Several taxes are stated."],
            },
        )  # fmt: skip
        return receipt.pk

    def _make_page_number(self, page: str) -> int:
        return 1


def _receipt() -> bytes:
    return as_pdf((("Coffee", ""), ("Total", "$3.00")))
