"""``ledgerflow report``: a report as a table, JSON or CSV."""

import argparse

from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.books.permissions import Action
from ledgerflow.cli import output
from ledgerflow.cli.days import day
from ledgerflow.cli.people import acting_user, add_book_arguments, open_book
from ledgerflow.cli.schedule_c import add_schedule_c_arguments, schedule_c_of
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.ledger.models import Account
from ledgerflow.ledger.selectors import trial_balance
from ledgerflow.reports.exporters import Table
from ledgerflow.reports.selectors import register_figures, register_lines
from ledgerflow.reports.tables import register_table, trial_balance_table

HELP = "print a report: trial-balance, register, schedule-c"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the report, the book, the days and, for a register, the account."""
    parser.add_argument(
        "name", metavar="NAME", choices=tuple(_TABLES), help="trial-balance, register or schedule-c"
    )
    add_book_arguments(parser)
    parser.add_argument(
        "--as-of", type=day, metavar="DATE", help="trial balance: at the end of this day (today)"
    )
    parser.add_argument(
        "--before-closing", action="store_true", help="trial balance: without the entry that closed the year"
    )
    parser.add_argument("--from", dest="first", type=day, metavar="DATE", help="register: from this day")
    parser.add_argument(
        "--to", dest="last", type=day, metavar="DATE", help="register: through this day (today)"
    )
    parser.add_argument("--account", metavar="CODE", help="register: the account")
    add_schedule_c_arguments(parser)
    output.add_format_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Print the report's rows."""
    user = acting_user(options.user)
    book = open_book(options.book, user=user, action=Action.VIEW)
    table = _TABLES[options.name](book, options)
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    output.print_rows(rows, options.format, empty="Nothing is posted in this range.")
    return 0


def _trial_balance(book: Book, options: argparse.Namespace) -> Table:
    report = trial_balance(
        book=book,
        as_of=options.as_of or timezone.localdate(),
        before_closing=options.before_closing,
    )
    return trial_balance_table(book=book, report=report)


def _register(book: Book, options: argparse.Namespace) -> Table:
    if not options.account:
        raise LedgerFlowError("A register is of one account: name it with --account CODE.")
    account = Account.objects.select_related("book").filter(book=book, code=options.account).first()
    if account is None:
        raise LedgerFlowError(f"The book {book.slug} has no account {options.account}.")
    first, last = options.first, options.last or timezone.localdate()
    return register_table(
        account=account,
        first=first,
        last=last,
        figures=register_figures(account=account, first=first, last=last),
        lines=register_lines(account=account, first=first, last=last),
    )


_TABLES = {"trial-balance": _trial_balance, "register": _register, "schedule-c": schedule_c_of}
