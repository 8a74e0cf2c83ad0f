"""The only way out to the network: every request is checked, redacted, limited in size and time, and written down.

A name is looked up once; every address behind it must be one of the public internet, and the connection goes to one of
those very addresses. Services of the installation that its settings name may be private. The same holds for each
redirect. The egress ledger has a row for each attempt, also for those that were kept from leaving.
"""

import json
import re
import time
from collections.abc import Mapping, Sequence

import httpcore
import httpx

from ledgerflow.toolbox import egress, wires
from ledgerflow.toolbox.addresses import (
    LONGEST_URL,
    AddressRefusedError,
    check_addresses,
    check_url,
    origin_of,
    read_url,
)
from ledgerflow.toolbox.exchanging import RequestRefusedError, exchange
from ledgerflow.toolbox.guard import Guard, guard_for, own_services
from ledgerflow.toolbox.hiding import without_secrets
from ledgerflow.toolbox.leaving import is_host_redacted, leaving, redacted_request, wished
from ledgerflow.toolbox.values import HttpRefusedError, HttpUnreachableError, Response

__all__ = [
    "Guard",
    "GuardedClient",
    "RequestRefusedError",
    "guard_for",
    "guarded_transport",
    "own_services",
    "refuse_wish",
]

MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_KEEPS_METHOD = frozenset({307, 308})
_FROM = "ledgerflow_redirected_from"
#: What a tool may not say about a request: its frame is ours.
_OWN_HEADERS = frozenset({
    "accept-encoding", "connection", "content-length", "expect", "host", "keep-alive", "proxy-authorization",
    "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
})  # fmt: skip
_SENT_ANYWHERE = frozenset({"accept", "accept-language", "user-agent"})
_HEADER_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]{1,100}", re.ASCII)


def guarded_transport(guard: Guard) -> httpx.BaseTransport:
    """Return a transport for :class:`httpx.Client` under the guards of this module. Redirects are the client's."""
    return GuardedTransport(guard)


class GuardedTransport(httpx.BaseTransport):
    """Sends one request at a time over a connection of its own. Answers arrive whole, and unpacked."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self.bytes_sent = self.bytes_received = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request, if the rules let it leave.

        :raises RequestRefusedError: they do not, or they stopped the answer.
        :raises httpx.TransportError: no answer came.
        """
        began = time.monotonic()
        seconds = min(self._guard.seconds, self._guard.until - began)
        clock = wires.Clock(seconds, self._guard.checkpoint)
        try:
            request = redacted_request(request, self._guard)
            is_own = self._admitted(request)
        except AddressRefusedError as refusal:
            egress.refuse(
                leaving(request, self._guard), refusal=self._told(refusal), duration_ms=_since(began)
            )
            raise RequestRefusedError(str(refusal), request=request) from None
        return self._sent(request, clock, began, is_own=is_own)

    def _admitted(self, request: httpx.Request) -> bool:
        is_own = check_url(request.url, self._guard.own_services)
        came_from = request.extensions.get(_FROM)
        if is_own and came_from not in {None, origin_of(request.url)}:
            raise AddressRefusedError(
                f"{came_from} leads on to {origin_of(request.url)}, a service of the installation; nobody outside does."
            )
        if self._guard.redaction == "off" and not is_own:
            raise AddressRefusedError(
                "Without redaction only the installation's own services are spoken to (LEDGERFLOW_OWN_SERVICES)."
            )
        if not is_own and is_host_redacted(request, self._guard):
            raise AddressRefusedError(
                f"The name of the host holds what the profile “{self._guard.redaction}” takes out of requests, such as "
                "an account number or somebody's name, so it is not even looked up."
            )
        return is_own

    def _sent(
        self, request: httpx.Request, clock: wires.Clock, began: float, *, is_own: bool
    ) -> httpx.Response:
        """Send it, written down before anything leaves: the question after its name is the first that does."""
        row = egress.announce(leaving(request, self._guard))
        wire, status, refusal = None, None, "It was ended while its name was looked up."
        try:
            wire = wires.Wires(self._addresses(request, clock, is_own=is_own), clock)
            refusal = "It was ended before an answer came."
            response = exchange(request, wire, self._guard.most_bytes)
            status, refusal = response.status_code, ""
        except httpx.RequestError as error:
            refusal = self._told(error)
            raise
        finally:
            sent, received = (wire.sent, wire.received) if wire else (0, 0)
            self.bytes_sent += sent
            self.bytes_received += received
            egress.complete(
                row,
                address=wire.address if wire else "",
                status=status,
                refusal=refusal,
                bytes_sent=sent,
                bytes_received=received,
                duration_ms=_since(began),
            )
        return response

    def _addresses(self, request: httpx.Request, clock: wires.Clock, *, is_own: bool) -> Sequence[str]:
        """Return the network addresses behind the name, each of which may be connected to."""
        host = request.url.raw_host.decode("ascii").strip("[]")
        try:
            addresses = wires.addresses_of(host, _port(request.url), wires.look_up, clock)
            if not is_own:
                check_addresses(request.url.host, addresses)
        except AddressRefusedError as refusal:
            raise RequestRefusedError(str(refusal), request=request) from None
        except httpcore.NetworkError as error:
            raise httpx.ConnectError(_unknown(request, error), request=request) from None
        except httpcore.TimeoutException as error:
            raise httpx.ConnectTimeout(_unknown(request, error), request=request) from None
        return addresses

    def _told(self, reason: Exception) -> str:
        return without_secrets(str(reason), self._guard.secrets)


