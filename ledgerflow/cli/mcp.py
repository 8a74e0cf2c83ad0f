"""``ledgerflow mcp``: the books for an MCP client that starts this command."""

import argparse
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.utils import timezone

from ledgerflow.api.access import Caller, caller_of
from ledgerflow.api.models import Scope
from ledgerflow.books.permissions import Action
from ledgerflow.cli.people import acting_user, open_book
from ledgerflow.core.errors import LedgerFlowError

HELP = "serve the books and enabled tools to an MCP client on standard input and output"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take on whose behalf, whether changes may be proposed, and whether anything may leave the machine."""
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--user", metavar="EMAIL", help="answer with this user's rights, only reading")
    who.add_argument(
        "--token-file",
        type=Path,
        metavar="FILE",
        help="answer for the access token in this file, with its scopes",
    )
    parser.add_argument("--book", metavar="SLUG", help="with --user: this book alone")
    parser.add_argument(
        "--propose",
        action="store_true",
        help="with --user: let the client propose changes, which a person accepts",
    )
    parser.add_argument(
        "--network",
        action="store_true",
        help="with --user: let the client run enabled tools that use the network; what it writes leaves this machine",
    )


def run(options: argparse.Namespace) -> int:
    """Serve until the client closes standard input."""
    if options.token_file is not None and (options.book or options.propose or options.network):
        raise LedgerFlowError("A token says itself which book it opens and what it may do; leave those out.")
    who = _by_token(options.token_file) if options.token_file is not None else _by_user(options)
    who()
    try:
        door: Any = importlib.import_module("ledgerflow.api.mcp.stdio")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"mcp", "mcp_types"}:
            raise
        raise LedgerFlowError("The MCP server needs an extra: install ledgerflow[mcp].") from error
    door.serve(who)
    return 0


def _by_token(path: Path) -> Callable[[], Caller]:
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise LedgerFlowError(f"The token cannot be read from {path}: {error}.") from error

    def who() -> Caller:
        caller = caller_of(secret=secret, now=timezone.now())
        if caller is None:
            raise LedgerFlowError(
                "The access token is unknown, expired or revoked; make a new one in LedgerFlow."
            )
        return caller

    return who


def _by_user(options: argparse.Namespace) -> Callable[[], Caller]:
    asked = {Scope.PROPOSE: options.propose, Scope.NETWORK: options.network}
    scopes = {Scope.READ, Scope.TOOLS, *(scope for scope, is_asked in asked.items() if is_asked)}

    def who() -> Caller:
        user = acting_user(options.user)
        book = open_book(options.book, user=user, action=Action.VIEW) if options.book else None
        return Caller(user=user, scopes=frozenset(scopes), label="ledgerflow mcp", book=book)

    return who
