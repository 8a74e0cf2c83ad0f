"""Errors as RFC 9457 says: ``application/problem+json`` with type, title, status and a sentence."""

import json
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from ledgerflow.api.access import ScopeError, UnknownError
from ledgerflow.api.services import RepeatError
from ledgerflow.books.permissions import NotAllowedError
from ledgerflow.core.database_errors import is_away
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.toolbox.calls import ToolArgumentsError, ToolCallError, ToolFailedError, ToolNotAllowedError

logger = logging.getLogger(__name__)

#: The status of an error of ours; what stands nowhere is a request that cannot be carried out.
_STATUS: Sequence[tuple[type[LedgerFlowError], HTTPStatus]] = (
    (UnknownError, HTTPStatus.NOT_FOUND),
    (ScopeError, HTTPStatus.FORBIDDEN),
    (NotAllowedError, HTTPStatus.FORBIDDEN),
    (RepeatError, HTTPStatus.CONFLICT),
    (ToolArgumentsError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (ToolNotAllowedError, HTTPStatus.FORBIDDEN),
    (ToolFailedError, HTTPStatus.BAD_GATEWAY),
    (LedgerFlowError, HTTPStatus.UNPROCESSABLE_ENTITY),
)


def problem(status: int, detail: str = "", **more: Any) -> HttpResponse:
    """Return the answer; without a detail it says no more than its status."""
    known = HTTPStatus(status)
    body: dict[str, Any] = {"type": "about:blank", "title": known.phrase, "status": known.value}
    if detail:
        body["detail"] = detail
    response = HttpResponse(
        json.dumps(body | more, ensure_ascii=False),
        status=known.value,
        content_type="application/problem+json",
    )
    if known is HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="LedgerFlow"'
    return response


def answer_errors(api: NinjaAPI) -> None:
    """Let the API answer every error as a problem."""
    api.add_exception_handler(LedgerFlowError, cast("Any", _ours))
    api.add_exception_handler(Http404, lambda _request, _error: problem(HTTPStatus.NOT_FOUND))
    api.add_exception_handler(HttpError, cast("Any", _http))
    api.add_exception_handler(ValidationError, cast("Any", _invalid))
    api.add_exception_handler(Exception, cast("Any", _unexpected))


def _ours(_: HttpRequest, error: LedgerFlowError) -> HttpResponse:
    status = next(status for kind, status in _STATUS if isinstance(error, kind))
    more = {"run": error.run_id} if isinstance(error, ToolCallError) and error.run_id else {}
    return problem(status, str(error), **more)


def _http(_: HttpRequest, error: HttpError) -> HttpResponse:
    # What is wrong with a token is not told.
    is_refused = error.status_code == HTTPStatus.UNAUTHORIZED
    return problem(error.status_code, "" if is_refused else error.message)


def _invalid(_: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [{"where": _where(each), "message": str(each.get("msg", ""))} for each in error.errors]
    sentence = "; ".join(f"{each['where']}: {each['message']}" for each in errors[:5])
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, sentence, errors=errors)


def _where(error: Mapping[str, Any]) -> str:
    """Return the place of the error without the names that the code has for it."""
    return ".".join(str(part) for part in error.get("loc", ()) if part not in {"asked", "values"})


def _unexpected(_: HttpRequest, error: Exception) -> HttpResponse:
    if is_away(error):
        raise error  # answered by the middleware that knows how long to wait
    logger.error("Unable to answer a request of the API", exc_info=error)
    return problem(
        HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong; the error log of LedgerFlow says what."
    )
