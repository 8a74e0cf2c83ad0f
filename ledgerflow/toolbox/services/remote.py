"""MCP servers in the bridge's settings, what they offer, and consent to each of their tools by itself."""

import copy
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.books.permissions import NotAllowedError
from ledgerflow.core.cached import REMOTE_TOOLS, keep, peek
from ledgerflow.toolbox import plain
from ledgerflow.toolbox.calls import Answer, Asking
from ledgerflow.toolbox.configuration_schemas import secret_names
from ledgerflow.toolbox.errors import ConfigurationError
from ledgerflow.toolbox.models import Asker, Outcome, Tool, ToolRun
from ledgerflow.toolbox.remote import BRIDGE, RemoteServer, server_of
from ledgerflow.toolbox.services.calling import call_tool
from ledgerflow.toolbox.services.configuration import configure_tool, kept_settings, stored_configuration
from ledgerflow.toolbox.services.consents import agreements, record_consent, withdraw_consent
from ledgerflow.users.models import User

LIST = "tools.mcp_bridge.list_tools"
_LONGEST_NAME = 200


def remote_servers(*, tool: Tool, book: Book | None) -> list[RemoteServer]:
    """Return the servers of the bridge's settings, with their tools as far as a server was asked."""
    servers = stored_configuration(tool, book).get("servers", [])
    of_book = book if names_servers(tool=tool, book=book) else None
    return [server_of(each, agreements(each, of_book), _offers(book, each)) for each in servers]


def names_servers(*, tool: Tool, book: Book | None) -> bool:
    """Whether servers are named at this level; those of a book stand in place of the installation's."""
    return "servers" in kept_settings(tool, book)


def ask_server(*, tool: Tool, server: str, book: Book | None, user: User, now: datetime) -> Answer:
    """Ask a server which tools it offers: a run as every other.

    :raises ToolCallError: the bridge may not run, or the server did not answer.
    :raises ConfigurationError: there is no such server.
    """
    settings = _named(stored_configuration(tool, book), server)
    asking = Asking(through=Asker.PERSON, book=book, user=user, subject=f"tools of {server}")
    answer = call_tool(path=LIST, arguments={"server": server}, asking=asking, now=now, fresh=True)
    keep(REMOTE_TOOLS, value=answer.result, **_place(book, settings))
    return answer


@transaction.atomic
def name_server(
    *,
    tool: Tool,
    name: str,
    url: str,
    token: Mapping[str, str] | None,
    book: Book | None,
    user: User,
    now: datetime,
) -> None:
    """Put a server into the settings; ``token`` refers to the secret that it is sent as bearer, ``None`` sends none.

    The first one that is named for a book replaces the installation's there.

    :raises NotAllowedError: the user does not set up the bridge.
    :raises ConfigurationError: the name is taken, there is no room for another secret, or a value fits no schema.
    """
    values = _held(tool, book)
    servers = values.setdefault("servers", [])
    if any(each["name"] == name for each in servers):
        raise ConfigurationError(f"There is an MCP server “{name}” already.")
    server: dict[str, Any] = {"name": name, "url": url}
    if token is not None:
        free = sorted(secret_names(tool.manifest["configuration"]) - values.keys())
        if not free:
            raise ConfigurationError("Each secret of the bridge is taken; free one in its settings.")
        values[free[0]] = dict(token)
        server["headers"] = {"Authorization": f"Bearer {{{free[0]}}}"}
    servers.append(server)
    configure_tool(tool=tool, book=book, values=values, user=user, now=now)


