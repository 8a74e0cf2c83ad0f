"""``ledgerflow opening``: a trial balance as the beginning of a book."""

import argparse
import sys
from datetime import date
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from ledgerflow.books.permissions import Action
from ledgerflow.books.scope import book_scope
from ledgerflow.cli import BAD_INPUT, DONE
from ledgerflow.cli.people import acting_user, add_book_arguments, open_book
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.exchange.services import import_opening
from ledgerflow.exchange.trial_balances import OpeningError

HELP = "post a trial balance (CSV) as the opening entry of a book"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the book, the day and the file."""
    add_book_arguments(parser)
    parser.add_argument(
        "--date", required=True, type=_day, metavar="DATE", help="the last day before the books"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be posted; keep nothing")
    parser.add_argument("file", type=Path, metavar="FILE")


def run(options: argparse.Namespace) -> int:
    """Post it, and say as which entry; 2 when the file is refused."""
    user = acting_user(options.user)
    book = open_book(options.book, user=user, action=Action.ENTER_JOURNAL)
    try:
        content = options.file.read_bytes()
    except OSError as error:
        raise LedgerFlowError(f"{options.file} cannot be read ({error.strerror}).") from error
    try:
        with book_scope(book, user):
            opening = import_opening(
                book=book,
                date=options.date,
                name=options.file.name,
                content=content,
                user=user,
                now=timezone.now(),
            )
            transaction.set_rollback(options.dry_run)
    except OpeningError as error:
        print(f"ledgerflow opening: {error}", file=sys.stderr)
        return BAD_INPUT
    made = ", ".join(map(str, opening.accounts_made)) or "none"
    verb = "would be posted as" if options.dry_run else "posted as"
    print(f"{opening.lines} balances {verb} entry {opening.number}; accounts made for it: {made}.")
    return DONE


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date such as 2026-01-31.") from error
