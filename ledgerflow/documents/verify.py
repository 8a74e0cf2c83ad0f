"""Recompute what must hold for a book's documents."""

from ledgerflow.books.models import Book
from ledgerflow.core.problems import Problem
from ledgerflow.documents.models import Document
from ledgerflow.documents.selectors import DocumentDamagedError, content


def problems(*, book: Book) -> list[Problem]:
    """Return every document of the book whose stored bytes are missing or differ from their SHA-256 or size."""
    found = []
    for document in Document.objects.filter(book=book).order_by("pk").iterator():
        try:
            size = len(content(document))
        except DocumentDamagedError as error:
            found.append(Problem("stored files", str(error)))
            continue
        if size != document.size:
            found.append(
                Problem(
                    "stored files", f"{document.name} has {size} bytes where {document.size} were recorded."
                )
            )
    return found
