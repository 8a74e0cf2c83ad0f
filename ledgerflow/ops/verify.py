"""Every invariant of a book, recomputed from the rows by the apps that state them."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from django.db import connection

from ledgerflow.books.models import Book
from ledgerflow.core.problems import Problem
from ledgerflow.documents import verify as documents
from ledgerflow.ledger.selectors import verify as ledger
from ledgerflow.posting import verify as posting
from ledgerflow.reconciliation import verify as reconciliation
from ledgerflow.statements import verify as statements

_BESIDE_THE_LEDGER = (documents.problems, statements.problems, posting.problems, reconciliation.problems)
_MOST_SESSIONS = 4


def problems(*, book: Book) -> list[Problem]:
    """Return what does not hold in the book; nothing when its journal, statements and documents are sound."""
    return [
        *ledger.problems(book=book),
        *(problem for look in _BESIDE_THE_LEDGER for problem in look(book=book)),
    ]


def problems_by_book() -> list[tuple[Book, Problem]]:
    """Return what does not hold in any book, looked for in as many sessions at once as the machine has processors.

    For a restored database that nobody writes to: of one that changes, the sessions would see different moments.
    """
    ways = max(1, min(os.cpu_count() or 1, _MOST_SESSIONS))
    parts = [
        (book, look)
        for book in Book.objects.order_by("slug")
        for look in (
            *ledger.parts(book=book, ways=ways),
            *(partial(each, book=book) for each in _BESIDE_THE_LEDGER),
        )
    ]
    with ThreadPoolExecutor(ways) as pool:
        found = pool.map(lambda part: _in_a_session(part[1]), parts)
        return [(book, problem) for (book, _), some in zip(parts, found, strict=True) for problem in some]


def _in_a_session(look: Callable[[], list[Problem]]) -> list[Problem]:
    try:
        return look()
    finally:
        # Each thread has its own, which nobody else would close.
        connection.close()
