"""Ctrl-K: places by a part of their names, of the reader's own books alone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledgerflow.books.models import Role
from ledgerflow.payees.services import name_payee
from ledgerflow.web.go_selectors import MOST, places
from tests.booked import BookedFile
from tests.factories import AccountFactory, BookFactory, MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def file():
    return BookedFile(1, is_posted=False)


def _found(file, words, book=True):
    found = places(user=file.owner, book=file.book if book else None, words=words)
    return [(place.kind, place.name) for place in found]


def test_pages_accounts_payees_and_books_are_found_by_a_part_of_the_name(file):
    AccountFactory(book=file.book, code="6999", name="Café supplies")
    name_payee(book=file.book, name="Corner Café")
    other = MembershipFactory(user=file.owner, book__name="Cafeteria").book
    BookFactory(name="Café of strangers")

    assert ("Page", "Review") in _found(file, "review")
    assert _found(file, "CAFE") == [
        ("Account", "6999 Café supplies"),
        ("Payee", "Corner Café"),
        ("Book", other.name),
        ("", "Search the review queue for “CAFE”"),
        ("", "Search all lines for “CAFE”"),
    ]
    assert ("Account", "6999 Café supplies") in _found(file, "699")
    assert _found(file, "cafe", book=False) == [("Book", "Cafeteria")]
    assert {kind for kind, _ in _found(file, "")} == {"Page", "Look", "Book"}


def test_it_takes_as_many_queries_for_many_as_for_one(file):
    counts = []
    for _ in range(2):
        AccountFactory.create_batch(MOST + 1, book=file.book, name="Shop")
        with CaptureQueriesContext(connection) as queries:
            found = _found(file, "shop")
        counts.append((len(queries), len([kind for kind, _ in found if kind == "Account"])))

    assert counts == [(4, MOST), (4, MOST)]


def test_the_script_gets_the_part_and_everybody_else_a_page(file):
    viewer = file.client(Role.VIEWER)

    page = viewer.get(file.address("go/?q=trial"))
    part = viewer.get(file.address("go/?q=trial\0"), headers={"HX-Request": "true"})

    assert "<html" in page.content.decode()
    assert 'role="option"' not in page.content.decode()
    assert "<html" not in part.content.decode()
    assert f'href="{file.address("reports/trial-balance/")}"' in part.content.decode()
