"""Every invariant of a book, recomputed from the rows by the apps that state them."""

from ledgerflow.books.models import Book
from ledgerflow.core.problems import Problem
from ledgerflow.documents import verify as documents
from ledgerflow.ledger.selectors import verify as ledger
from ledgerflow.posting import verify as posting
from ledgerflow.reconciliation import verify as reconciliation
from ledgerflow.statements import verify as statements


def problems(*, book: Book) -> list[Problem]:
    """Return what does not hold in the book; nothing when its journal, statements and documents are sound."""
    return [
        *ledger.problems(book=book),
        *documents.problems(book=book),
        *statements.problems(book=book),
        *posting.problems(book=book),
        *reconciliation.problems(book=book),
    ]
