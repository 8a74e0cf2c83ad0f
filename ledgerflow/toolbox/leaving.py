"""A request as it leaves: without what the profile takes out, and as the egress ledger shows it, without secrets."""

import json
import re
from collections.abc import Callable, Iterable
from urllib.parse import quote, quote_plus, unquote, unquote_plus

import httpx
from django.utils import timezone

from ledgerflow.core.redaction import HIDDEN, SECRET_WORD
from ledgerflow.core.redaction import redacted as without_passwords
from ledgerflow.toolbox.addresses import is_number
from ledgerflow.toolbox.egress import Leaving
from ledgerflow.toolbox.guard import Guard
from ledgerflow.toolbox.hiding import SHORTEST_SECRET, without_secrets
from ledgerflow.toolbox.redaction import as_seen, redacted, redacted_path, redacted_value

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


def is_host_redacted(request: httpx.Request, guard: Guard) -> bool:
    """Whether the profile would take something out of the name of the host, which resolvers are told as it is."""
    host = request.url.host
    if guard.redaction == "off" or not guard.redacts or is_number(host):
        return False
    return _hidden(host, guard, redacted_path) != host


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
        url=without_secrets(_shown(request.url), guard.secrets),
        sent=without_secrets("\n".join([*headers, "", body]).rstrip(), guard.secrets),
        redaction=guard.redaction,
    )


def wished(method: str, url: str, guard: Guard) -> Leaving:
    """Return what the ledger says of a request that was refused before it was one: what was asked for, as it is shown.

    Nothing of it left; the host is empty where the address names none. A fragment is not shown: it never leaves.
    """
    try:
        place = httpx.URL(url).copy_with(fragment=None)
        host = place.host
        shown = _shown(place if guard.redaction == "off" else _redacted_url(place, guard))
    except (httpx.InvalidURL, UnicodeError, ValueError, TypeError):
        host, shown = "", without_passwords(_hidden(url, guard))
    return Leaving(
        at=timezone.now(),
        run_id=guard.run_id,
        book_id=guard.book_id,
        user_id=guard.user_id,
        purpose=guard.purpose,
        method=method,
        host=host,
        url=without_secrets(shown, guard.secrets),
        sent="",
        redaction=guard.redaction,
    )


def _redacted_url(url: httpx.URL, guard: Guard) -> httpx.URL:
    path, mark, query = url.raw_path.decode("ascii").partition("?")
    parts = (_redacted_part(part, guard) for part in path.split("/"))
    query = _each_pair(query, lambda name, value: (_hidden(name, guard), _hidden(value, guard)))
    return url.copy_with(raw_path=f"{'/'.join(parts)}{mark}{query}".encode("ascii"))


def _redacted_part(part: str, guard: Guard) -> str:
    """Return a part of the path; one from which nothing is taken out keeps its quoting, which may mean something."""
    said = unquote(part)
    hidden = _hidden(said, guard, redacted_path)
    return part if hidden == said else quote(hidden, safe=_UNTOUCHED)


def _each_pair(query: str, change: Callable[[str, str], tuple[str, str]]) -> str:
    """Return the query with each name and value changed; pairs that stay the same keep their quoting."""
    pairs = []
    for pair in query.split("&"):
        name, mark, value = pair.partition("=")
        said = unquote_plus(name), unquote_plus(value)
        changed = change(*said)
        pairs.append(pair if changed == said else mark.join(quote_plus(each, safe="*") for each in changed))
    return "&".join(pairs)


def _redacted_body(content: bytes, guard: Guard) -> bytes:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        text = content.decode("utf-8", errors="replace")
        hidden = _hidden(text, guard)
        return content if hidden == text else hidden.encode()
    hidden = redacted_value(value, lambda text: _hidden(text, guard))
    return content if hidden == value else json.dumps(hidden).encode()


def _hidden(text: str, guard: Guard, redact: Callable[..., str] = redacted) -> str:
    """Return the text without what the profile takes out, and as it was written where that is nothing.

    The tool's secrets stay: a key is for the other side, whatever it looks like.
    """
    if text in guard.secrets:
        return text
    return "".join(
        part if part in guard.secrets else _hidden_part(part, guard, redact)
        for part in _split_at_secrets(text, guard.secrets)
    )


def _hidden_part(part: str, guard: Guard, redact: Callable[..., str]) -> str:
    hidden = redact(part, guard.redaction, names=guard.names)
    return part if hidden == as_seen(part) else hidden


def _split_at_secrets(text: str, secrets: Iterable[str]) -> list[str]:
    long = sorted((each for each in secrets if len(each) >= SHORTEST_SECRET), key=len, reverse=True)
    if not long:
        return [text]
    return re.split(rf"(?<!\w)({'|'.join(map(re.escape, long))})(?!\w)", text)


def _shown(url: httpx.URL) -> str:
    bare = url.copy_with(username=None, password=None) if url.userinfo else url
    path, mark, query = bare.raw_path.decode("ascii").partition("?")
    query = _each_pair(
        query, lambda name, value: (name, HIDDEN if value and SECRET_WORD.search(name) else value)
    )
    return str(bare.copy_with(raw_path=f"{path}{mark}{query}".encode("ascii")))
