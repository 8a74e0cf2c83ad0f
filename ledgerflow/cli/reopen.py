"""``ledgerflow reopen``: reopen closed periods, or unlock locked ones."""

import argparse

from django.utils import timezone

from ledgerflow.books.permissions import Action
from ledgerflow.books.scope import book_scope
from ledgerflow.cli import output
from ledgerflow.cli.days import day
from ledgerflow.cli.people import acting_user, add_book_arguments, open_book
from ledgerflow.ledger.services.periods import reopen_period, unlock_period

HELP = "reopen the books: reopen --book SLUG [--through DATE] [--soft] --reason WHY"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the day through which the books stay as they are, and why."""
    add_book_arguments(parser)
    parser.add_argument(
        "--through", type=day, metavar="DATE", help="stay closed through this day; wholly open if not given"
    )
    parser.add_argument("--soft", action="store_true", help="lift the lock only; what is closed stays closed")
    parser.add_argument("--reason", required=True, help="why; it stands in the history")
    output.add_format_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Reopen or unlock, and print what was changed."""
    user = acting_user(options.user)
    action = Action.CLOSE_PERIOD if options.soft else Action.REOPEN_PERIOD
    book = open_book(options.book, user=user, action=action)
    change = unlock_period if options.soft else reopen_period
    with book_scope(book, user):
        done = change(
            book=book, through=options.through, reason=options.reason, user=user, now=timezone.now()
        )
    output.print_rows([{"book": book.slug, "outcome": done.what}], options.format)
    return 0
