"""One call of a tool elsewhere, after it was looked at again; an answer that never came is said to be that."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tools.contract import Context, TemporaryToolError, ToolError
from tools.mcp_bridge._server import Server
from tools.mcp_bridge._session import RemoteError, Session, open_session
from tools.mcp_bridge._texts import cleaned, line
from tools.mcp_bridge._tools import fingerprint, offered

_LONGEST_TEXT = 200_000


@dataclass(frozen=True, slots=True)
class Answer:
    """``others`` are kind, media type and length of what is no text."""

    text: str
    structured: Any
    others: tuple[tuple[str, str, int], ...]


def call(context: Context, server: Server, tool: str, arguments: Mapping[str, Any]) -> Answer:
    """Call the tool if somebody agreed to it and it is still the same.

    :raises ToolError: see :func:`tools.mcp_bridge.call_tool`.
    """
    agreed = server.allowed.get(tool)
    if agreed is None:
        raise ToolError(
            f"Nobody agreed to {line(tool)!r} of the MCP server {server.name!r}. A firm administrator looks at it on "
            "the page of the bridge, under Servers, and agrees to it there."
        )
    session = open_session(context, server)
    today = offered(session).get(tool)
    if today is None:
        raise ToolError(f"The MCP server {server.name!r} does not offer {tool!r} any more.")
    if fingerprint(today) != agreed:
        raise ToolError(
            f"{tool!r} of the MCP server {server.name!r} has changed since somebody agreed to it: its description or "
            "its schema is another one. A firm administrator looks at it under Servers, and agrees to it again."
        )
    return _answer(_asked(session, tool, arguments), server, tool)


def _asked(session: Session, tool: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        return session.ask("tools/call", {"name": tool, "arguments": arguments})
    except RemoteError:
        raise
    except TemporaryToolError as error:
        # Not temporary for whoever calls: the same call again could do the same thing twice.
        raise ToolError(
            f"{tool!r} was called and its answer did not come ({line(error)}). Whether it had an effect is not known: "
            "look there before it is called again."
        ) from error


def _answer(result: Mapping[str, Any], server: Server, tool: str) -> Answer:
    content = result.get("content")
    parts = [part for part in content if isinstance(part, Mapping)] if isinstance(content, list) else []
    text = "\n".join(cleaned(str(part.get("text", ""))) for part in parts if part.get("type") == "text")
    if result.get("isError"):
        raise ToolError(
            f"{tool!r} of the MCP server {server.name!r} failed: {line(text) or 'no reason given'}."
        )
    if len(text) > _LONGEST_TEXT:
        raise ToolError(f"{tool!r} answered with {len(text):,} characters; {_LONGEST_TEXT:,} are the most.")
    return Answer(
        text=text,
        structured=result.get("structuredContent"),
        others=tuple(_other(part) for part in parts if part.get("type") != "text"),
    )


def _other(part: Mapping[str, Any]) -> tuple[str, str, int]:
    held = part.get("resource")
    inner: Mapping[str, Any] = held if isinstance(held, Mapping) else part
    content = inner.get("data") or inner.get("blob") or inner.get("text") or inner.get("uri") or ""
    return line(part.get("type"))[:40], line(inner.get("mimeType"))[:100], len(str(content))
