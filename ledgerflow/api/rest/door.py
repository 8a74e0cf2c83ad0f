"""How a request of the REST API comes in: by its bearer token, and at most once by its key."""

import hashlib
import json
from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja.security import HttpBearer
from pydantic import BaseModel

from ledgerflow.api.access import Caller, caller_of
from ledgerflow.api.services import Answered, once
from ledgerflow.books.permissions import Action

KEY_HEADER = "Idempotency-Key"


class TokenAuth(HttpBearer):
    """A personal access token; no session and no cookie opens the API."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """Return whom the token stands for."""
        return caller_of(secret=token.strip(), now=timezone.now())


def caller(request: HttpRequest) -> Caller:
    """Return who asks."""
    return cast("Caller", request.auth)  # type: ignore[attr-defined]  # ninja keeps there what authenticate returned


def answered_once(
    request: HttpRequest,
    *,
    status: int,
    slug: str,
    action: Action,
    work: Callable[[], BaseModel],
    is_atomic: bool,
) -> HttpResponse:
    """Do the work and answer with its JSON; with an Idempotency-Key only the first time.

    The answer of the first time is told again to who may still do the ``action`` in the book.

    Raises:
        RepeatError: as :func:`ledgerflow.api.services.once`.
        UnknownError, NotAllowedError: as :meth:`ledgerflow.api.access.Caller.opened`.
    """
    key, who = request.headers.get(KEY_HEADER), caller(request)

    def answer() -> Answered:
        return Answered(status, work().model_dump(mode="json"))

    if key is None or who.token is None:
        return _json(answer())
    with who.opened(slug, action=action) as book:
        pass  # the work opens it for itself, where it needs to
    body = f"{request.method} {request.path}?{request.META.get('QUERY_STRING', '')}\n".encode() + request.body
    return _json(
        once(
            token=who.token,
            key=key,
            request_sha256=hashlib.sha256(body).hexdigest(),
            book=book,
            work=answer,
            now=timezone.now(),
            is_atomic=is_atomic,
        )
    )


def _json(answered: Answered) -> HttpResponse:
    response = HttpResponse(
        json.dumps(cast("Any", answered.body), ensure_ascii=False),
        status=answered.status,
        content_type="application/json; charset=utf-8",
    )
    if answered.is_repeated:
        response["Idempotent-Replayed"] = "true"
    return response
