"""A file as it came: its text or pages with a record marked, and the untouched original."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.documents.models import Document
from ledgerflow.documents.page_answers import page_answer
from ledgerflow.documents.selectors import DocumentDamagedError, content
from ledgerflow.statements import standing
from ledgerflow.statements.forms import PlaceForm
from ledgerflow.statements.page_selectors import file_page
from ledgerflow.statements.places import is_apart
from ledgerflow.statements.selectors import statements_of
from ledgerflow.statements.source_selectors import source_at

#: Byte order marks of UTF-16, the only text that may hold NUL bytes.
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_HEAD = 8_192
#: Where a PDF begins; a few bytes of something else may stand before it.
_PDF = b"%PDF-"
_PDF_WITHIN = 1_024


class _DocumentMixin(BookMixin):
    action = Action.VIEW

    def document(self) -> Document:
        """Return the document, in this book only."""
        found = Document.objects.filter(book=self.book).select_related("uploaded_by")
        return get_object_or_404(found, pk=self.kwargs["document"])


class DocumentView(_DocumentMixin, generic.TemplateView):
    """The file as text with line numbers, or a page of it; ``?line=`` and other places are marked."""

    template_name = "statements/document.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the file's facts, its statements and the window."""
        document = self.document()
        return super().get_context_data(**kwargs) | {
            "document": document,
            "statements": [(each, standing.of_statement(each)) for each in statements_of(document=document)],
            **self._window(document),
        }

    def _window(self, document: Document) -> dict[str, Any]:
        form = PlaceForm(self.request.GET)
        place = form.place()
        line, first = place.get("line"), form.cleaned_data.get("first")
        try:
            found = content(document)
        except DocumentDamagedError as error:
            return {"damage": str(error)}
        if _PDF in found[:_PDF_WITHIN]:
            place.setdefault("page", 1)
        if is_apart(place) and not line:
            return {"source": source_at(document=document, place=place), "place": place}
        if b"\0" in found[:_HEAD] and not found.startswith(_UTF_16):
            return {"is_binary": True}
        page = file_page(document=document, original=found, line=line, first=first, last=place.get("last"))
        return {"line": line, "page": page}


class SourceView(_DocumentMixin, generic.TemplateView):
    """What stands at one place of the file, for the pane beside the lines."""

    template_name = "statements/_source.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what stands there."""
        document = self.document()
        place = PlaceForm(self.request.GET).place()
        return super().get_context_data(**kwargs) | {
            "document": document,
            "source": source_at(document=document, place=place),
        }


class PageView(_DocumentMixin):
    """A page of a PDF as a picture."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Send it."""
        return page_answer(request=request, document=self.document(), page=kwargs["page_number"])


class OriginalView(_DocumentMixin):
    """The file's bytes exactly as they were uploaded, always as a download."""

    def get(self, _request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Send them; the browser is told neither to open nor to guess."""
        document = self.document()
        try:
            found = content(document)
        except DocumentDamagedError as error:
            return HttpResponse(str(error), content_type="text/plain; charset=utf-8", status=500)
        response = HttpResponse(found, content_type="application/octet-stream")
        response["Content-Disposition"] = content_disposition_header(
            as_attachment=True, filename=document.name
        )
        response["X-Content-Type-Options"] = "nosniff"
        return response
