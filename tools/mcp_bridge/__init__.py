"""Tools of other programs, over the Model Context Protocol: each of them named and agreed to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from tools.contract import Context, Manifest, Permissions
from tools.mcp_bridge._calling import call
from tools.mcp_bridge._server import server_of
from tools.mcp_bridge._session import open_session
from tools.mcp_bridge._tools import fingerprint, offered

__all__ = ["call_tool", "list_tools"]

_SECRETS = 8

ServerName = Annotated[str, Field(description="The server's name in the configuration.")]

MANIFEST = Manifest(
    version="1.2.0",
    kind="bridge",
    summary="Calls tools of MCP servers that the installation names, each one agreed to by name and schema.",
    permissions=Permissions(
        network=True,
        # What a tool elsewhere does is not known here.
        writes=True,
        timeout_seconds=60,
        memory_bytes=256 * 1024 * 1024,
        output_bytes=1024 * 1024,
        # A call that failed may have had an effect, so it is never repeated; and two answers need not be the same.
        retries=0,
        cache_seconds=0,
        calls_a_minute=30,
        calls_a_day=1_000,
    ),
    configuration={
        "type": "object",
        "properties": {
            "servers": {
                "type": "array",
                "title": "Servers",
                "default": [],
                "maxItems": 20,
                "items": {
                    "type": "object",
                    "properties": {
                        "name": {"type": "string", "pattern": "^[a-z][a-z0-9_-]{0,39}$"},
                        "url": {
                            "type": "string",
                            "format": "own-service",
                            "description": "Where it speaks streamable HTTP, such as https://tools.example/mcp.",
                        },
                        "headers": {
                            "type": "object",
                            "description": "Headers to send. A value names a secret below: Bearer {secret_1}.",
                            "propertyNames": {"pattern": "^[A-Za-z][A-Za-z0-9-]{0,60}$"},
                            "additionalProperties": {
                                "type": "string",
                                "pattern": rf"^([A-Za-z]{{1,20}} )?\{{secret_[1-{_SECRETS}]\}}$",
                            },
                        },
                    },
                    "required": ["name", "url"],
                    "additionalProperties": False,
                },
            },
            "redaction": {
                "type": "string",
                "enum": ["strict", "names", "off"],
                "title": "Redaction",
                "description": "What is taken out of arguments before they leave: account numbers, amounts and names; "
                "names stay; or nothing, to services of the installation alone.",
                "default": "strict",
            },
            **{
                f"secret_{number}": {
                    "type": "string",
                    "format": "secret",
                    "title": f"Secret {number}",
                    "description": "For the headers of servers.",
                }
                for number in range(1, _SECRETS + 1)
            },
        },
        "additionalProperties": False,
    },
)


@dataclass(frozen=True, slots=True)
class RemoteTool:
    """A tool as the server describes it today; all texts are the server's.

    ``fingerprint`` is the SHA-256 of name, description and schemas. ``is_allowed`` says that it may be called;
    ``is_changed`` that somebody agreed to it and it has become another since.
    """

    name: str
    description: str
    arguments: Mapping[str, Any]
    fingerprint: str
    is_allowed: bool
    is_changed: bool


@dataclass(frozen=True, slots=True)
class RemoteTools:
    """What a server offers. ``withdrawn`` are tools that somebody agreed to and that are not there any more.

    ``version`` is what the server calls its own.
    """

    server: str
    version: str
    protocol: str
    tools: tuple[RemoteTool, ...]
    withdrawn: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OtherContent:
    """Something that is no text (a picture, a sound, a link): what it is, not its content."""

    kind: str
    media_type: str
    length: int


@dataclass(frozen=True, slots=True)
class RemoteAnswer:
    """What the tool answered: its texts, one after the other, and its structured content where it has some."""

    server: str
    tool: str
    text: str
    structured: Any
    others: tuple[OtherContent, ...]


def list_tools(server: ServerName, context: Context) -> RemoteTools:
    """Ask a server which tools it offers, and say which of them may be called.

    :raises ToolError: the server is not configured, or does not speak the protocol; the message says what to change.
    :raises TemporaryToolError: it does not answer now.
    """
    named = server_of(context, server)
    session = open_session(context, named)
    found = offered(session)
    return RemoteTools(
        server=named.name,
        version=session.version,
        protocol=session.protocol,
        tools=tuple(
            RemoteTool(
                name=name,
                description=str(each.get("description") or ""),
                arguments=each.get("inputSchema") or {},
                fingerprint=fingerprint(each),
                is_allowed=named.allowed.get(name) == fingerprint(each),
                is_changed=named.allowed.get(name) not in {None, fingerprint(each)},
            )
            for name, each in found.items()
        ),
        withdrawn=tuple(sorted(named.allowed.keys() - found.keys())),
    )


def call_tool(
    server: ServerName,
    tool: Annotated[str, Field(description="The tool's name at the server.")],
    context: Context,
    *,
    arguments: Annotated[
        Mapping[str, Any] | None, Field(description="As the tool's own schema says.")
    ] = None,
) -> RemoteAnswer:
    """Call a tool that was agreed to and is still the same.

    The server is asked first what the tool is today. A tool that nobody agreed to is never named to the server.

    :raises ToolError: nobody agreed to the tool, it changed since, or it failed.
    :raises TemporaryToolError: the server does not answer before the call; nothing was called.
    """
    named = server_of(context, server)
    answer = call(context, named, tool, dict(arguments or {}))
    return RemoteAnswer(
        server=named.name,
        tool=tool,
        text=answer.text,
        structured=answer.structured,
        others=tuple(OtherContent(*each) for each in answer.others),
    )
