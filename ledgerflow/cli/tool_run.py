"""``ledgerflow tools run``: call a tool, with the same consent, limits and record as everywhere."""

import argparse
import json
import sys

from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.books.permissions import Action
from ledgerflow.cli import BAD_INPUT, DONE, FAILED
from ledgerflow.cli.database import running
from ledgerflow.cli.people import acting_user, add_user_argument, open_book
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.toolbox.models import Asker
from ledgerflow.toolbox.services.calling import (
    Answer,
    Asking,
    ToolCallError,
    ToolNotAllowedError,
    call_tool,
)
from ledgerflow.users.models import User

_STANDARD_INPUT = "-"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take which tool, with which arguments, for which book."""
    parser.add_argument("path", metavar="PATH", help="of the tool, as in tools.search_tool.search_web")
    parser.add_argument(
        "--json", default="{}", metavar="JSON", help="the arguments as a JSON object; - reads standard input"
    )
    parser.add_argument("--book", metavar="SLUG", help="for this book: its settings, limits and record")
    parser.add_argument("--fresh", action="store_true", help="ask anew, also where an answer is cached")
    add_user_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Print the result as JSON, and on stderr which run it was; 1 when the tool failed, 2 when it was not started."""
    arguments = _arguments(options.json)
    if arguments is None:
        print(
            'ledgerflow tools: --json must be a JSON object, such as \'{"query": "tea"}\'.', file=sys.stderr
        )
        return BAD_INPUT
    with running():
        user = acting_user(options.user)
        book = open_book(options.book, user=user, action=Action.RUN_TOOLS) if options.book else None
        try:
            answer = _called(options, arguments, book, user)
        except ToolCallError as error:
            named = f" (run {error.run_id})" if error.run_id else ""
            print(f"ledgerflow tools: {error}{named}", file=sys.stderr)
            return BAD_INPUT if isinstance(error, ToolNotAllowedError) else FAILED
    print(json.dumps(answer.result, ensure_ascii=False, indent=1))
    age = f", cached since {answer.computed_at.isoformat(timespec='seconds')}" if answer.from_cache else ""
    print(f"Run {answer.run_id}{age}.", file=sys.stderr)
    return DONE


def _called(
    options: argparse.Namespace, arguments: dict[str, object], book: Book | None, user: User
) -> Answer:
    if book is None and not user.is_firm_admin:
        raise LedgerFlowError("Name a book with --book: without one only a firm administrator calls tools.")
    asking = Asking(through=Asker.COMMAND, book=book, user=user)
    return call_tool(
        path=options.path, arguments=arguments, asking=asking, now=timezone.now(), fresh=options.fresh
    )


def _arguments(given: str) -> dict[str, object] | None:
    text = sys.stdin.read() if given == _STANDARD_INPUT else given
    try:
        arguments = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return arguments if isinstance(arguments, dict) else None
