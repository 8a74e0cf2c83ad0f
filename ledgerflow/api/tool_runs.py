"""The enabled tools of the registry for REST and MCP: which a caller is offered, and a run of one for a book."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from ledgerflow.api import shapes
from ledgerflow.api.access import Caller, UnknownError
from ledgerflow.api.models import Scope
from ledgerflow.books.permissions import Action
from ledgerflow.toolbox.consent import State
from ledgerflow.toolbox.models import Asker, Tool
from ledgerflow.toolbox.services.calling import Asking, call_tool

#: Tools that take files; they read them where files come in.
_NOT_OFFERED = ("statement_reader",)


def offered(caller: Caller) -> list[Tool]:
    """Return the enabled tools by path: no readers of files, and what changes something elsewhere to proposers alone.

    Raises:
        ScopeError: the token is not for tools.
    """
    caller.needs(Scope.TOOLS)
    tools = Tool.objects.filter(enabled=True, missing_since=None).exclude(kind__in=_NOT_OFFERED)
    may_propose = Scope.PROPOSE in caller.scopes
    return [
        tool
        for tool in tools.order_by("module_path")
        if tool.state is State.ON and (may_propose or not is_proposed(tool))
    ]


def is_proposed(tool: Tool) -> bool:
    """Whether the tool changes something elsewhere, so that a program only proposes to run it."""
    return bool(tool.manifest["permissions"]["writes"])


def list_tools(caller: Caller) -> list[shapes.ToolShape]:
    """Return what the caller may run, with the schemas of arguments and result."""
    return [
        shapes.ToolShape(
            path=tool.module_path,
            kind=tool.kind,
            version=tool.version,
            summary=tool.summary,
            uses_network=tool.manifest["permissions"]["network"],
            is_proposed=is_proposed(tool),
            arguments=tool.argument_schema,
            result=tool.result_schema,
        )
        for tool in offered(caller)
    ]


def run_tool(
    caller: Caller, path: str, *, slug: str, arguments: Mapping[str, Any], through: Asker
) -> shapes.ToolAnswerShape:
    """Run the tool for the book: with its settings, within its limits, by the role of the token's user in it.

    Raises:
        ScopeError: the token is not for tools.
        UnknownError: there is no such tool or book for the caller.
        ToolCallError: it was not started, or gave no answer.
    """
    found = next((tool for tool in offered(caller) if tool.module_path == path), None)
    if found is None:
        raise UnknownError(f"There is no tool “{path[:200]}” to run.")
    if is_proposed(found):
        raise UnknownError(f"{path} changes something elsewhere; propose to run it, and a person accepts.")
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
