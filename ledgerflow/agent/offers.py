"""The tools that the agent may offer a model, and what they are called with. Pure.

A model writes no text that leaves the machine: a tool is called with the payee's name as it stands in the question,
redacted and short, and at most one word out of a list. A tool that needs free text is not offered.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledgerflow.agent.errors import WrongAnswerError
from ledgerflow.agent.values import Offer, Question

#: The longest query that a tool gets.
QUERY_LENGTH = 80
SEARCH = "tools.search_tool.search_web"
PAYEE = "tools.payee_lookup.identify_payee"

#: What a model may add to the payee's name in a search.
TOPICS = ("", "company", "what do they sell", "website")

Arguments = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class OfferedTool:
    """A tool under the name a model sees, with what it is really called with."""

    path: str
    offer: Offer
    build: Callable[[Question, str], Arguments]

    def arguments(self, question: Question, written: str) -> Arguments:
        """Return what the tool is called with; of what the model wrote only a word of the list gets through.

        Raises:
            WrongAnswerError: the model wrote anything else.
        """
        allowed = self.offer.schema["properties"]
        try:
            facts: Any = json.loads(written or "{}")
        except (ValueError, RecursionError) as error:
            raise WrongAnswerError("The arguments are no JSON.") from error
        if facts is None:
            facts = {}
        if not isinstance(facts, dict) or not facts.keys() <= allowed.keys():
            raise WrongAnswerError("The function takes no such arguments.")
        topic = facts.get("topic", "")
        if not isinstance(topic, str) or topic not in TOPICS:
            raise WrongAnswerError("The topic is none of those that were offered.")
        return self.build(question, topic)


def _query(question: Question, topic: str) -> Arguments:
    room = QUERY_LENGTH - len(topic) - 1
    return {"query": f"{question.vendor[:room].strip()} {topic}".strip()}


def _text(question: Question, _topic: str) -> Arguments:
    return {"text": question.vendor[:QUERY_LENGTH].strip()}


_NOTHING: Mapping[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}
KNOWN: Sequence[OfferedTool] = (
    OfferedTool(
        path=SEARCH,
        offer=Offer(
            name="search_payee",
            description="Search the web for this payee. The query is the payee's name and, if you like, the topic.",
            schema={
                "type": "object",
                "properties": {"topic": {"type": "string", "enum": list(TOPICS)}},
                "additionalProperties": False,
            },
        ),
        build=_query,
    ),
    OfferedTool(
        path=PAYEE,
        offer=Offer(
            name="identify_payee",
            description="Look up who this payee is and what kind of business. It takes no arguments.",
            schema=_NOTHING,
        ),
        build=_text,
    ),
)


def offered(paths: Collection[str]) -> tuple[OfferedTool, ...]:
    """Return the tools that can be offered among those that are allowed."""
    return tuple(one for one in KNOWN if one.path in paths)
