"""The enabled tools of the registry for REST and MCP: which a caller is offered, and a run of one for a book."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from ledgerflow.api import shapes
from ledgerflow.api.access import Caller, UnknownError
from ledgerflow.api.models import Scope
from ledgerflow.books.permissions import Action
from ledgerflow.toolbox.consent import State
from ledgerflow.toolbox.models import Asker, Tool
from ledgerflow.toolbox.selectors import paths_to_network
from ledgerflow.toolbox.services.calling import Asking, call_tool

#: Tools that take files; they read them where files come in.
_NOT_OFFERED = ("statement_reader",)


@dataclass(frozen=True, slots=True)
class OfferedTool:
    """An enabled tool for a program.

    One that changes something elsewhere (``is_proposed``) a program only proposes to run. One that uses the network,
    itself or by the tools that it needs, carries out what the program writes.
    """

    tool: Tool
    uses_network: bool

    @property
    def is_proposed(self) -> bool:
        """Whether it changes something elsewhere."""
        return bool(self.tool.manifest["permissions"]["writes"])

    @property
    def scope(self) -> Scope:
        """What a caller needs beside tools. Of a proposed run nothing leaves before a person has read it."""
        if self.is_proposed:
            return Scope.PROPOSE
        return Scope.NETWORK if self.uses_network else Scope.TOOLS


def offered(caller: Caller) -> list[OfferedTool]:
    """Return the enabled tools by path, as far as the caller's scopes go; no readers of files.

    Raises:
        ScopeError: the token is not for tools.
    """
    caller.needs(Scope.TOOLS)
    return [each for each in _enabled() if each.scope in caller.scopes]


def _enabled() -> list[OfferedTool]:
    tools = Tool.objects.filter(enabled=True, missing_since=None).exclude(kind__in=_NOT_OFFERED)
    network = paths_to_network()
    return [
        OfferedTool(tool, tool.module_path in network)
        for tool in tools.order_by("module_path")
        if tool.state is State.ON
    ]


def list_tools(caller: Caller) -> list[shapes.ToolShape]:
    """Return what the caller may run, with the schemas of arguments and result."""
    return [
        shapes.ToolShape(
            path=each.tool.module_path,
            kind=each.tool.kind,
            version=each.tool.version,
            summary=each.tool.summary,
            uses_network=each.uses_network,
            is_proposed=each.is_proposed,
            arguments=each.tool.argument_schema,
            result=each.tool.result_schema,
        )
        for each in offered(caller)
    ]


def run_tool(
    caller: Caller, path: str, *, slug: str, arguments: Mapping[str, Any], through: Asker
) -> shapes.ToolAnswerShape:
    """Run the tool for the book: with its settings, within its limits, by the role of the token's user in it.

    Raises:
        ScopeError: the token is not for tools, or not for those that use the network.
        UnknownError: there is no such tool or book for the caller.
        ToolCallError: it was not started, or gave no answer.
    """
    caller.needs(Scope.TOOLS)
    found = next((each for each in _enabled() if each.tool.module_path == path), None)
    if found is None:
        raise UnknownError(f"There is no tool “{path[:200]}” to run.")
    if found.is_proposed:
        raise UnknownError(f"{path} changes something elsewhere; propose to run it, and a person accepts.")
    caller.needs(found.scope)
    with caller.opened(slug, action=Action.RUN_TOOLS) as book:
        pass  # the tool runs outside its transaction, because nobody calls one while holding a lock
    answer = call_tool(
        path=path,
        arguments=arguments,
        asking=Asking(through=through, book=book, user=caller.user, subject=caller.label),
        now=timezone.now(),
    )
    return shapes.ToolAnswerShape(
        run=answer.run_id, result=answer.result, from_cache=answer.from_cache, computed_at=answer.computed_at
    )
