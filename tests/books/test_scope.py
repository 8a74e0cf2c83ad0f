"""The door to a book names the book and the user to PostgreSQL for one transaction."""

import pytest
from django.db import connection

from ledgerflow.books.scope import book_scope
from tests.factories import BookFactory, UserFactory


def _named(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [name])
        return cursor.fetchone()[0] or ""


@pytest.mark.django_db
def test_it_names_book_and_user_inside():
    book, user = BookFactory(), UserFactory()

    with book_scope(book, user):
        inside = _named("ledgerflow.book"), _named("ledgerflow.user")

    assert inside == (str(book.pk), str(user.pk))


def test_nothing_is_named_after_the_transaction(committed_db):
    with book_scope(BookFactory(), None):
        pass

    assert _named("ledgerflow.book") == ""
