"""The settings of a book as a page."""

import pytest
from django.test import Client

from ledgerflow.books.models import Role
from tests.factories import BookFactory, MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("is_demo", "role", "says"),
    [(True, Role.OWNER, True), (True, Role.REVIEWER, False), (False, Role.OWNER, False)],
)
def test_it_tells_the_owner_of_a_demo_book_how_to_remove_it(is_demo, role, says):
    book = BookFactory(is_demo=is_demo)
    client = Client()
    client.force_login(MembershipFactory(book=book, role=role).user)

    page = client.get(f"/books/{book.slug}/settings/").content.decode()

    assert (f"ledgerflow purge --book {book.slug}" in page) == says
