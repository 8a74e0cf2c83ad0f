"""The two ways out: to the endpoint, and to tools. Both lead through the toolbox, which guards and records them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import httpx

from ledgerflow.agent.errors import AgentError
from ledgerflow.agent.place import Place
from ledgerflow.agent.privacy import NAMES, STRICT
from ledgerflow.agent.sending import LONGEST_REPLY
from ledgerflow.books.models import Book
from ledgerflow.toolbox.addresses import origins_of
from ledgerflow.toolbox.calls import Asking, ToolCallError, ToolNotAllowedError
from ledgerflow.toolbox.http import guard_for, guarded_transport
from ledgerflow.toolbox.models import Asker
from ledgerflow.toolbox.services.calling import call_tool
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

    transport: Callable[[Place, Book, User | None, str], httpx.BaseTransport]
    call: Callable[[Wish], ToolAnswer]


def guarded_ways() -> Ways:
    """Return the ways through the toolbox."""
    return Ways(transport=_transport, call=_call)


def _transport(place: Place, book: Book, user: User | None, privacy: str) -> httpx.BaseTransport:
    guard = guard_for(
        purpose=f"the agent asks {place.model}",
        book=book,
        user=user,
        redaction=NAMES if privacy == NAMES else STRICT,
        redacts=False,  # a question is redacted before it is written down; see `ledgerflow.agent.privacy`
        secrets=[place.key],
        seconds=place.seconds,
        most_bytes=LONGEST_REPLY,
    )
    # The settings name the endpoint, so it may be private: it, for the agent, and no other service of the installation.
    return guarded_transport(replace(guard, own_services=origins_of([place.origin])))


def _call(wish: Wish) -> ToolAnswer:
    asking = Asking(through=Asker.AGENT, book=wish.book, user=wish.user, subject=wish.subject)
    try:
        answer = call_tool(path=wish.path, arguments=wish.arguments, asking=asking, now=wish.now)
    except ToolNotAllowedError as error:
        raise ToolUnavailableError(str(error), is_refusal=True, run_id=error.run_id) from error
    except ToolCallError as error:
        raise ToolUnavailableError(str(error), is_refusal=False, run_id=error.run_id) from error
    return ToolAnswer(run_id=answer.run_id, result=answer.result)
