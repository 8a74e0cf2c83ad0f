"""The two ways out: to the endpoint, and to tools. Both lead through the toolbox, which guards and records them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import httpx

from ledgerflow.agent.errors import AgentError
from ledgerflow.agent.place import Place
from ledgerflow.books.models import Book
from ledgerflow.users.models import User


class ToolUnavailableError(AgentError):
    """A tool was not called (``is_refusal``) or failed; ``run_id`` is its run on record, if there is one."""

    def __init__(self, sentence: str, *, is_refusal: bool, run_id: int | None) -> None:
        super().__init__(sentence)
        self.is_refusal, self.run_id = is_refusal, run_id


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    """What a tool answered, as JSON values, and the run that says how."""

    run_id: int | None
    result: object


@dataclass(frozen=True, slots=True)
class Wish:
    """A call of a tool for a book: what with, for whom, and about what."""

    path: str
    arguments: Mapping[str, object]
    book: Book
    user: User | None
    subject: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Ways:
    """How the endpoint is reached, and how a tool is called."""

    transport: Callable[[Place, Book, User | None], httpx.BaseTransport]
    call: Callable[[Wish], ToolAnswer]


def guarded_ways() -> Ways:
    """Return the ways through the toolbox."""
    return Ways(transport=_transport, call=_call)


def _transport(place: Place, book: Book, user: User | None) -> httpx.BaseTransport:
    return httpx.HTTPTransport()


def _call(wish: Wish) -> ToolAnswer:
    raise ToolUnavailableError(f"{wish.path} is not enabled.", is_refusal=True, run_id=None)
