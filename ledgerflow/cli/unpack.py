"""``ledgerflow unpack``: a book out of its archive."""

import argparse
import sys
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.cli import BAD_INPUT, DONE
from ledgerflow.cli.people import acting_user, add_user_argument
from ledgerflow.core.problems import Problem
from ledgerflow.exchange.archive.errors import ArchiveError
from ledgerflow.exchange.archive.reading import opened
from ledgerflow.exchange.archive.tables import TABLES
from ledgerflow.exchange.services import restore_archive
from ledgerflow.ops.verify import problems

HELP = "make a book out of an archive that `export --format archive` wrote"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the archive and the book's address here."""
    parser.add_argument("archive", type=Path, metavar="ARCHIVE")
    parser.add_argument("--as", dest="slug", type=_slug, metavar="SLUG", help="the book's address here")
    parser.add_argument("--dry-run", action="store_true", help="read and check the archive only")
    add_user_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Make the book, whole or not at all; 2 when the archive is refused."""
    user = acting_user(options.user)
    try:
        if options.dry_run:
            return _look_into(options.archive)
        book = restore_archive(
            path=options.archive, owner=user, now=timezone.now(), check=_problems, slug=options.slug
        )
    except ArchiveError as error:
        print(f"ledgerflow unpack: {error}", file=sys.stderr)
        return BAD_INPUT
    print(f"The book {book.slug} is here, verified; {user} owns it.")
    return DONE


def _look_into(path: Path) -> int:
    with opened(path) as archive:
        rows = sum(1 for table in TABLES for _ in archive.rows(table))
        print(f"The archive of {archive.book['slug']} is whole and of {rows:,} rows. Nothing was taken in.")
    return DONE


def _problems(book: Book) -> list[Problem]:
    return problems(book=book)


def _slug(text: str) -> str:
    try:
        validate_slug(text)
    except ValidationError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no address such as my-books.") from error
    return text
