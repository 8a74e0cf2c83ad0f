# ruff: noqa: ARG002 - each maker takes the page, though few need it
"""What addresses of documents name; a part of the sample of a book."""

from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.documents.services import keep_receipt, store_document
from ledgerflow.users.models import User


class DocumentSamples:
    """Makes a bank's file, and a receipt."""

    book: Book
    owner: User

    def _make_document(self, page: str) -> int:
        content = b"date,text,amount\n2026-11-02,Coffee,-3.50\n"
        given = {"name": "november.csv", "content": content, "uploaded_by": self.owner, "now": timezone.now()}
        return store_document(book=self.book, **given).document.pk

    def _make_receipt(self, page: str) -> int:
        receipt = keep_receipt(
            book=self.book, name="coffee.txt", content=b"Coffee 3.50", user=self.owner, now=timezone.now()
        )
        return receipt.pk

    def _make_page_number(self, page: str) -> int:
        return 1
