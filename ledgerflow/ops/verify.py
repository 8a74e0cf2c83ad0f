"""Every invariant of a book, recomputed from the rows by the apps that state them."""

from dataclasses import dataclass

from ledgerflow.books.models import Book
from ledgerflow.documents import verify as documents
from ledgerflow.ledger.selectors import verify as ledger
from ledgerflow.posting import verify as posting
from ledgerflow.statements import verify as statements


@dataclass(frozen=True, slots=True)
class Problem:
    """An invariant that does not hold: which, and what was found."""

    check: str
    text: str


def problems(*, book: Book) -> list[Problem]:
    """Return what does not hold in the book; nothing when its journal, statements and documents are sound."""
    found = [
        *ledger.problems(book=book),
        *documents.problems(book=book),
        *statements.problems(book=book),
        *posting.problems(book=book),
    ]
    return [Problem(problem.check, problem.sentence) for problem in found]
