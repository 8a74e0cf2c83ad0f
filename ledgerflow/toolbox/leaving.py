"""A request as it leaves: without what the profile takes out, and as the egress ledger shows it, without secrets."""

import json
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, unquote, urlencode

import httpx
from django.utils import timezone

from ledgerflow.core.redaction import HIDDEN, SECRET_WORD
from ledgerflow.toolbox.egress import Leaving
from ledgerflow.toolbox.guard import Guard
from ledgerflow.toolbox.redaction import redacted, redacted_path, redacted_value

_SHORTEST_SECRET = 4
_SAID_BY_EVERY_REQUEST = frozenset({"host", "content-length", "connection"})
_UNTOUCHED = "/:@!$&'()*+,;=-._~"


def redacted_request(request: httpx.Request, guard: Guard) -> httpx.Request:
    """Return the request without what the profile takes out of its path, query and body.

    Headers stay: keys are in them. A body that is no JSON counts as text.
    """
    content = request.read()
    if guard.redaction == "off" or not guard.redacts:
        return request
    url = _redacted_url(request.url, guard)
    body = _redacted_body(content, guard) if content else content
    if url == request.url and body == content:
        return request
    headers = {name: value for name, value in request.headers.items() if name != "content-length"}
    return httpx.Request(request.method, url, headers=headers, content=body, extensions=request.extensions)


def leaving(request: httpx.Request, guard: Guard) -> Leaving:
    """Return what the ledger says of the request: exactly what is sent, but for secrets."""
    headers = [
        f"{name}: {HIDDEN if SECRET_WORD.search(name) else value}"
        for name, value in request.headers.items()
        if name not in _SAID_BY_EVERY_REQUEST
    ]
    body = request.content.decode("utf-8", errors="replace")
    return Leaving(
        at=timezone.now(),
        run_id=guard.run_id,
        book_id=guard.book_id,
        user_id=guard.user_id,
        purpose=guard.purpose,
        method=request.method,
        host=request.url.host,
        url=_without_secrets(_shown(request.url), guard.secrets),
        sent=_without_secrets("\n".join([*headers, "", body]).rstrip(), guard.secrets),
        redaction=guard.redaction,
    )


def _redacted_url(url: httpx.URL, guard: Guard) -> httpx.URL:
    path = "/".join(
        quote(redacted_path(unquote(part), guard.redaction, names=guard.names), safe=_UNTOUCHED)
        for part in url.raw_path.decode("ascii").partition("?")[0].split("/")
    )
    pairs = parse_qsl(url.query.decode("ascii"), keep_blank_values=True)
    hidden = [
        (
            redacted(name, guard.redaction, names=guard.names),
            value if value in guard.secrets else redacted(value, guard.redaction, names=guard.names),
        )
        for name, value in pairs
    ]
    is_same = hidden == pairs
    query = url.query if is_same else urlencode(hidden).encode("ascii")
    return url.copy_with(raw_path=path.encode("ascii") + (b"?" + query if query else b""))


def _redacted_body(content: bytes, guard: Guard) -> bytes:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        text = content.decode("utf-8", errors="replace")
        return redacted(text, guard.redaction, names=guard.names).encode()
    hidden = redacted_value(value, guard.redaction, names=guard.names)
    return content if hidden == value else json.dumps(hidden).encode()


def _shown(url: httpx.URL) -> str:
    pairs = parse_qsl(url.query.decode("ascii"), keep_blank_values=True)
    if not any(SECRET_WORD.search(name) for name, _ in pairs) and not url.userinfo:
        return str(url)
    hidden = [(name, HIDDEN if SECRET_WORD.search(name) else value) for name, value in pairs]
    bare = url.copy_with(username=None, password=None) if url.userinfo else url
    return str(bare.copy_with(query=urlencode(hidden, safe="*").encode("ascii")))


def _without_secrets(text: str, secrets: Iterable[str]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            for form in (secret, quote(secret), quote(secret, safe=""), json.dumps(secret)[1:-1]):
                text = text.replace(form, HIDDEN)
    return text
