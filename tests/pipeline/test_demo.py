"""What the demo books show: opened from their statements, with transfers posted and one left to answer."""

import pytest
from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.ops.verify import problems
from ledgerflow.pipeline.demo import make_books
from ledgerflow.posting.models import Transfer
from ledgerflow.posting.opening_selectors import OpeningState, openings
from ledgerflow.posting.transfer_selectors import sure_transfers
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def books() -> list[Book]:
    return make_books(user=UserFactory(), now=timezone.now())


def test_the_demo_books_are_sound_and_opened_from_their_statements(books: list[Book]):
    for book in books:
        assert problems(book=book) == []
        assert {opening.state for opening in openings(book=book)} == {OpeningState.POSTED}


def test_card_payments_are_transfers_and_the_newest_is_left_to_answer(books: list[Book]):
    design = books[0]

    posted = Transfer.objects.filter(book=design).values_list("out_entry", "in_entry")

    assert len(posted) == 4
    assert all(sent == received for sent, received in posted)
    assert len(sure_transfers(book=design)) == 1
