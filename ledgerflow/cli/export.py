"""``ledgerflow export``: a whole book for other programs."""

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ledgerflow.books.permissions import Action
from ledgerflow.books.scope import book_scope
from ledgerflow.cli.people import acting_user, add_book_arguments, open_book
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.exchange.plain_text import PLAIN_TEXTS, write_plain_text

HELP = "write a whole book for other programs: Beancount, hledger or CSV"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the book, the form and where to write."""
    add_book_arguments(parser)
    parser.add_argument("--format", required=True, choices=sorted(PLAIN_TEXTS), help="what to write")
    parser.add_argument(
        "out", type=Path, metavar="OUT", help="the file to write; one that is there is replaced"
    )


def run(options: argparse.Namespace) -> int:
    """Write the file whole or not at all, and say what is in it."""
    user = acting_user(options.user)
    book = open_book(options.book, user=user, action=Action.VIEW)
    with _written(options.out) as file, book_scope(book, user, is_snapshot=True):
        written = write_plain_text(book=book, form=options.format, out=file)
    print(f"{options.out} holds the book {book.slug}.")
    if PLAIN_TEXTS[options.format].has_assertions:
        print(
            f"Balances of proven statements: {written.asserted} asserted, {written.left_out} left out as it says."
        )
    return 0


@contextmanager
def _written(out: Path) -> Iterator[IO[bytes]]:
    """Give a file beside ``out`` that takes its name once it is complete.

    Raises:
        LedgerFlowError: nothing can be written there.
    """
    try:
        with tempfile.NamedTemporaryFile(dir=out.parent, prefix=f".{out.name}-", delete=False) as file:
            working = Path(file.name)
            try:
                yield file
                file.flush()
                os.fsync(file.fileno())
                working.replace(out)
            finally:
                working.unlink(missing_ok=True)
    except OSError as error:
        raise LedgerFlowError(f"{out} cannot be written ({error.strerror}).") from error
