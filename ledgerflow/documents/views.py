"""A receipt as it came, and its pages as pictures."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views import View

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.documents.models import MediaType, Receipt
from ledgerflow.documents.page_answers import page_answer
from ledgerflow.documents.selectors import DocumentDamagedError, content


class ReceiptView(BookMixin, View):
    """The receipt's bytes: PDF and pictures are shown by the browser, anything else and ``?download`` is a download."""

    action = Action.VIEW

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Send them under the type that was found from them; the browser is told not to guess another."""
        found = Receipt.objects.filter(book=self.book).select_related("document")
        receipt = get_object_or_404(found, pk=kwargs["receipt"])
        try:
            original = content(receipt.document)
        except DocumentDamagedError as error:
            return HttpResponse(str(error), content_type="text/plain; charset=utf-8", status=500)
        is_shown = receipt.is_shown_in_place and "download" not in request.GET
        response = HttpResponse(
            original, content_type=receipt.media_type if is_shown else "application/octet-stream"
        )
        response["Content-Disposition"] = (
            content_disposition_header(as_attachment=not is_shown, filename=receipt.document.name)
            or "attachment"
        )
        response["X-Content-Type-Options"] = "nosniff"
        return response


class ReceiptPageView(BookMixin, View):
    """A page of a receipt that is a PDF, as a picture."""

    action = Action.VIEW

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Send the picture."""
        found = Receipt.objects.filter(book=self.book, media_type=MediaType.PDF).select_related("document")
        receipt = get_object_or_404(found, pk=kwargs["receipt"])
        return page_answer(request=request, document=receipt.document, page=kwargs["page_number"])
