"""What a server offers, and the fingerprint of it that somebody agrees to."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from tools.contract import ToolError
from tools.mcp_bridge._session import Session
from tools.mcp_bridge._texts import line

_MOST_PAGES = 20
_MOST_TOOLS = 500


def offered(session: Session) -> dict[str, Mapping[str, Any]]:
    """Return the server's description of each tool by name.

    :raises ToolError: a description has no name, two have the same, or there is no end of them.
    """
    found: dict[str, Mapping[str, Any]] = {}
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        page = session.ask("tools/list", {"cursor": cursor} if cursor else {})
        tools = page.get("tools")
        for each in tools if isinstance(tools, list) else []:
            name = each.get("name") if isinstance(each, Mapping) else None
            if not isinstance(name, str) or not name:
                raise ToolError(f"The MCP server {session.server.name!r} offers a tool without a name.")
            if name in found:
                raise ToolError(
                    f"The MCP server {session.server.name!r} offers two tools called {line(name)}."
                )
            found[name] = each
        next_cursor = page.get("nextCursor")
        if not next_cursor:
            return found
        cursor = str(next_cursor)
        if len(found) > _MOST_TOOLS:
            break
    raise ToolError(
        f"The MCP server {session.server.name!r} offers more than {_MOST_TOOLS} tools or does not end."
    )


def fingerprint(tool: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what the tool says of itself: name, description, and the schemas of both ends.

    The description counts as well: a model reads it, so that another one is another tool.
    """
    said = {name: tool.get(name) for name in ("name", "description", "inputSchema", "outputSchema")}
    return hashlib.sha256(
        json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str).encode()
    ).hexdigest()
