"""Around every request: its id, what it is about, how long it took, and a clean answer while the database is away."""

import re
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from ledgerflow.core import database_errors
from ledgerflow.core.doing import begun
from ledgerflow.ops import metrics
from ledgerflow.ops.unavailable import PATIENCE, unavailable

_Answer = Callable[[HttpRequest], HttpResponseBase]

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
#: What machines ask says itself how the database is.
_ASKED_BY_MACHINES = {"/healthz", "/readyz", "/metrics"}


def request_context(answer: _Answer) -> _Answer:
    """Give the request an id, the proxy's if it sent one, and name it to whatever logs meanwhile."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        started = time.perf_counter()
        with begun(request=request, request_id=request_id), database_errors.logged():
            response = answer(request)
        response.headers["X-Request-ID"] = request_id
        metrics.count_request(request, response.status_code, time.perf_counter() - started)
        return response

    return middleware


def database_patience(answer: _Answer) -> _Answer:
    """Answer 503 at once where others have waited for the database in vain."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path not in _ASKED_BY_MACHINES and not PATIENCE.may_go_on():
            return unavailable(request)
        return answer(request)

    return middleware


class DatabaseAway:
    """Turns an error of a view that means the database is away into 503; innermost, so that it sees them first."""

    def __init__(self, answer: _Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer as the view does."""
        return self._answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Answer for the view; what was begun is rolled back already."""
        if not database_errors.is_away(error):
            return None
        PATIENCE.lost()
        return unavailable(request, error)
