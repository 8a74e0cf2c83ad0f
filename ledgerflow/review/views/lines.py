"""Every line of a book, whatever its state, by a search; and what the pages with a search field share."""

import re
from datetime import date
from typing import Any

from django.utils import timezone
from django.views import generic

from ledgerflow.books.models import Book
from ledgerflow.books.permissions import Action
from ledgerflow.books.selectors import shown_list
from ledgerflow.books.views import BookMixin
from ledgerflow.classification.errors import SearchError
from ledgerflow.classification.finding import LONGEST_SEARCH, SEARCH_WORDS, completions, search_for
from ledgerflow.review.line_search import LinePlace, SearchedPage, search_lines
from ledgerflow.review.lists import LINES

_PLACE = re.compile(r"(\d{4}-\d{2}-\d{2})_(\d{1,18})", re.ASCII)
PAGE_SIZE = 50


class Wrong:
    """A search that is none: the sentence why, and its text around the word that is wrong."""

    def __init__(self, error: SearchError) -> None:
        self.text, self.sentence = error.text, str(error)
        self.before, self.after = error.text[: error.start], error.text[error.end :]
        self.word = error.text[error.start : error.end]


def search_context(book: Book) -> dict[str, Any]:
    """Return what the search field shows, whatever is searched for; one query."""
    return {
        "search_words": SEARCH_WORDS,
        "longest_search": LONGEST_SEARCH,
        "completions": completions(book=book),
    }


class LinesView(BookMixin, generic.TemplateView):
    """The lines that a search finds among all of the book, the latest first."""

    action = Action.VIEW
    template_name = "review/lines.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the page of lines, or which word of the search is wrong."""
        asked, wrong = self.request.GET.get("q", "")[:LONGEST_SEARCH], None
        try:
            search = search_for(book=self.book, text=asked, today=timezone.localdate())
            page = search_lines(
                book=self.book,
                search=search,
                before=_place(self.request.GET.get("before", "")),
                limit=PAGE_SIZE,
            )
        except SearchError as error:
            page, wrong = SearchedPage((), None), Wrong(error)
        return super().get_context_data(
            page=page,
            list=shown_list(of=LINES, book=self.book, user=self.user, said=self.request.GET),
            wrong=wrong,
            search=asked,
            **search_context(self.book),
            **kwargs,
        )


def _place(text: str) -> LinePlace | None:
    match = _PLACE.fullmatch(text)
    try:
        return LinePlace(date.fromisoformat(match[1]), int(match[2])) if match else None
    except ValueError:
        return None
