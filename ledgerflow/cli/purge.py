"""``ledgerflow purge``: remove a whole book for ever."""

import argparse
import sys
from pathlib import Path

from django.utils import timezone

from ledgerflow.books.permissions import Action
from ledgerflow.cli import output
from ledgerflow.cli.people import acting_user, add_book_arguments, open_book
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.ops.services import purge_book

HELP = "remove a whole book for ever: purge --book SLUG --name NAME --archive FILE"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the book, its name once more, and the archive that it was exported to."""
    add_book_arguments(parser)
    parser.add_argument("--name", help="the name of the book, typed by hand; asked for on a terminal")
    parser.add_argument(
        "--archive", type=Path, metavar="FILE", help="the archive it was exported to; a demo book needs none"
    )
    parser.add_argument("--dry-run", action="store_true", help="count what would go and leave it")
    output.add_format_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Remove the book, and print how many rows of each table went."""
    user = acting_user(options.user)
    book = open_book(options.book, user=user, action=Action.PURGE_BOOK)
    record = purge_book(
        book=book,
        typed_name=options.name if options.name is not None else _asked(book.slug),
        archive=options.archive,
        user=user,
        now=timezone.now(),
        dry_run=options.dry_run,
    )
    word = "would go" if options.dry_run else "gone"
    rows = [{"table": table, word: count} for table, count in sorted(record.rows.items())]
    output.print_rows([*rows, {"table": "books_book", word: 1}], options.format)
    return 0


def _asked(slug: str) -> str:
    if not sys.stdin.isatty():
        raise LedgerFlowError("Type the name of the book: --name NAME.")
    return input(
        f"This removes {slug} for ever, with every file and entry. Type the name of the book: "
    ).strip()
