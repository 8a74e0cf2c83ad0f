"""A page of a PDF as the answer to a request, whoever asks for it."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_cache_control

from ledgerflow.documents.models import Document
from ledgerflow.documents.page_images import LONGEST_SIDE, PageError, drawn_page
from ledgerflow.documents.selectors import DocumentDamagedError

_KEPT_SECONDS = 3600


def page_answer(*, request: HttpRequest, document: Document, page: int) -> HttpResponse:
    """Send the picture. The bytes of a document never change, so a browser that has it is told to keep it.

    :raises Http404: the page cannot be shown.
    """
    version = f'"{document.sha256}-{page}-{LONGEST_SIDE}"'
    if request.headers.get("If-None-Match") == version:
        return HttpResponseNotModified()
    try:
        picture = drawn_page(document=document, page=page).picture
    except (PageError, DocumentDamagedError) as error:
        raise Http404(str(error)) from None
    response = HttpResponse(picture, content_type="image/png")
    response["ETag"] = version
    response["X-Content-Type-Options"] = "nosniff"
    patch_cache_control(response, private=True, max_age=_KEPT_SECONDS)
    return response
