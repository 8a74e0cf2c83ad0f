"""``ledgerflow verify``: every invariant recomputed from the rows."""

import argparse

from ledgerflow.books.models import Book
from ledgerflow.books.permissions import Action
from ledgerflow.cli import output
from ledgerflow.cli.people import acting_user, add_user_argument, open_book
from ledgerflow.ops.verify import problems

HELP = "recompute every invariant from the rows; exit 1 with a list if one does not hold"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the book, or all."""
    parser.add_argument("--book", metavar="SLUG", help="one book; all books if not given")
    add_user_argument(parser)
    output.add_format_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Print what does not hold; 0 when everything does."""
    user = acting_user(options.user)
    if options.book:
        books = [open_book(options.book, user=user, action=Action.VIEW)]
    else:
        books = list(Book.objects.order_by("slug"))
    rows = [
        {"book": book.slug, "check": problem.check, "problem": problem.sentence}
        for book in books
        for problem in problems(book=book)
    ]
    output.print_rows(rows, options.format, empty=f"{len(books)} books verified: every invariant holds.")
    return int(bool(rows))