class GuardedClient:
    """What a tool's requests go through: the transport, and redirects, at most five, each checked like a request."""

    def __init__(self, guard: Guard) -> None:
        self._guard, self._transport = guard, GuardedTransport(guard)

    @property
    def bytes_sent(self) -> int:
        """What went out over the wire so far."""
        return self._transport.bytes_sent

    @property
    def bytes_received(self) -> int:
        """What came in over the wire so far."""
        return self._transport.bytes_received

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        json: object = None,
    ) -> Response:
        """Return the answer, redirects followed.

        :raises HttpRefusedError: a rule of the toolbox; :raises HttpUnreachableError: no answer came.
        """
        wish, left = (method, url), MOST_REDIRECTS
        try:
            request = _request(method, url, params, headers, json)
            while True:
                response = self._transport.handle_request(request)
                wish = request.method, response.headers.get("location", "")
                following = _following(request, response, left)
                if following is None:
                    return _answer(request, response)
                request, left = following, left - 1
        except AddressRefusedError as refusal:
            refuse_wish(self._guard, *wish, refusal=str(refusal))
            raise HttpRefusedError(str(refusal)) from None
        except RequestRefusedError as refusal:
            raise HttpRefusedError(str(refusal)) from None
        except httpx.TransportError as error:
            raise HttpUnreachableError(str(error)) from None


def refuse_wish(guard: Guard, method: str, url: str, *, refusal: str) -> None:
    """Write down a request that was refused before it was one, and why."""
    egress.refuse(wished(method, url, guard), refusal=without_secrets(refusal, guard.secrets), duration_ms=0)


def _request(
    method: str,
    url: str,
    params: Mapping[str, str] | None,
    headers: Mapping[str, str] | None,
    json_value: object,
) -> httpx.Request:
    if method not in {"GET", "POST"}:
        raise AddressRefusedError(f"Only GET and POST are spoken, not “{method[:20]}”.")
    place = read_url(url)
    if params:
        place = place.copy_merge_params(dict(params))
    if len(str(place)) > LONGEST_URL:
        raise AddressRefusedError(f"An address of {len(str(place)):,} characters is too long.")
    given = {"accept": "*/*", "user-agent": "LedgerFlow", **_allowed(headers or {})}
    content = None if json_value is None else json.dumps(json_value).encode()
    if content is not None:
        given.setdefault("content-type", "application/json")
    return httpx.Request(method, place.copy_with(fragment=None), headers=given, content=content)


def _allowed(headers: Mapping[str, str]) -> dict[str, str]:
    named = {str(name).lower(): str(value) for name, value in headers.items()}
    for name, value in named.items():
        if name in _OWN_HEADERS:
            raise AddressRefusedError(f"The header “{name}” is the toolbox's own.")
        if not _HEADER_NAME.fullmatch(name) or not value.isprintable() or not value.isascii():
            raise AddressRefusedError(f"The header “{name[:50]}” holds what no header may.")
    return named


def _following(request: httpx.Request, response: httpx.Response, left: int) -> httpx.Request | None:
    """Return the request that a redirect asks for. To another place nothing goes along that was meant for this one."""
    if response.status_code not in _REDIRECTS or "location" not in response.headers:
        return None
    if not left:
        raise AddressRefusedError(
            f"{origin_of(request.url)} leads on and on; after {MOST_REDIRECTS} redirects it was left alone."
        )
    place = read_url(str(request.url.join(read_url(response.headers["location"]))))
    is_same = origin_of(place) == origin_of(request.url)
    headers = {name: value for name, value in request.headers.items() if name not in _OWN_HEADERS}
    if not is_same:
        headers = {name: value for name, value in headers.items() if name in _SENT_ANYWHERE}
    method, content = "GET", None
    if request.method != "GET" and response.status_code in _KEEPS_METHOD:
        if not is_same:
            raise AddressRefusedError(
                f"{origin_of(request.url)} passes on to {origin_of(place)} what was sent to it."
            )
        method, content = request.method, request.content
    return httpx.Request(
        method,
        place.copy_with(fragment=None),
        headers=headers,
        content=content,
        extensions={_FROM: origin_of(request.url)},
    )


def _answer(request: httpx.Request, response: httpx.Response) -> Response:
    return Response(
        status=response.status_code,
        url=str(request.url),
        headers={name.lower(): value for name, value in response.headers.items()},
        body=response.content,
    )


def _unknown(request: httpx.Request, error: Exception) -> str:
    return f"“{request.url.host}” was not found: {error}."


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _since(began: float) -> float:
    return (time.monotonic() - began) * 1000
