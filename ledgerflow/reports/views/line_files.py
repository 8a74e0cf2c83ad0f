"""The review queue and the search of lines as files: what their pages show, all pages of it."""

from collections.abc import Iterator

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.classification.finding import LONGEST_SEARCH, search_for
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.reports.exporters import respond
from ledgerflow.reports.line_files import OF_LINES, OF_QUEUE, list_table
from ledgerflow.reports.table import Frame, Table
from ledgerflow.review.line_search import SearchedLine, search_lines
from ledgerflow.review.lists import LINES, QUEUE
from ledgerflow.review.selectors import QueueRow, queue
from ledgerflow.review.views.which import asked_which
from ledgerflow.review.which import Which

#: A list is for a spreadsheet; reports have more forms.
FORMS = ("csv", "xlsx")
#: So many lines are read at once.
_BLOCK = 1000


class _ListFileView(BookMixin):
    """A list as a file (``?format=``), narrowed as its page is."""

    action = Action.VIEW
    is_snapshot = True

    def get(self, request: HttpRequest, **_: str) -> HttpResponseBase:
        """Give the file, or say which word of the search is wrong."""
        form = request.GET.get("format", "csv")
        if form not in FORMS:
            raise BadRequest(f"A list comes as {' or '.join(FORMS)}.")
        try:
            return respond(self.table(), form)
        except LedgerFlowError as error:
            raise BadRequest(str(error)) from error

    def table(self) -> Table:
        """Return the list with every line.

        Raises:
            SearchError: what is searched for is no search.
        """
        raise NotImplementedError

    def frame(self) -> Frame:
        """Return what stands around the list; no hash, for it proves nothing of the journal, and no currency."""
        return Frame(book=self.book.name, slug=self.book.slug, currency="", stamp="")


class QueueFileView(_ListFileView):
    """The review queue, in the order of its lines' import, however the page groups them."""

    def table(self) -> Table:
        """Return the lines of the tab that match."""
        which = asked_which(self.request, book=self.book)
        return list_table(
            of=QUEUE,
            told=OF_QUEUE,
            shown=QUEUE.shown(self.user),
            lines=self._lines(which),
            frame=self.frame(),
            search=which.searched,
            currency_of=lambda row: row.currency,
        )

    def _lines(self, which: Which) -> Iterator[QueueRow]:
        after: int | None = 0
        while after is not None:
            page = queue(book=self.book, which=which, after=after, limit=_BLOCK)
            yield from page.rows
            after = page.following


class LinesFileView(_ListFileView):
    """The lines that a search finds among all of the book, the latest first."""

    def table(self) -> Table:
        """Return them."""
        asked = self.request.GET.get("q", "")[:LONGEST_SEARCH]
        return list_table(
            of=LINES,
            told=OF_LINES,
            shown=LINES.shown(self.user),
            lines=self._lines(asked),
            frame=self.frame(),
            search=asked,
            currency_of=lambda each: each.made.line.currency,
        )

    def _lines(self, asked: str) -> Iterator[SearchedLine]:
        search = search_for(book=self.book, text=asked, today=timezone.localdate())
        page = search_lines(book=self.book, search=search, limit=_BLOCK)
        yield from page.lines
        while page.following is not None:
            page = search_lines(book=self.book, search=search, before=page.following, limit=_BLOCK)
            yield from page.lines
