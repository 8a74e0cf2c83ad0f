"""A model's wish to look something up, made a call of a tool that the book allows, or refused; on record either way."""

import json
from collections.abc import Mapping
from typing import Any

from ledgerflow.agent.errors import WrongAnswerError
from ledgerflow.agent.models import AgentTurn
from ledgerflow.agent.offers import OfferedTool
from ledgerflow.agent.services.ways import ToolUnavailableError
from ledgerflow.agent.talk import LookUpRefusedError
from ledgerflow.agent.values import Call, Question
from ledgerflow.core.foreign_text import RESULT_LENGTH, stripped

_TEXT_LENGTH = 300
_MOST_ITEMS = 10
_DEEPEST = 5


def readable(result: object) -> str:
    """Return a tool's result as JSON in which every text is stripped and short; cut at 4,000 characters."""
    return json.dumps(_bare(result, 0), ensure_ascii=False)[:RESULT_LENGTH]


def _bare(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return stripped(value, _TEXT_LENGTH)
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth >= _DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        items = list(value.items())[: 3 * _MOST_ITEMS]
        return {stripped(str(key), 40): _bare(one, depth + 1) for key, one in items}
    if isinstance(value, list | tuple):
        return [_bare(one, depth + 1) for one in value[:_MOST_ITEMS]]
    return stripped(str(value), _TEXT_LENGTH)


def arguments_for(tool: OfferedTool, question: Question, call: Call) -> Mapping[str, object]:
    """Return what the tool is really called with.

    Raises:
        LookUpRefusedError: the model wrote something that the function does not take.
    """
    try:
        return tool.arguments(question, call.arguments)
    except WrongAnswerError as error:
        raise LookUpRefusedError(str(error)) from error


def state_of(error: ToolUnavailableError) -> AgentTurn.State:
    """Return how a call that raised ended."""
    return AgentTurn.State.REFUSED if error.is_refusal else AgentTurn.State.FAILED


def shown_arguments(call: Call) -> dict[str, str]:
    """Return a refused call as it is kept: what the model wrote, stripped and short."""
    return {"name": stripped(call.name, 64), "arguments": stripped(call.arguments, _TEXT_LENGTH)}
