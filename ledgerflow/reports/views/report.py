"""What every report page does: ask, show the page, or give the report as a file (``?format=``)."""

from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.core.garbage import collector_paused
from ledgerflow.reports.exporters import FORMS, respond
from ledgerflow.reports.table import Frame, Table


class ReportView(BookMixin, generic.TemplateView):
    """A report. ``ask`` reads the request, ``table`` gives the report for a file."""

    action = Action.VIEW
    frame: Frame

    def ask(self) -> None:
        """Read what is asked for, and set ``frame``."""
        raise NotImplementedError

    def table(self) -> Table:
        """Return the report with every row."""
        raise NotImplementedError

    def get(  # type: ignore[override]  # a file is no HttpResponse, but any answer is fine
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Show the page, or give the report in the asked form."""
        form = request.GET.get("format", "")
        if form not in FORMS:
            # A page of five years has twelve thousand figures, and none of them is garbage before it is sent.
            with collector_paused():
                self.ask()
                page = super().get(request, *args, **kwargs)
                return page.render() if isinstance(page, TemplateResponse) else page
        self.ask()
        try:
            return respond(self.table(), form)
        except LedgerFlowError as error:
            raise BadRequest(str(error)) from error

    def lines_address(self) -> str:
        """Return the address of the page of lines behind a figure."""
        return reverse("reports:lines", kwargs={"book": self.book.slug})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the frame, the files that the report comes as, and the address without the page's key."""
        filters = self.request.GET.copy()
        for name in ("before", "after", "format"):
            filters.pop(name, None)
        return super().get_context_data(frame=self.frame, forms=FORMS, filters=filters.urlencode(), **kwargs)
