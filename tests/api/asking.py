"""A program with a token, for tests of what it is answered."""

import json
from datetime import timedelta
from typing import Any

from django.http import HttpResponseBase
from django.test import Client
from django.utils import timezone

from ledgerflow.api.models import Scope
from ledgerflow.api.services import make_token
from ledgerflow.books.models import Book
from ledgerflow.users.models import User

EVERY_SCOPE = tuple(Scope)


def secret_of(user: User, *scopes: Scope, book: Book | None = None) -> str:
    """Return the secret of a new token of the user."""
    _, secret = make_token(
        user=user,
        name="a test",
        scopes=scopes or EVERY_SCOPE,
        valid_for=timedelta(days=1),
        now=timezone.now(),
        book=book,
    )
    return secret


class Program:
    """Asks the REST API with a token, without a session."""

    def __init__(self, secret: str) -> None:
        self._client = Client(raise_request_exception=False)
        self._headers = {"Authorization": f"Bearer {secret}"}

    def get(self, path: str, **query: Any) -> HttpResponseBase:
        """Ask below /api/v1/."""
        return self._client.get(f"/api/v1/{path}", query, headers=self._headers)

    def post(self, path: str, sent: Any, **headers: str) -> HttpResponseBase:
        """Send JSON."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.post(
            f"/api/v1/{path}",
            json.dumps(sent),
            content_type="application/json",
            headers=self._headers | more,
        )
