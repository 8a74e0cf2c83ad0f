"""A book for other programs, as downloads."""

import tempfile
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.exchange.plain_text import PLAIN_TEXTS, write_plain_text

#: A larger export waits on disk until it is sent.
_IN_MEMORY = 8 * 1024 * 1024


class HomeView(BookMixin, generic.TemplateView):
    """What the book can be exported as, each with a sentence."""

    action = Action.VIEW
    template_name = "exchange/home.html"


class PlainTextView(BookMixin):
    """The whole book as a file of text, in one of the forms."""

    action = Action.VIEW
    is_snapshot = True
    form = ""

    def get(self, _request: HttpRequest, **_kwargs: Any) -> HttpResponseBase:
        """Write it, then send it."""
        file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the response closes it
        write_plain_text(book=self.book, form=self.form, out=file)
        file.seek(0)
        chosen = PLAIN_TEXTS[self.form]
        return FileResponse(
            file,
            as_attachment=True,
            filename=f"{self.book.slug}.{chosen.ending}",
            content_type=f"{chosen.media_type}; charset=utf-8",
        )
