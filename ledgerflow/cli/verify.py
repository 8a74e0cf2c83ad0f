"""``ledgerflow verify``: every invariant recomputed from the rows."""

import argparse

from ledgerflow.books.models import Book
from ledgerflow.books.permissions import Action
from ledgerflow.cli import output
from ledgerflow.cli.people import acting_user, add_user_argument, open_book
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.core.problems import Problem
from ledgerflow.ledger.selectors.chain import anchored_batch
from ledgerflow.ops.verify import problems

HELP = "recompute every invariant from the rows; exit 1 with a list if one does not hold"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the book, or all."""
    parser.add_argument("--book", metavar="SLUG", help="one book; all books if not given")
    parser.add_argument(
        "--anchor",
        metavar="HEAD",
        help="with --book: a head of the hash chain that was printed or noted; it must still be in the chain",
    )
    add_user_argument(parser)
    output.add_format_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Print what does not hold; 0 when everything does."""
    user = acting_user(options.user)
    if options.anchor and not options.book:
        raise LedgerFlowError("A head of the hash chain is one book's: name the book with --book SLUG.")
    if options.book:
        books = [open_book(options.book, user=user, action=Action.VIEW)]
    else:
        books = list(Book.objects.order_by("slug"))
    rows = [
        {"book": book.slug, "check": problem.check, "problem": problem.sentence}
        for book in books
        for problem in (*problems(book=book), *_missing_anchor(book, options.anchor))
    ]
    output.print_rows(rows, options.format, empty=f"{len(books)} books verified: every invariant holds.")
    return int(bool(rows))


def _missing_anchor(book: Book, anchor: str | None) -> list[Problem]:
    if anchor is None or anchored_batch(book=book, anchor=anchor) is not None:
        return []
    return [
        Problem(
            "anchor",
            f"The hash chain no longer holds {anchor}: what was posted when it was noted has been changed since, and "
            "the chain made anew.",
        )
    ]
