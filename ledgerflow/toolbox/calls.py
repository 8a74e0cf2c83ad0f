"""Who asks a tool, what it answers, and how a call comes to nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ledgerflow.books.models import Book
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.toolbox.models import Asker, Outcome, ToolRun
from ledgerflow.users.models import User


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and for what. Through which door, for which book, about what.

    ``names`` are people's that must not leave the machine; those of the book's members are always among them.
    ``again_of`` is the run that is made again, the first where it is not the first time.
    """

    through: Asker
    book: Book | None = None
    user: User | None = None
    subject: str = ""
    parent: ToolRun | None = None
    names: tuple[str, ...] = ()
    again_of: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool answered: JSON values, valid by its result schema; ``computed_at`` is what shows their age."""

    run_id: int
    result: Any
    from_cache: bool
    computed_at: datetime


class ToolCallError(LedgerFlowError):
    """A call came to nothing; ``run_id`` is its run on record, if there is one."""

    def __init__(self, message: str, *, outcome: Outcome, run_id: int | None = None) -> None:
        super().__init__(message)
        self.outcome, self.run_id = outcome, run_id


class ToolNotAllowedError(ToolCallError):
    """The tool was not started: unknown, not enabled, without consent, not set up, a limit used up, a role."""


class ToolArgumentsError(ToolNotAllowedError):
    """The tool was not started, or ended at once, because an argument does not fit its schema."""


class ToolFailedError(ToolCallError):
    """The tool failed, broke its contract, ran out of time, memory or output, died, or was canceled.

    ``is_temporary`` says that the same call may succeed later.
    """

    def __init__(
        self, message: str, *, outcome: Outcome, run_id: int | None = None, is_temporary: bool = False
    ) -> None:
        super().__init__(message, outcome=outcome, run_id=run_id)
        self.is_temporary = is_temporary
