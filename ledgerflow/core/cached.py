"""Everything that is cached, by name: what it is, what it is keyed by, how long it lasts. Nothing else may be.

A value is keyed by its book and by the version of what it was computed from, so that it is never stale, only unused: no
write has to remove anything, and a cache that missed writes, or belongs to another copy of the database, does no harm.
It is never authority: whatever is not there is computed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.cache import BaseCache, caches

T = TypeVar("T")

#: Raised when the shape of a cached value changes, so that a newer program does not read an older one's.
_SHAPE = 2


@dataclass(frozen=True, slots=True)
class Cached:
    """A kind of cached value: its name in keys, how long it lasts, and what its version is."""

    name: str
    seconds: int
    version: str
    #: Whether processes tell each other something by it, so that memory of one of them is no place for it.
    is_shared: bool = False


#: Balances by ledger account at the end of a day. The head of the hash chain is the digest of everything that was
#: posted: where it is the same, so is every balance.
BALANCES = Cached("balances", 24 * 60 * 60, "the head of the book's hash chain, and the day")

#: What a tool answered to a question. It lasts as long as the tool's manifest says, at most this long.
TOOL_ANSWERS = Cached(
    "tool-answers",
    30 * 24 * 60 * 60,
    "the tool, its version and settings, those of the tools it needs, and the arguments, as one keyed digest",
)

#: A page of a PDF as a picture, with its size. A file never changes, so it lasts as long as people look at it.
PAGES = Cached("pages", 60 * 60, "the SHA-256 of the document, the page, and the scale")

#: What stands at a place of a file that is not plain text: an element of an XML document, a row of a workbook.
EXCERPTS = Cached("excerpts", 60 * 60, "the SHA-256 of the document, and the place, as one digest")

#: Who looks at which line of the review queue, and when they said so: a hint, which may be missing.
LOOKING = Cached("looking", 60, "the book; what is older than a minute does not count", is_shared=True)

#: What an MCP server said that it offers, for the page where each of its tools is agreed to.
REMOTE_TOOLS = Cached("remote-tools", 24 * 60 * 60, "the server's name and address, as one digest")

EVERYTHING = (BALANCES, TOOL_ANSWERS, PAGES, EXCERPTS, LOOKING, REMOTE_TOOLS)


def kept(what: Cached, *, book_id: int, version: str, make: Callable[[], T]) -> T:
    """Return the value of this version, computed where it is not in the cache."""
    found: T | None = peek(what, book_id=book_id, version=version)
    if found is None:
        found = make()
        keep(what, book_id=book_id, version=version, value=found)
    return found


def peek(what: Cached, *, book_id: int, version: str) -> Any:
    """Return the value of this version, or ``None``."""
    return _where(what).get(_key(what, book_id, version))


def keep(what: Cached, *, book_id: int, version: str, value: object, seconds: int | None = None) -> None:
    """Keep the value of this version, for ``seconds`` where it lasts less than others of its kind."""
    _where(what).set(_key(what, book_id, version), value, min(seconds or what.seconds, what.seconds))


def _where(what: Cached) -> BaseCache:
    return caches["shared" if what.is_shared else "default"]


def _key(what: Cached, book_id: int, version: str) -> str:
    return f"ledgerflow:{_SHAPE}:{what.name}:{book_id}:{version}"