@transaction.atomic
def forget_server(*, tool: Tool, server: str, book: Book | None, user: User, now: datetime) -> None:
    """Take a server out of the settings, with the references that it alone used; what was agreed to of it ends.

    A book without a server of its own has the installation's again.

    :raises NotAllowedError: the user does not set up the bridge.
    :raises ConfigurationError: there is no such server at this level.
    """
    values = _held(tool, book)
    gone = _named(values, server)
    values["servers"].remove(gone)
    rest = str([each.get("headers") for each in values["servers"]])
    for name in secret_names(tool.manifest["configuration"]) & values.keys():
        if f"{{{name}}}" in str(gone.get("headers")) and f"{{{name}}}" not in rest:
            del values[name]
    if not values["servers"]:
        del values["servers"]  # an empty list would go on hiding the installation's
    configure_tool(tool=tool, book=book, values=values, user=user, now=now)


@transaction.atomic
def agree_to_remote(
    *, tool: Tool, server: str, name: str, fingerprint: str, book: Book | None, user: User, now: datetime
) -> None:
    """Let the tool of the server be called, as long as it is what has this fingerprint; who agreed stays on record.

    :raises NotAllowedError: the user is no firm administrator.
    :raises ConfigurationError: there is no such server at this level, or it did not offer this when it was asked last.
    """
    settings = _named(_held(tool, book), server)
    _require_firm_admin(user)
    offers = _offers(book, settings) or {"tools": []}
    seen = [each for each in offers["tools"] if (each["name"], each["fingerprint"]) == (name, fingerprint)]
    if not seen:
        raise ConfigurationError(
            "Ask the server what it offers first: nothing was seen that could be agreed to."
        )
    if len(name) > _LONGEST_NAME:
        raise ConfigurationError(f"A name of more than {_LONGEST_NAME} characters cannot be agreed to.")
    version = str(offers.get("version", ""))
    record_consent(server=settings, offer=seen[0], version=version, book=book, user=user, now=now)


@transaction.atomic
def withdraw_remote(
    *, tool: Tool, server: str, name: str, book: Book | None, user: User, now: datetime
) -> None:
    """Let the tool of the server be called no more; who withdrew it stays on record.

    :raises NotAllowedError: the user is no firm administrator.
    :raises ConfigurationError: there is no such server at this level, or nobody agreed to the tool.
    """
    settings = _named(_held(tool, book), server)
    _require_firm_admin(user)
    if not withdraw_consent(server=settings, name=name, book=book, user=user, now=now):
        raise ConfigurationError(
            f"Nobody agreed to “{name[:_LONGEST_NAME]}” of {server}, or it was withdrawn already."
        )


def _require_firm_admin(user: User) -> None:
    if not (user.is_active and user.is_firm_admin):
        raise NotAllowedError("Only a firm administrator agrees to tools of servers, and withdraws that.")


def _held(tool: Tool, book: Book | None) -> dict[str, Any]:
    """Return the settings of this level to change, while nobody else changes them."""
    list(
        Tool.objects.select_for_update(of=("self",))
        .filter(module_path__startswith=f"tools.{BRIDGE}.")
        .order_by("pk")
        .values_list("pk")
    )
    return copy.deepcopy(kept_settings(tool, book))


def _named(values: Mapping[str, Any], server: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = [each for each in values.get("servers", []) if each["name"] == server]
    if len(found) != 1:
        raise ConfigurationError(f"There is no MCP server “{server[:60]}” in the settings here.")
    return found[0]


def _offers(book: Book | None, settings: Mapping[str, Any]) -> Any:
    """Return what the server answered last: from the cache, or from the record, which all processes share."""
    found = peek(REMOTE_TOOLS, **_place(book, settings))
    if found is None:
        asked = ToolRun.objects.filter(
            tool__module_path=LIST,
            book=book,
            outcome=Outcome.DONE,
            arguments={"server": settings["name"]},
            requests__url=settings["url"],  # another one of this name may have been here before
        )
        found = asked.order_by("-pk").values_list("result", flat=True).first()
    # Nobody agrees to what was too long to be kept, and is a number of characters in the record.
    return found if found is not None and "tools" in found and plain.is_whole(found) else None


def _place(book: Book | None, settings: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "book_id": book.pk if book else 0,
        "version": plain.digest([settings["name"], settings["url"], settings.get("headers", {})]),
    }
