"""The enabled tools of the registry as tools of the MCP server, each under a name derived from its module path."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from ledgerflow.api import shapes
from ledgerflow.api.access import Caller
from ledgerflow.api.mcp.offers import STAGED, Offer
from ledgerflow.api.stage import ToolRunAsked, propose
from ledgerflow.api.tool_runs import OfferedTool, offered, run_tool
from ledgerflow.review.models import Proposal
from ledgerflow.toolbox.models import Asker


class _Run(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    book: str
    arguments: dict[str, Any] = {}


class _Proposed(_Run):
    reason: Annotated[str, Field(max_length=500)] = ""


def tool_offers(caller: Caller) -> list[Offer[Any]]:
    """Return an offer for each tool that the caller may run, or propose to run."""
    return [_proposal(each) if each.is_proposed else _offer(each) for each in offered(caller)]


def name_of(path: str) -> str:
    """Return ``package-function`` for ``tools.package.function``: no path has a hyphen, so no two names are one."""
    return path.removeprefix("tools.").replace(".", "-")


def _offer(offer: OfferedTool) -> Offer[Any]:
    tool = offer.tool
    return Offer(
        name=name_of(tool.module_path),
        title=tool.summary,
        description=f"{tool.summary} Runs for a book, with its settings and within its limits ({tool.module_path}).",
        scope=offer.scope,
        takes=_Run,
        gives=shapes.ToolAnswerShape,
        answer=partial(_answer, tool.module_path),
        schema=_schema(tool.argument_schema),
        uses_network=offer.uses_network,
    )


def _proposal(offer: OfferedTool) -> Offer[Any]:
    tool = offer.tool
    schema = _schema(tool.argument_schema)
    schema["properties"]["reason"] = {
        "type": "string",
        "maxLength": 500,
        "description": "Why, for the person who decides.",
    }
    return Offer(
        name=name_of(tool.module_path),
        title=tool.summary,
        description=f"Proposes to run {tool.module_path} for a book: {tool.summary} {STAGED}",
        scope=offer.scope,
        takes=_Proposed,
        gives=shapes.ProposalShape,
        answer=partial(_propose, tool.module_path),
        schema=schema,
        uses_network=offer.uses_network,
    )


def _propose(path: str, caller: Caller, asked: _Proposed) -> shapes.ProposalShape:
    wish = ToolRunAsked(kind="run_tool", tool=path, arguments=asked.arguments, reason=asked.reason)
    return propose(caller, asked.book, wish, through=Proposal.Through.MCP)


def _answer(path: str, caller: Caller, asked: _Run) -> shapes.ToolAnswerShape:
    return run_tool(caller, path, slug=asked.book, arguments=asked.arguments, through=Asker.MCP)


def _schema(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tool's own schema beside the book; what it refers to moves to the top, where references look."""
    own = {key: value for key, value in arguments.items() if key != "$defs"}
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "book": {"type": "string", "description": "The book's slug, as list_books names it."},
            "arguments": own or {"type": "object"},
        },
        "required": ["book", "arguments"],
        "additionalProperties": False,
    }
    return schema | ({"$defs": arguments["$defs"]} if "$defs" in arguments else {})
