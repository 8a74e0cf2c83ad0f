"""One HTTP request to the endpoint, sent by the thread that asks: within a time, up to a size, and nowhere else."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from ledgerflow.agent.errors import EndpointError
from ledgerflow.agent.values import Outcome
from ledgerflow.toolbox.http import RequestRefusedError

#: A reply longer than this is not read to its end, in bytes after unpacking.
LONGEST_REPLY = 2_000_000
_CONNECT_SECONDS = 10.0
_DROPPED = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection", "set-cookie"})


@dataclass(frozen=True, slots=True)
class Sent:
    """What the endpoint sent back, whole."""

    status: int
    headers: tuple[tuple[str, str], ...]
    content: bytes


def send(
    transport: httpx.BaseTransport,
    *,
    method: str,
    url: str,
    headers: Mapping[str, str],
    content: bytes,
    seconds: float,
) -> Sent:
    """Send the request and read the whole reply; redirects are not followed, proxies of the environment not used.

    Raises:
        EndpointError: it did not answer in time, could not be reached or is not allowed, or sent too much.
    """
    until = time.monotonic() + seconds
    timeout = httpx.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS))
    # The transport is its maker's to close: leaving the client's context would close it after one request.
    client = httpx.Client(transport=transport, timeout=timeout, follow_redirects=False, trust_env=False)
    try:
        with client.stream(method, url, headers=dict(headers), content=content) as answer:
            return Sent(answer.status_code, _headers(answer), _body(answer, until, seconds))
    except httpx.TimeoutException as error:
        raise _late(seconds) from error
    except RequestRefusedError as error:
        raise EndpointError(str(error), outcome=Outcome.REFUSED) from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise EndpointError(
            f"The endpoint cannot be reached ({type(error).__name__}); check LEDGERFLOW_AGENT_URL and whether it runs.",
            outcome=Outcome.UNAVAILABLE,
        ) from error


def _headers(answer: httpx.Response) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in answer.headers.items() if name.lower() not in _DROPPED)


def _body(answer: httpx.Response, until: float, seconds: float) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in answer.iter_bytes(65_536):
        parts.append(part)
        size += len(part)
        if size > LONGEST_REPLY:
            raise EndpointError(
                f"The endpoint's reply is longer than {LONGEST_REPLY:,} bytes.", outcome=Outcome.MALFORMED
            )
        if time.monotonic() > until:
            raise _late(seconds)
    return b"".join(parts)


def _late(seconds: float) -> EndpointError:
    return EndpointError(
        f"The endpoint gave no whole reply within {seconds:g} seconds; LEDGERFLOW_AGENT_SECONDS allows more.",
        outcome=Outcome.TIME,
    )
