"""``ledgerflow rates``: exchange rates entered, taken from a file, or listed."""

import argparse
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.books.permissions import Action
from ledgerflow.books.scope import book_scope
from ledgerflow.cli import DONE, output
from ledgerflow.cli.days import day
from ledgerflow.cli.people import acting_user, add_book_arguments, open_book
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.ledger.models import ExchangeRate
from ledgerflow.ledger.selectors.rates import every_rate
from ledgerflow.ledger.services.rates import KeptRates, import_rates, record_rate
from ledgerflow.users.models import User

HELP = "exchange rates of a book: add one, import a file of them, or list them"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to do, and what that needs."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    adding = acts.add_parser("add", help="enter what one unit of a currency was worth on a day")
    add_book_arguments(adding)
    adding.add_argument("currency", metavar="CURRENCY", help="such as EUR")
    adding.add_argument("date", type=day, metavar="DATE")
    adding.add_argument("rate", type=_rate, metavar="RATE", help="in the book's currency, such as 1.0842")
    adding.add_argument("--origin", required=True, metavar="TEXT", help="who says so")
    importing = acts.add_parser("import", help="take the rates of a CSV file, all or none")
    add_book_arguments(importing)
    importing.add_argument("file", type=Path, metavar="FILE")
    importing.add_argument(
        "--currency",
        action="append",
        default=[],
        metavar="CODE",
        help="take this one (those that accounts are kept in)",
    )
    listing = acts.add_parser("list", help="print the rates, the latest day first")
    add_book_arguments(listing)
    listing.add_argument("--currency", default="", metavar="CODE", help="this one alone")
    listing.add_argument("--replaced", action="store_true", help="those that were replaced, too")
    listing.add_argument("--format", choices=output.FORMATS, help="table (on a terminal), json or csv")


def run(options: argparse.Namespace) -> int:
    """Do it, and say what is kept."""
    user = acting_user(options.user)
    action = Action.VIEW if options.act == "list" else Action.ENTER_RATES
    book = open_book(options.book, user=user, action=action)
    if options.act == "list":
        rates = every_rate(book=book, currency=options.currency.upper(), with_replaced=options.replaced)
        output.print_rows((_row(rate) for rate in rates), options.format, empty="The book has no such rate.")
        return DONE
    with book_scope(book, user):
        kept = _add(options, book, user) if options.act == "add" else _import(options, book, user)
    print(_said(kept))
    return DONE


def _add(options: argparse.Namespace, book: Book, user: User) -> KeptRates:
    return record_rate(
        book=book,
        currency=options.currency,
        date=options.date,
        rate=options.rate,
        origin=options.origin,
        user=user,
        now=timezone.now(),
    )


def _import(options: argparse.Namespace, book: Book, user: User) -> KeptRates:
    return import_rates(
        book=book,
        content=_content(options.file),
        name=options.file.name,
        currencies=options.currency,
        user=user,
        now=timezone.now(),
    )


def _rate(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise argparse.ArgumentTypeError(f"{text} is no rate; write one such as 1.0842.") from error


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise LedgerFlowError(f"{file} cannot be read ({error.strerror}).") from error


def _said(kept: KeptRates) -> str:
    return f"New rates: {kept.added}, of which {kept.replaced} replace another; known already: {kept.known}."


def _row(rate: ExchangeRate) -> dict[str, object]:
    return {
        "date": rate.date.isoformat(),
        "currency": rate.currency,
        "rate": f"{rate.rate.normalize():f}",
        "source": rate.source,
        "origin": rate.origin,
        "entered_by": str(rate.entered_by) if rate.entered_by else None,
        "replaced": rate.replaced_at is not None,
    }
