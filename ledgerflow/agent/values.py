"""What goes to a language model and comes back, as values. Nothing here knows Django, HTTP or a database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

#: The longest reply that is asked for, in tokens; models that think aloud need room.
MOST_TOKENS_OUT = 2_000


class Speaker(StrEnum):
    """Whose message it is in a conversation."""

    SYSTEM = "system"
    USER = "user"
    MODEL = "assistant"
    TOOL = "tool"


@dataclass(frozen=True, slots=True)
class Call:
    """A tool that the model wants called, with its arguments as the text that it wrote."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation; ``call_id`` and ``name`` say which call a tool's message answers."""

    speaker: Speaker
    text: str = ""
    calls: tuple[Call, ...] = ()
    call_id: str = ""
    name: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the message as it is stored."""
        return {
            "speaker": self.speaker.value,
            "text": self.text,
            "calls": [{"id": one.id, "name": one.name, "arguments": one.arguments} for one in self.calls],
            "call_id": self.call_id,
            "name": self.name,
        }


@dataclass(frozen=True, slots=True)
class Offer:
    """A function that the model may call: its name, what it does, and the JSON schema of its arguments."""

    name: str
    description: str
    schema: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the endpoint replied: text or calls, why it stopped (``length`` when cut off), and tokens as it counts."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    finish: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the reply as it is stored."""
        return {
            "text": self.text,
            "calls": [{"id": one.id, "name": one.name, "arguments": one.arguments} for one in self.calls],
            "finish": self.finish,
            "tokens_in": self.tokens_in,
            "tokens_out": self.tokens_out,
        }


def reply_from_json(kept: Mapping[str, Any]) -> Reply:
    """Return the reply that was stored."""
    return Reply(
        text=kept["text"],
        calls=tuple(Call(**one) for one in kept["calls"]),
        finish=kept["finish"],
        tokens_in=kept["tokens_in"],
        tokens_out=kept["tokens_out"],
    )


@dataclass(frozen=True, slots=True)
class AccountChoice:
    """An account that may be answered: the code is what the model chooses by."""

    code: str
    name: str
    type: str
    tax_line: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What one payee's open lines in one direction are for. Every text is as it leaves: redacted and without controls.

    ``vendor`` is the payee's name and the only text that a tool ever gets; ``sizes`` are bands of amounts with how
    many lines are in each; ``texts`` are bank texts.
    """

    vendor: str
    direction: str
    currency: str
    count: int
    sizes: tuple[str, ...]
    texts: tuple[str, ...]
    accounts: tuple[AccountChoice, ...]

    @property
    def tax_lines(self) -> tuple[str, ...]:
        """The tax lines that the chart knows."""
        return tuple(sorted({one.tax_line for one in self.accounts if one.tax_line}))


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """A whole answer by the schema; ``account`` is a code of the question's chart."""

    payee: str
    account: str
    tax_line: str | None
    reason: str
    evidence: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the answer as it is stored."""
        return {
            "payee": self.payee,
            "account": self.account,
            "tax_line": self.tax_line,
            "reason": self.reason,
            "evidence": list(self.evidence),
        }


class Outcome(StrEnum):
    """How a conversation ended."""

    RUNNING = "running"
    PROPOSED = "proposed"
    UNSURE = "unsure"
    WRONG = "wrong"
    ENDLESS = "endless"
    TRUNCATED = "truncated"
    MALFORMED = "malformed"
    EMPTY = "empty"
    TIME = "time"
    LIMITED = "limited"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"
    BUDGET = "budget"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a conversation came to: an answer where it is ``PROPOSED``, and a sentence of ours otherwise."""

    outcome: Outcome
    sentence: str = ""
    answer: ModelAnswer | None = None
