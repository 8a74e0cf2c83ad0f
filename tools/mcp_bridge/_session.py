"""One conversation with a server: JSON-RPC over streamable HTTP, with answers as JSON or as a stream of events."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from tools.contract import Context, HttpClient, Response, TemporaryToolError, ToolError
from tools.mcp_bridge._server import Server
from tools.mcp_bridge._texts import line

#: The revision that is asked for, and those that may be answered with; each of them begins with a handshake.
NEWEST = "2025-11-25"
SPOKEN = frozenset({NEWEST, "2025-06-18", "2025-03-26"})
_LONGEST_SESSION_ID = 1_000
_LONGEST_VERSION = 100


class RemoteError(ToolError):
    """The server answered with an error of the protocol."""


@dataclass(slots=True)
class Session:
    """An open conversation."""

    http: HttpClient
    server: Server
    protocol: str = NEWEST
    version: str = ""
    session_id: str = ""
    _asked: int = field(default=0)

    def ask(self, method: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Send a request and return its result.

        :raises RemoteError: the server answered with an error.
        :raises ToolError: the answer is none of the protocol.
        :raises TemporaryToolError: the server does not answer now.
        """
        self._asked += 1
        number = self._asked
        response = self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": parameters})
        for message in _messages(response, self.server):
            if message.get("id") == number and ("result" in message or "error" in message):
                return _result(message, self.server, method)
        raise ToolError(f"The MCP server {self.server.name!r} did not answer {method}.")

    def tell(self, method: str) -> None:
        """Send a notification, which has no answer."""
        self._send({"jsonrpc": "2.0", "method": method})

    def _send(self, message: Mapping[str, Any]) -> Response:
        headers = {**self.server.headers, "Accept": "application/json, text/event-stream"}
        if self._asked > 1 or "id" not in message:
            headers["MCP-Protocol-Version"] = self.protocol
        if self.session_id:
            headers["Mcp-Session-Id"] = self.session_id
        response = self.http.request("POST", self.server.url, headers=headers, json=message)
        _refuse_other_place(response, self.server)
        _refuse_status(response, self.server)
        if session_id := response.headers.get("mcp-session-id"):
            self.session_id = _session_id(session_id, self.server)
        return response


def open_session(context: Context, server: Server) -> Session:
    """Shake hands with the server.

    :raises ToolError: it does not speak the protocol, or a revision of it that is not spoken here.
    :raises TemporaryToolError: it does not answer now.
    """
    if context.http is None:
        raise ToolError("Calling an MCP server needs the network, which this call does not have.")
    session = Session(context.http, server)
    greeting = session.ask(
        "initialize",
        {
            "protocolVersion": NEWEST,
            "capabilities": {},
            "clientInfo": {"name": "LedgerFlow", "version": "1.0.0"},
        },
    )
    protocol = greeting.get("protocolVersion")
    if protocol not in SPOKEN:
        raise ToolError(
            f"The MCP server {server.name!r} speaks the revision {line(protocol)} of the protocol; "
            f"spoken here are {', '.join(sorted(SPOKEN))}."
        )
    session.protocol = str(protocol)
    itself = greeting.get("serverInfo")
    session.version = line(itself.get("version"))[:_LONGEST_VERSION] if isinstance(itself, Mapping) else ""
    session.tell("notifications/initialized")
    return session


def _result(message: Mapping[str, Any], server: Server, method: str) -> Mapping[str, Any]:
    if "error" in message:
        error = message["error"] if isinstance(message["error"], Mapping) else {}
        raise RemoteError(
            f"The MCP server {server.name!r} refused {method}: {line(error.get('message')) or 'no reason given'}."
        )
    result = message["result"]
    if not isinstance(result, Mapping):
        raise ToolError(f"The MCP server {server.name!r} answered {method} with something that is no result.")
    return result


def _messages(response: Response, server: Server) -> Iterator[Mapping[str, Any]]:
    """The messages in the answer; those that are not for us, such as progress, are among them."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "text/event-stream":
        texts = list(_events(response.text()))
    elif kind == "application/json":
        texts = [response.text()]
    else:
        raise ToolError(
            f"{server.url} answers with {line(kind) or 'nothing'} instead of MCP's messages. Check the address: it "
            "must be the one of streamable HTTP, which often ends in /mcp."
        )
    for each in texts:
        try:
            message = json.loads(each, parse_float=Decimal)
        except (ValueError, RecursionError):
            raise ToolError(f"The MCP server {server.name!r} sent a message that is no JSON.") from None
        yield from (
            one for one in (message if isinstance(message, list) else [message]) if isinstance(one, Mapping)
        )


def _events(text: str) -> Iterator[str]:
    """The data of each event of a stream; a line that is no data is a name, a comment or a pause."""
    data: list[str] = []
    for each in [*text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), ""]:
        if each.startswith("data:"):
            data.append(each[5:].removeprefix(" "))
        elif not each and data:
            joined = "\n".join(data)
            data = []
            if joined:
                yield joined


def _refuse_other_place(response: Response, server: Server) -> None:
    there, here = urlsplit(response.url), urlsplit(server.url)
    if (there.scheme, there.netloc) != (here.scheme, here.netloc):
        raise ToolError(
            f"{server.url} leads to {there.scheme}://{there.netloc}, which is not the MCP server that was agreed to. "
            "Give the final address."
        )


def _refuse_status(response: Response, server: Server) -> None:
    status = response.status
    if status in {200, 202}:
        return
    if status in {401, 403}:
        raise ToolError(
            f"The MCP server {server.name!r} does not let us in ({status}). Check the secret in its headers."
        )
    if status in {404, 405}:
        raise ToolError(f"There is no MCP server at {server.url} ({status}). Check the address.")
    if status == 429 or status >= 500:
        raise TemporaryToolError(f"The MCP server {server.name!r} cannot answer now ({status}).")
    raise ToolError(
        f"The MCP server {server.name!r} did not take the message ({status}): {line(response.text())}"
    )


def _session_id(text: str, server: Server) -> str:
    if len(text) > _LONGEST_SESSION_ID or not all("!" <= char <= "~" for char in text):
        raise ToolError(f"The MCP server {server.name!r} names the session with what is no name.")
    return text
