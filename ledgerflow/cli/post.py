"""``ledgerflow post``: accepted lines into the journal."""

import argparse

from django.utils import timezone

from ledgerflow.books.permissions import Action
from ledgerflow.cli import output
from ledgerflow.cli.people import acting_user, add_book_arguments, open_book
from ledgerflow.posting.services import post_lines

HELP = "post accepted lines"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the book."""
    add_book_arguments(parser)
    parser.add_argument("--dry-run", action="store_true", help="count only")
    output.add_format_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Post, and print how many entries were and why others were not."""
    user = acting_user(options.user)
    book = open_book(options.book, user=user, action=Action.POST)
    outcome = post_lines(
        book=book, line_ids=None, posted_by=user, posted_at=timezone.now(), dry_run=options.dry_run
    )
    verb = "would be posted" if options.dry_run else "posted"
    rows: list[dict[str, object]] = [{"line": None, "outcome": f"{outcome.posted} entries {verb}"}]
    rows += [{"line": line, "outcome": f"not posted: {sentence}"} for line, sentence in outcome.refused]
    output.print_rows(rows, options.format)
    return 0
