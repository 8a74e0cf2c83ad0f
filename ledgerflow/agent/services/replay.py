"""What was said once, said again without a network: the same questions, the same replies, the same verdict."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledgerflow.agent.errors import AgentError, AgentOffError, BudgetSpentError, EndpointError
from ledgerflow.agent.models import AgentConversation, AgentTurn
from ledgerflow.agent.offers import OfferedTool, offered
from ledgerflow.agent.services.conversing import LOOK_UP_FAILED
from ledgerflow.agent.services.looking import arguments_for, shown_arguments
from ledgerflow.agent.talk import LookUpRefusedError, talk
from ledgerflow.agent.values import (
    AccountChoice,
    Call,
    Message,
    Offer,
    Outcome,
    Question,
    Reply,
    Verdict,
    reply_from_json,
)


class ReplayError(AgentError):
    """The record does not lead to itself: something else would be sent today; the sentence says what."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay came to, beside what is on record."""

    verdict: Verdict
    outcome: str
    account: str | None

    @property
    def is_same(self) -> bool:
        """Whether the same was decided."""
        account = self.verdict.answer.account if self.verdict.answer else None
        return (self.verdict.outcome.value, account) == (self.outcome, self.account)


def recorded(conversation: AgentConversation) -> dict[str, Any]:
    """Return a conversation as JSON values, whole, without who asked and when."""
    return {
        "question": conversation.question,
        "boundary": conversation.boundary,
        "tools": conversation.tools,
        "outcome": conversation.outcome,
        "sentence": conversation.sentence,
        "account": conversation.answer["account"] if conversation.answer else None,
        "turns": [
            {
                "kind": one.kind,
                "state": one.state,
                "sent": one.sent,
                "received": one.received,
                "sentence": one.sentence,
                "tool": one.tool,
            }
            for one in conversation.turns.order_by("no")
        ],
    }


def replay(record: Mapping[str, Any]) -> Replayed:
    """Hold the conversation again with the recorded replies; nothing is sent, and nothing is written.

    Raises:
        ReplayError: what would be said today is not what the record says was said.
    """
    told = _Record(record)
    verdict = talk(
        _question(record["question"]),
        boundary=record["boundary"],
        tools=offered(record["tools"]),
        ask=told.ask,
        use=told.use,
        refuse=told.refuse,
    )
    told.close()
    return Replayed(verdict, record["outcome"], record["account"])


def _question(kept: Mapping[str, Any]) -> Question:
    lists: dict[str, Callable[[Any], Any]] = {
        "sizes": tuple,
        "texts": tuple,
        "accounts": lambda accounts: tuple(AccountChoice(**one) for one in accounts),
    }
    return Question(**{name: lists.get(name, lambda value: value)(value) for name, value in kept.items()})


class _Record:
    """The recorded turns, one after the other, each held against what is said now."""

    def __init__(self, record: Mapping[str, Any]) -> None:
        self._turns = list(record["turns"])
        self._outcome, self._sentence = record["outcome"], record["sentence"]
        self._question = _question(record["question"])
        self._told = 0

    def close(self) -> None:
        if self._turns:
            raise ReplayError(f"The record goes on: {len(self._turns)} turns would not be said today.")

    def ask(self, messages: Sequence[Message], offers: Sequence[Offer]) -> Reply:
        new, self._told = messages[self._told :], len(messages)
        turn = self._take(
            AgentTurn.Kind.REQUEST,
            {"messages": [one.to_json() for one in new], "offers": [one.name for one in offers]},
        )
        if turn["state"] == AgentTurn.State.ANSWERED:
            return reply_from_json(turn["received"])
        if self._turns and self._turns[0]["kind"] == AgentTurn.Kind.REQUEST:
            # The endpoint asked to wait a moment, and the same was sent again.
            self._told -= len(new) if self._turns[0]["sent"] == turn["sent"] else 0
            return self.ask(messages, offers)
        raise EndpointError(self._sentence, outcome=self._outcome)

    def use(self, tool: OfferedTool, call: Call) -> str:
        arguments = dict(arguments_for(tool, self._question, call))
        if (withheld := self._withheld(call)) is not None:
            raise LookUpRefusedError(withheld)
        turn = self._take(AgentTurn.Kind.TOOL, arguments)
        if turn["state"] != AgentTurn.State.ANSWERED:
            raise LookUpRefusedError(LOOK_UP_FAILED, is_recorded=True)
        return str(turn["received"])

    def _withheld(self, call: Call) -> str | None:
        """Return what the model was told where the book had taken the tool back, so that the call was not made."""
        turn = self._turns[0] if self._turns else None
        if turn is None or (turn["kind"], turn["state"]) != (AgentTurn.Kind.TOOL, AgentTurn.State.REFUSED):
            return None
        return str(turn["sentence"]) if turn["sent"] == shown_arguments(call) else None

    def refuse(self, call: Call, _sentence: str) -> None:
        self._take(AgentTurn.Kind.TOOL, shown_arguments(call))

    def _take(self, kind: str, sent: object) -> Mapping[str, Any]:
        if not self._turns:
            if self._outcome == Outcome.BUDGET and kind == AgentTurn.Kind.REQUEST:
                raise BudgetSpentError(self._sentence)
            if self._outcome == Outcome.BROKEN:
                raise AgentOffError(self._sentence)
            raise ReplayError("The record ends here, and more would be said today.")
        turn: Mapping[str, Any] = self._turns.pop(0)
        if turn["kind"] != kind or turn["sent"] != sent:
            raise ReplayError(f"The record holds a {turn['kind']} here that would not be said so today.")
        return turn
