"""The answer while the database is away: a page or JSON, 503, with when to try again. It asks the database nothing."""

import logging
import threading

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from ledgerflow.core.database_errors import is_away, lacks_room

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 5
#: Where errors are told as RFC 9457 says.
_REST = "/api/v1/"
_AWAY = (
    "The database does not answer just now. What you sent was either kept whole or not at all: look before you send "
    "it again."
)
_NO_ROOM = (
    "The database's disk is full or failing, so nothing can be kept just now. Whoever runs LedgerFlow has to make "
    "room."
)


def unavailable(request: HttpRequest, error: BaseException | None = None) -> HttpResponse:
    """Answer that nothing can be done just now, in the form that was asked for."""
    sentence = _NO_ROOM if lacks_room(error) else _AWAY
    response: HttpResponse
    if request.path.startswith(_REST):
        told = {"type": "about:blank", "title": "Service Unavailable", "status": 503, "detail": sentence}
        response = JsonResponse(told, status=503, content_type="application/problem+json")
    elif request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        response = JsonResponse({"error": sentence, "retry_after": RETRY_AFTER_SECONDS}, status=503)
    else:
        page = render_to_string("503.html", {"sentence": sentence, "seconds": RETRY_AFTER_SECONDS})
        response = HttpResponse(page, status=503)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response["Cache-Control"] = "no-store"
    # It is told below in one line; Django would add a traceback for each request.
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 - Django's own mark
    logger.warning("%s %s is answered 503: %s", request.method, request.path, type(error).__name__)
    return response


class Patience:
    """Lets every request wait while the database restarts, and only one at a time once it has waited in vain.

    Otherwise each thread of the server would wait its ten seconds for each request, and nobody would be left to say so.
    """

    def __init__(self) -> None:
        self._is_away = False
        self._trying = threading.Lock()

    def lost(self) -> None:
        """Say that a request waited in vain."""
        self._is_away = True

    def may_go_on(self) -> bool:
        """Whether the request may use the database; one finds out whether it is back, the others do not wait."""
        if not self._is_away:
            return True
        if not self._trying.acquire(blocking=False):
            return False
        try:
            connection.ensure_connection()
        except DatabaseError as error:
            if not is_away(error):
                raise
            return False
        else:
            self._is_away = False
            return True
        finally:
            self._trying.release()


PATIENCE = Patience()
