"""One error as it is kept: which kind it is of, where it happened, and what it was about. Nothing secret."""

import hashlib
import logging
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice
from types import TracebackType
from typing import Any, Self

from django.http import HttpRequest

from ledgerflow.core.doing import Doing, doing
from ledgerflow.core.redaction import HIDDEN, SECRET_WORD, redacted

_OURS = ("ledgerflow.", "config.", "tools.")
_FRAMES_THAT_COUNT = 5
_MOST_NAMES = 40
_LONGEST_TRACEBACK = 30_000
#: Headers that help and hold nothing secret; the others are named only.
_SHOWN_HEADERS = {"Accept", "Content-Type", "Content-Length", "Host", "Hx-Request", "Referer", "User-Agent"}


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An error that happened ``count`` times, as a row of the error log; JSON values only."""

    fingerprint: str
    kind: str
    place: str
    message: str
    traceback: str
    logger: str
    seen: str
    count: int
    request: dict[str, Any] | None
    request_id: str
    path: str
    user: int | None
    book: int | None
    book_slug: str
    job: int | None
    job_name: str
    tool: str

    @classmethod
    def of(cls, record: logging.LogRecord) -> Self:
        """Return what the record tells, with what was being done when it was made.

        A record of an error that happened in another process says its ``kind`` itself.
        """
        now = doing()
        request = getattr(record, "request", None) or now.request
        error = record.exc_info[1] if record.exc_info else None
        stated = str(getattr(record, "kind", ""))
        kind = type(error).__qualname__ if error else stated or record.levelname.capitalize()
        if error is not None and type(error).__module__ != "builtins":
            kind = f"{type(error).__module__}.{kind}"
        places = _places(error.__traceback__) if error else []
        place = places[-1] if places else f"{record.name}:{record.funcName}"
        # The template of a message is the same each time; what is filled in is not.
        nature = (
            (kind, *places[-_FRAMES_THAT_COUNT:])
            if error
            else (record.name, str(record.msg), *filter(None, [stated]))
        )
        return cls(
            fingerprint=hashlib.sha256("\0".join(nature).encode(errors="replace")).hexdigest(),
            kind=kind[:200],
            place=place[:300],
            message=_text(redacted(f"{error}" if error else record.getMessage()))[:4000],
            traceback=_text(redacted("".join(_trace(error))))[-_LONGEST_TRACEBACK:] if error else "",
            logger=record.name[:200],
            seen=datetime.fromtimestamp(record.created, UTC).isoformat(),
            count=1,
            request_id=now.request_id,
            job=now.job_id,
            job_name=now.job_name[:200],
            tool=now.tool[:200],
            **_about(request, now),
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the row."""
        return asdict(self)


def _trace(error: BaseException) -> Iterable[str]:
    return traceback.TracebackException.from_exception(error, capture_locals=False, compact=True).format()


def _text(value: str) -> str:
    # PostgreSQL's text holds no NUL.
    return value.replace("\0", "\\0").encode(errors="replace").decode()


def _places(trace: TracebackType | None) -> list[str]:
    """Return our own functions that the error came through, or all where it came through none."""
    every = [
        f"{frame.f_globals.get('__name__', '?')}:{frame.f_code.co_qualname}"
        if hasattr(frame.f_code, "co_qualname")
        else f"{frame.f_globals.get('__name__', '?')}:{frame.f_code.co_name}"
        for frame, _ in traceback.walk_tb(trace)
    ]
    return [place for place in every if place.startswith(_OURS)] or every


def _about(request: Any, now: Doing) -> dict[str, Any]:
    """Return request, user and book, without asking the database, which may be what failed."""
    if not isinstance(request, HttpRequest):
        return {
            "request": None,
            "path": "",
            "user": now.user_id,
            "book": now.book_id,
            "book_slug": now.book_slug,
        }
    user = request.__dict__.get("_cached_user")
    book = getattr(request, "book", None)
    return {
        "request": _shown(request),
        "path": redacted(request.path)[:500],
        "user": now.user_id or getattr(user, "pk", None),
        "book": now.book_id or getattr(book, "pk", None),
        "book_slug": now.book_slug or getattr(book, "slug", ""),
    }


def _shown(request: HttpRequest) -> dict[str, Any]:
    """Return the request without secrets: of what was sent, the names of the fields and how long each was."""
    match = request.resolver_match
    return {
        "method": request.method,
        "path": redacted(request.path)[:500],
        "view": match.view_name if match else "",
        "query": _lengths(request.GET),
        # Reading the body here could fail, or wait; what the view has read is there.
        "form": _lengths(request.__dict__.get("_post") or {}),
        "files": len(request.__dict__.get("_files") or ()),
        "headers": {
            name: redacted(value)[:300] if name in _SHOWN_HEADERS else HIDDEN
            for name, value in islice(request.headers.items(), _MOST_NAMES)
        },
    }


def _lengths(sent: Mapping[str, Any]) -> dict[str, str]:
    return {
        _text(redacted(name))[:100]: HIDDEN if SECRET_WORD.search(name) else f"{len(str(value))} characters"
        for name, value in islice(sent.items(), _MOST_NAMES)
    }
