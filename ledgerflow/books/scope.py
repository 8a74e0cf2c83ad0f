"""The one door to a book for requests and jobs."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from ledgerflow.books.models import Book
from ledgerflow.core.doing import note
from ledgerflow.users.models import User


@contextmanager
def book_scope(book: Book, user: User | None, *, is_snapshot: bool = False) -> Iterator[None]:
    """Open the transaction of a request or job and name its book and user to PostgreSQL.

    The names (``ledgerflow.book``, ``ledgerflow.user``) last until the transaction ends; row level security can
    stand on them without a change to any query. With ``is_snapshot`` every query sees the rows of one moment,
    whatever others commit meanwhile; inside another transaction that one decides.
    """
    note(book_id=book.pk, book_slug=book.slug, user_id=user.pk if user else None)
    begins_here = not connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            if is_snapshot and begins_here:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute(
                "SELECT set_config('ledgerflow.book', %s, true), set_config('ledgerflow.user', %s, true)",
                [str(book.pk), str(user.pk) if user else ""],
            )
        yield
