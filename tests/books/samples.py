# ruff: noqa: ARG002 - each maker takes the page, though few need it
"""Objects of a book itself that an address can name."""

from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.books.services.saved_views import save_view
from ledgerflow.review.lists import QUEUE
from ledgerflow.users.models import User


class BookSamples:
    """Makes them in the book."""

    book: Book
    owner: User

    def _make_view(self, page: str) -> int:
        view = save_view(
            book=self.book,
            of=QUEUE,
            name="Coffee, and other things that people drink, of which there are many in this book",
            said={"q": "coffee"},
            is_shared=True,
            user=self.owner,
            now=timezone.now(),
        )
        return view.pk
