"""One request and its answer over wires that were checked: whole, unpacked, and no larger than allowed."""

import functools
import ssl
import zlib
from collections.abc import Iterable

import httpcore
import httpx

from ledgerflow.toolbox.wires import Wires

_PACKED = {"": None, "identity": None, "gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS}
_UNPACKED_HEADERS = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})
_MEGABYTE = 1024 * 1024


class RequestRefusedError(httpx.RequestError):
    """The request did not leave, or its answer was stopped: a rule of the toolbox; the message is a sentence."""


def exchange(request: httpx.Request, wires: Wires, most_bytes: int) -> httpx.Response:
    """Send the request and return the whole answer, unpacked.

    :raises RequestRefusedError: the answer is larger than ``most_bytes``, or packed in another way than gzip.
    :raises httpx.TransportError: there is no whole answer.
    """
    headers = [(name, value) for name, value in request.headers.raw if name.lower() != b"accept-encoding"]
    sent = httpcore.Request(
        method=request.method,
        url=httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        ),
        headers=[*headers, (b"Accept-Encoding", b"gzip"), (b"Connection", b"close")],
        content=request.content,
        extensions={"timeout": request.extensions.get("timeout", {})},
    )
    host = request.url.host
    try:
        with httpcore.ConnectionPool(ssl_context=_tls(), network_backend=wires, http2=False) as pool:
            response = pool.handle_request(sent)
            try:
                assert isinstance(response.stream, Iterable)
                body = _whole(response.stream, _packing(response, request), most_bytes, request)
            finally:
                response.close()
    except httpcore.TimeoutException as error:
        raise httpx.ReadTimeout(f"“{host}” did not answer in time: {error}.", request=request) from None
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        raise httpx.ConnectError(
            f"“{host}” gave no proper answer: {error or type(error).__name__}.", request=request
        ) from None
    kept = [(name, value) for name, value in response.headers if name.lower() not in _UNPACKED_HEADERS]
    return httpx.Response(response.status, headers=kept, content=body, request=request)


def _packing(response: httpcore.Response, request: httpx.Request) -> int | None:
    named = [value for name, value in response.headers if name.lower() == b"content-encoding"]
    packing = b",".join(named).decode("latin-1").strip().lower()
    if packing not in _PACKED:
        raise RequestRefusedError(
            f"“{request.url.host}” packed its answer as “{packing[:50]}”; only gzip was asked for.",
            request=request,
        )
    return _PACKED[packing]


def _whole(parts: Iterable[bytes], packing: int | None, most_bytes: int, request: httpx.Request) -> bytes:
    body = bytearray()
    unpacking = None if packing is None else zlib.decompressobj(packing)
    for part in parts:
        try:
            body += part if unpacking is None else unpacking.decompress(part, most_bytes + 1 - len(body))
        except zlib.error:
            raise httpx.ReadError(
                f"The answer of “{request.url.host}” is packed badly.", request=request
            ) from None
        if len(body) > most_bytes:
            raise RequestRefusedError(
                f"The answer of “{request.url.host}” is larger than {most_bytes // _MEGABYTE or 1} MB.",
                request=request,
            )
    return bytes(body)


@functools.lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()
