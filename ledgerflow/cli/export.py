"""``ledgerflow export``: a whole book for other programs."""

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.books.permissions import Action
from ledgerflow.books.scope import book_scope
from ledgerflow.cli.people import acting_user, add_book_arguments, open_book
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.exchange.accountant.package import write_package
from ledgerflow.exchange.archive.writing import write_archive
from ledgerflow.exchange.plain_text import PLAIN_TEXTS, write_plain_text
from ledgerflow.reports.forms import PeriodForm

HELP = "write a book: for Beancount or hledger, as CSV, as an archive that `unpack` takes in, or for an accountant"

_ARCHIVE, _ACCOUNTANT = "archive", "accountant"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the book, the form and where to write."""
    add_book_arguments(parser)
    parser.add_argument(
        "--format", required=True, choices=[*PLAIN_TEXTS, _ARCHIVE, _ACCOUNTANT], help="what to write"
    )
    parser.add_argument(
        "--period",
        metavar="PERIOD",
        help="for an accountant: 2025, 2025-Q1, last fiscal year (this fiscal year)",
    )
    parser.add_argument(
        "out", type=Path, metavar="OUT", help="the file to write; one that is there is replaced"
    )


def run(options: argparse.Namespace) -> int:
    """Write the file whole or not at all, and say what is in it."""
    user = acting_user(options.user)
    # An archive holds what only those who manage a book see: who its people are.
    action = Action.MANAGE_BOOK if options.format == _ARCHIVE else Action.VIEW
    book = open_book(options.book, user=user, action=action)
    with _written(options.out) as file, book_scope(book, user, is_snapshot=True):
        if options.format == _ACCOUNTANT:
            said = _write_package(book, options.period or "", file)
        else:
            said = _write(book, options.format, file)
    print(f"{options.out} holds the book {book.slug}.{said}")
    return 0


def _write(book: Book, form: str, file: IO[bytes]) -> str:
    """Write the book and return what there is to say about it."""
    if form == _ARCHIVE:
        rows = write_archive(book=book, out=file, now=timezone.now())
        return f" Entries: {rows['entries']}; bank lines: {rows['lines']}; documents: {rows['documents']}."
    written = write_plain_text(book=book, form=form, out=file)
    if not PLAIN_TEXTS[form].has_assertions:
        return ""
    why = " The file says why." if written.left_out else ""
    return f" Balances of proven statements: {written.asserted} asserted, {written.left_out} left out.{why}"


def _write_package(book: Book, period: str, file: IO[bytes]) -> str:
    form = PeriodForm({"period": period}, book=book, today=timezone.localdate())
    if not form.is_valid():
        raise LedgerFlowError(" ".join(map(str, form.errors["period"])))
    _, chosen = form.chosen()
    packed = write_package(book=book, period=chosen, out=file, made_at=timezone.now())
    return (
        f" Days: {chosen.first} to {chosen.last}; reports: {packed.reports}; documents: {packed.documents}."
    )


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
