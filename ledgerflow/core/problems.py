"""What a verification finds, and the cursor it looks with."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the books that cannot be so: ``check`` names the check, ``sentence`` what it found."""

    check: str
    sentence: str


@contextmanager
def whole_book_cursor() -> Iterator[CursorWrapper]:
    """Give a cursor for queries that look at all rows of a book.

    They join sets, never row by row: after a large import the planner's statistics are older than the rows, it takes
    the book for empty, and a nested loop chosen for an empty book would run for hours. What a transaction around this
    one has put off to its end is done first.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SET LOCAL enable_nestloop = off")
        yield cursor
        cursor.execute("SET LOCAL enable_nestloop = on")
