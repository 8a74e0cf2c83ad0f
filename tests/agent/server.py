"""A real HTTP server on loopback that speaks chat completions, as well or as badly as a test says."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

#: Makes a reply of the request's JSON.
Script = Callable[[dict[str, Any]], "Behavior"]


@dataclass
class Behavior:
    """What the server does with one request: ``body`` as JSON or bytes, after ``wait`` and every ``drip`` seconds."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0
    drip: float = 0
    hangs_up: bool = False


def completion(
    *, content: str | None = None, calls: Sequence[tuple[str, str]] = (), finish: str = "", usage: bool = True
) -> dict[str, Any]:
    """Return a chat completion with text or calls of functions by name and arguments."""
    message: dict[str, Any] = {"role": "assistant", "content": content}
    if calls:
        message["tool_calls"] = [
            {"id": f"c{at}", "type": "function", "function": {"name": name, "arguments": arguments}}
            for at, (name, arguments) in enumerate(calls)
        ]
    made: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "scripted",
        "choices": [
            {"index": 0, "message": message, "finish_reason": finish or ("tool_calls" if calls else "stop")}
        ],
    }
    if usage:
        made["usage"] = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    return made


def answers(account: str | None, **more: Any) -> Behavior:
    """Return an answer through the function ``answer``."""
    facts = {
        "payee": "Some firm",
        "account": account,
        "tax_line": None,
        "reason": "It sells that.",
        "evidence": [],
    }
    return Behavior(completion(calls=[("answer", json.dumps(facts | more))]))


def calls(*wanted: tuple[str, str]) -> Behavior:
    """Return a wish to call functions, by name and arguments as text."""
    return Behavior(completion(calls=wanted))


class ModelServer:
    """The running server: what it was asked, and what it does next. The last behavior is repeated."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.script: list[Behavior | Script] = [answers(None)]
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"model": self}))
        self._http.daemon_threads = True
        self.port: int = self._http.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def says(self, *script: Behavior | Script) -> None:
        """Do this from now on."""
        self.script = list(script)

    def next(self, asked: dict[str, Any]) -> Behavior:
        current = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return current if isinstance(current, Behavior) else current(asked)

    @contextmanager
    def running(self) -> Iterator["ModelServer"]:
        thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        thread.start()
        try:
            yield self
        finally:
            self._http.shutdown()
            self._http.server_close()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    model: ModelServer

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self.model.paths.append(self.path)
        self.send_error(404)

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.model.requests.append(asked)
        self.model.headers.append({name.lower(): value for name, value in self.headers.items()})
        self.model.paths.append(self.path)
        self._do(self.model.next(asked))

    def _do(self, behavior: Behavior) -> None:
        time.sleep(behavior.wait)
        if behavior.hangs_up:
            self.close_connection = True
            return
        body = behavior.body if isinstance(behavior.body, bytes) else json.dumps(behavior.body).encode()
        try:
            self.send_response(behavior.status)
            headers = {"Content-Type": "application/json"} | behavior.headers
            for name, value in (headers | {"Content-Length": str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            self._write(body, behavior.drip)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _write(self, body: bytes, drip: float) -> None:
        if not drip:
            self.wfile.write(body)
            return
        for at in range(len(body)):
            self.wfile.write(body[at : at + 1])
            self.wfile.flush()
            time.sleep(drip)
