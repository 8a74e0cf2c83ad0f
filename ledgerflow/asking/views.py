"""The page behind the link that a client gets: one line, one question, one answer, and no account."""

from ipaddress import IPv6Network
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import View

from ledgerflow.asking import services
from ledgerflow.asking.forms import ClientAnswerForm
from ledgerflow.asking.limits import is_address_too_busy, is_link_too_busy
from ledgerflow.asking.models import LineQuestion
from ledgerflow.asking.selectors import digest_of, find_by_link
from ledgerflow.books.scope import book_scope
from ledgerflow.core.errors import LedgerFlowError


@method_decorator(never_cache, name="dispatch")
class LinkView(View):
    """Shows the line that is asked about, and nothing else of its book; takes an answer once.

    Opening it uses nothing up. Whether a link was never given out, was used or withdrawn or has expired, the answer is
    the same.
    """

    http_method_names = ["get", "head", "post"]
    question: LineQuestion

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Count, look the question up, and answer inside the transaction of its book."""
        response = self._answer(request, *args, **kwargs)
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        token, now = kwargs["token"], timezone.now()
        found = find_by_link(token=token, now=now)
        if found is None:
            # Only those who try count here: whoever they share an address with has a link that counts by itself.
            is_busy = is_address_too_busy(address=_address_of(request), now=now)
            return _too_busy(request) if is_busy else _refused(request)
        if is_link_too_busy(token_sha256=digest_of(token), now=now):
            return _too_busy(request)
        self.question = found
        with book_scope(found.book, None):
            return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, **_: str) -> HttpResponse:
        """Show the line and the question."""
        return self._page(ClientAnswerForm())

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Keep the answer, or say why not."""
        form = ClientAnswerForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(form)
        file = form.cleaned_data["receipt"]
        try:
            services.answer_by_link(
                token=token,
                text=form.cleaned_data["answer"],
                receipt=(file.name or "receipt", file.read()) if file else None,
                now=timezone.now(),
            )
        except services.LinkRefusedError:
            return _refused(request)
        except LedgerFlowError as error:
            form.add_error(None, str(error))
            return self._page(form)
        return render(request, "asking/thanks.html")

    def _page(self, form: ClientAnswerForm) -> HttpResponse:
        context = {"question": self.question, "line": self.question.line, "form": form}
        return render(self.request, "asking/link.html", context)


def _address_of(request: HttpRequest) -> str:
    """Return the network address that asks; with HTTPS the proxy's word for it, which it puts last.

    Of IPv6 that is the network of 64 bits, as one household has all of its addresses (RFC 6177).
    """
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() if settings.HTTPS else ""
    address = told or str(request.META.get("REMOTE_ADDR", ""))
    try:
        return str(IPv6Network((address, 64), strict=False))
    except ValueError:
        return address


def _refused(request: HttpRequest) -> HttpResponse:
    reason = str(services.LinkRefusedError())
    return render(request, "asking/refused.html", {"reason": reason}, status=410)


def _too_busy(request: HttpRequest) -> HttpResponse:
    reason = "Too much was asked for from here within the last hour. Wait a while, then open the link again."
    response = render(request, "asking/refused.html", {"reason": reason}, status=429)
    response.headers["Retry-After"] = "3600"
    return response
