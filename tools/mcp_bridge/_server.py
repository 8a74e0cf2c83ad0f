"""A server as it is configured, with secrets put into its headers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tools.contract import Context, ToolError

_PLACE = re.compile(r"\{(secret_\d)\}")


@dataclass(frozen=True, slots=True)
class Server:
    """``allowed`` holds, by the tool's name, the fingerprint that somebody agreed to; the toolbox hands it over."""

    name: str
    url: str
    headers: Mapping[str, str]
    allowed: Mapping[str, str]


def server_of(context: Context, name: str) -> Server:
    """Return the server of this name.

    :raises ToolError: there is none, the name stands twice, or a header names a secret that is not set.
    """
    servers = context.configuration.get("servers", [])
    found = [each for each in servers if each["name"] == name]
    if not found:
        known = ", ".join(sorted(each["name"] for each in servers)) or "none"
        raise ToolError(f"There is no MCP server {name!r} in the configuration; there are: {known}.")
    if len(found) > 1:
        raise ToolError(
            f"The configuration has {len(found)} MCP servers called {name!r}; give each a name of its own."
        )
    headers = {header: _filled(context, name, value) for header, value in found[0].get("headers", {}).items()}
    return Server(name, found[0]["url"], headers, found[0].get("allowed", {}))


def _filled(context: Context, server: str, template: str) -> str:
    place = _PLACE.search(template)
    secret = context.configuration.get(place[1]) if place else None
    if place is None or not secret:
        raise ToolError(
            f"A header of the MCP server {server!r} names a secret that is not set in the configuration."
        )
    if not str(secret).isprintable():
        raise ToolError(
            f"The secret {place[1]} holds a line break or another character that no header may have."
        )
    return template[: place.start()] + str(secret) + template[place.end() :]
