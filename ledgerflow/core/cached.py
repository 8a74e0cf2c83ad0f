"""Everything that is cached, by name: what it is, what it is keyed by, how long it lasts. Nothing else may be.

A value is keyed by its book and by the version of what it was computed from, so that it is never stale, only unused: no
write has to remove anything, and a cache that missed writes, or belongs to another copy of the database, does no harm.
It is never authority: whatever is not there is computed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.core.cache import cache

T = TypeVar("T")

#: Raised when the shape of a cached value changes, so that a newer program does not read an older one's.
_SHAPE = 1


@dataclass(frozen=True, slots=True)
class Cached:
    """A kind of cached value: its name in keys, how long it lasts, and what its version is."""

    name: str
    seconds: int
    version: str


#: Balances by ledger account at the end of a day. The head of the hash chain is the digest of everything that was
#: posted: where it is the same, so is every balance.
BALANCES = Cached("balances", 24 * 60 * 60, "the head of the book's hash chain, and the day")

EVERYTHING = (BALANCES,)


def kept(what: Cached, *, book_id: int, version: str, make: Callable[[], T]) -> T:
    """Return the value of this version, computed where it is not in the cache."""
    key = f"ledgerflow:{_SHAPE}:{what.name}:{book_id}:{version}"
    found: T | None = cache.get(key)
    if found is None:
        found = make()
        cache.set(key, found, what.seconds)
    return found
