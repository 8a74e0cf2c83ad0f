"""``ledgerflow close``: lock or close the books through a day, or close a fiscal year to equity."""

import argparse

from django.utils import timezone

from ledgerflow.books.permissions import Action
from ledgerflow.books.scope import book_scope
from ledgerflow.cli import output
from ledgerflow.cli.days import day
from ledgerflow.cli.people import acting_user, add_book_arguments, open_book
from ledgerflow.review.close_selectors import Checklist, checklist
from ledgerflow.review.services import Closing, close_books

HELP = "close the books through a day: close --book SLUG --through DATE [--soft | --year] --reason WHY"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the day, how firmly, and why."""
    add_book_arguments(parser)
    parser.add_argument("--through", type=day, required=True, metavar="DATE", help="the last closed day")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--soft", action="store_true", help="only lock: owners and reviewers may still post")
    how.add_argument("--year", action="store_true", help="close the fiscal year that ends then to equity")
    parser.add_argument("--reason", default="", help="why; needed while points of the checklist are open")
    parser.add_argument("--dry-run", action="store_true", help="print the checklist only")
    output.add_format_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Close, and print the checklist with what was open."""
    user = acting_user(options.user)
    book = open_book(options.book, user=user, action=Action.CLOSE_PERIOD)
    how = Closing.LOCK if options.soft else Closing.YEAR if options.year else Closing.CLOSE
    with book_scope(book, user):
        if options.dry_run:
            found = checklist(book=book, through=options.through)
        else:
            found = close_books(
                book=book,
                through=options.through,
                how=how,
                reason=options.reason,
                user=user,
                now=timezone.now(),
            )
    done = "nothing was closed" if options.dry_run else "locked" if options.soft else "closed"
    output.print_rows(_rows(found, f"{done} through {options.through}"), options.format)
    return 0


def _rows(found: Checklist, outcome: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = [
        {"point": point.what, "open": point.count, "detail": point.detail} for point in found.points
    ]
    return [*rows, {"point": "books", "open": None, "detail": outcome}]
