"""The one door to a book for requests and jobs."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from ledgerflow.books.models import Book
from ledgerflow.users.models import User


@contextmanager
def book_scope(book: Book, user: User | None) -> Iterator[None]:
    """Open the transaction of a request or job and name its book and user to PostgreSQL.

    The names (``ledgerflow.book``, ``ledgerflow.user``) last until the transaction ends; row level security can
    stand on them without a change to any query.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('ledgerflow.book', %s, true), set_config('ledgerflow.user', %s, true)",
                [str(book.pk), str(user.pk) if user else ""],
            )
        yield
