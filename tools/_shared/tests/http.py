"""A server on this machine with answers made for the test, and the smallest client that a tool's context can hold."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

import httpx

from tools.contract import HttpUnreachableError, Response


class PlainHttp:
    """An ``HttpClient`` without guards; the toolbox's own has them. It remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []

    def request(
        self,
        method: Literal["GET", "POST"],
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        json: object = None,
    ) -> Response:
        with httpx.Client(follow_redirects=True, max_redirects=5, trust_env=False, timeout=20) as client:
            asked = client.build_request(method, url, params=params, headers=headers, json=json)
            self.asked.append(asked)
            try:
                found = client.send(asked)
            except httpx.HTTPError as error:
                raise HttpUnreachableError(f"{asked.url.host} does not answer ({error}).") from error
        return Response(found.status_code, str(found.url), dict(found.headers), found.content)


@dataclass(frozen=True, slots=True)
class Request:
    """What the server was asked."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


#: Status, headers and body.
Answer = tuple[int, Mapping[str, str], bytes]


@contextmanager
def served(answer: Callable[[Request], Answer]) -> Iterator[str]:
    """Yield the address of a server that answers every request with what ``answer`` says."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("content-length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = dict(parse_qsl(parts.query))
            asked = Request(self.command, parts.path, query, headers, self.rfile.read(length))
            status, said, body = answer(asked)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **said}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the name is the standard library's

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
