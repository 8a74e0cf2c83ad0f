"""One HTTP request of an MCP client, answered by the official library within a request of Django.

The library speaks ASGI and the web server WSGI. Each request gets a server and a session manager of its own, without
a session, in an event loop that lives as long as the request; questions to the books run in the request's own thread,
on its database connection.
"""

import asyncio
from typing import Any

from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponse
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from ledgerflow.api.access import Caller
from ledgerflow.api.mcp.server import server_for


def answer(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Return what the library answers to the message in the request's body."""
    return async_to_sync(_answer)(_scope(request), request.body, caller)


async def _answer(scope: dict[str, Any], body: bytes, caller: Caller) -> HttpResponse:
    # Host and origin were checked already, by the rules of the whole installation.
    manager = StreamableHTTPSessionManager(server_for(lambda: caller), json_response=True, stateless=True)
    exchange = _Exchange(body)
    async with manager.run():
        await manager.handle_request(scope, exchange.receive, exchange.send)
    return exchange.response()


class _Exchange:
    """The body on its way in, and the answer on its way out."""

    def __init__(self, body: bytes) -> None:
        self._body, self._is_read = body, False
        self._status, self._headers, self._chunks = 500, list[tuple[bytes, bytes]](), list[bytes]()

    async def receive(self) -> dict[str, Any]:
        """Give the body once; afterwards nothing comes, because a client that leaves is not noticed."""
        if self._is_read:
            await asyncio.Event().wait()
        self._is_read = True
        return {"type": "http.request", "body": self._body, "more_body": False}

    async def send(self, message: Any) -> None:
        """Keep what is answered."""
        if message["type"] == "http.response.start":
            self._status, self._headers = message["status"], list(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            self._chunks.append(message.get("body", b""))

    def response(self) -> HttpResponse:
        """Return it as Django's."""
        made = HttpResponse(b"".join(self._chunks), status=self._status)
        del made["Content-Type"]
        for name, value in self._headers:
            if name.lower() != b"content-length":
                made[name.decode("latin-1")] = value.decode("latin-1")
        return made


def _scope(request: HttpRequest) -> dict[str, Any]:
    # Whose the request is was settled before; the secret goes no further.
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
        for name, value in request.headers.items()
        if name not in {"Authorization", "Cookie"}
    ]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.scheme,
        "path": request.path,
        "raw_path": request.path.encode(),
        "root_path": "",
        "query_string": request.META.get("QUERY_STRING", "").encode("latin-1", "replace"),
        "headers": headers,
        "client": None,
        "server": None,
        "state": {},
    }
