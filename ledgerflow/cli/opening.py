"""``ledgerflow opening``: a trial balance, or the books of another program, as the beginning of a book."""

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.books.permissions import Action
from ledgerflow.books.scope import book_scope
from ledgerflow.cli import BAD_INPUT, DONE
from ledgerflow.cli.people import acting_user, add_book_arguments, open_book
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.exchange.foreign.books import ForeignBookError
from ledgerflow.exchange.foreign.reading import PROGRAMS, program_of
from ledgerflow.exchange.services import import_history, import_opening
from ledgerflow.exchange.trial_balances import OpeningError
from ledgerflow.ledger.models import Account
from ledgerflow.users.models import User

HELP = "begin a book: with a trial balance (CSV), or with the books of Beancount, hledger or GnuCash"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the book, the file, and for a trial balance the day."""
    add_book_arguments(parser)
    parser.add_argument(
        "--date", type=_day, metavar="DATE", help="trial balance: the last day before the books"
    )
    parser.add_argument(
        "--program", choices=list(PROGRAMS), help="whose books they are, where the name does not say"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be posted; keep nothing")
    parser.add_argument("file", type=Path, metavar="FILE")


def run(options: argparse.Namespace) -> int:
    """Post it, and say what was posted; 2 when the file is refused."""
    user = acting_user(options.user)
    book = open_book(options.book, user=user, action=Action.ENTER_JOURNAL)
    try:
        content = options.file.read_bytes()
    except OSError as error:
        raise LedgerFlowError(f"{options.file} cannot be read ({error.strerror}).") from error
    program = options.program or program_of(options.file.name)
    if program is None and options.date is None:
        print(
            f"ledgerflow opening: say with --date at the end of which day {options.file.name} stood so.",
            file=sys.stderr,
        )
        return BAD_INPUT
    try:
        with book_scope(book, user):
            done, made = _import(book, options, program, content, user)
            transaction.set_rollback(options.dry_run)
    except (OpeningError, ForeignBookError) as error:
        print(f"ledgerflow opening: {error}", file=sys.stderr)
        return BAD_INPUT
    verb = "would be posted" if options.dry_run else "posted"
    print(f"{done} {verb}; accounts made for it: {', '.join(map(str, made)) or 'none'}.")
    return DONE


def _import(
    book: Book, options: argparse.Namespace, program: str | None, content: bytes, user: User
) -> tuple[str, Sequence[Account]]:
    """Post the file; return what was posted and the accounts that were made."""
    name, now = options.file.name, timezone.now()
    if program is None:
        opening = import_opening(book=book, date=options.date, name=name, content=content, user=user, now=now)
        return f"Entry {opening.number} with {opening.lines} balances", opening.accounts_made
    history = import_history(
        book=book, name=name, content=content, history=PROGRAMS[program](content), user=user, now=now
    )
    return f"Entries of {name}: {history.entries}", history.accounts_made


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date such as 2026-01-31.") from error
