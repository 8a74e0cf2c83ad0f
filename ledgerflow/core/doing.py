"""What this thread or task is doing now: whom an error message is about, without handing it through every call."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Doing:
    """A request or a job, and what it has come to be about. Ids only, because they are written into logs."""

    request: Any = None
    request_id: str = ""
    job_id: int | None = None
    job_name: str = ""
    book_id: int | None = None
    book_slug: str = ""
    user_id: int | None = None
    tool: str = ""


_NOTHING = Doing()
_now: ContextVar[Doing] = ContextVar("doing", default=_NOTHING)


def doing() -> Doing:
    """Return what is being done now."""
    return _now.get()


@contextmanager
def begun(**facts: Any) -> Iterator[None]:
    """Say what begins here; afterwards is as before."""
    token = _now.set(replace(_now.get(), **facts))
    try:
        yield
    finally:
        _now.reset(token)


def note(**facts: Any) -> None:
    """Add to what is being done; where nothing was begun it is about nothing."""
    now = _now.get()
    if now is not _NOTHING:
        _now.set(replace(now, **facts))
