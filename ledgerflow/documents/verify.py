"""Recompute what must hold for a book's documents."""

from ledgerflow.books.models import Book
from ledgerflow.core.problems import Problem
from ledgerflow.documents.media import media_type_of
from ledgerflow.documents.models import Document, Receipt
from ledgerflow.documents.selectors import DocumentDamagedError, content


def problems(*, book: Book) -> list[Problem]:
    """Return every document of the book whose stored bytes are missing or are not what is recorded of them.

    That is their SHA-256, their size, and of a receipt what it is.
    """
    found = []
    types = dict(Receipt.objects.filter(book=book).values_list("document", "media_type"))
    for document in Document.objects.filter(book=book).order_by("pk").iterator():
        try:
            original = content(document)
        except DocumentDamagedError as error:
            found.append(Problem("stored files", str(error)))
            continue
        if len(original) != document.size:
            found.append(
                Problem(
                    "stored files",
                    f"{document.name} has {len(original)} bytes where {document.size} were recorded.",
                )
            )
        if document.pk in types and media_type_of(original) != types[document.pk]:
            found.append(
                Problem(
                    "stored files", f"The receipt {document.name} is not {types[document.pk]}, as recorded."
                )
            )
    return found
