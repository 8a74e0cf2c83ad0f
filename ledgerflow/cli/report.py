"""``ledgerflow report``: a report as a table, JSON, CSV, XLSX or PDF."""

import argparse
from pathlib import Path

from ledgerflow.books.permissions import Action
from ledgerflow.cli import output
from ledgerflow.cli.days import day
from ledgerflow.cli.people import acting_user, add_book_arguments, open_book
from ledgerflow.cli.schedule_c import add_schedule_c_arguments, schedule_c_of
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.reports.basis import Basis
from ledgerflow.reports.by_name import REPORTS, Asked, report_table
from ledgerflow.reports.exporters import write

HELP = "print a report, or write it to a file as XLSX or PDF"

#: Forms that are files, not text.
_FILES = ("xlsx", "pdf")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the report, the book, the days, the columns and, for a register, the account."""
    parser.add_argument("name", metavar="NAME", choices=REPORTS, help=", ".join(REPORTS))
    add_book_arguments(parser)
    parser.add_argument(
        "--as-of",
        type=day,
        metavar="DATE",
        help="trial balance and balance sheet: at the end of this day (today)",
    )
    parser.add_argument(
        "--before-closing", action="store_true", help="trial balance: without the entry that closed the year"
    )
    parser.add_argument(
        "--from",
        dest="first",
        type=day,
        metavar="DATE",
        help="from this day (the beginning of its fiscal year; of a register: the first line)",
    )
    parser.add_argument("--to", dest="last", type=day, metavar="DATE", help="through this day (today)")
    parser.add_argument("--columns", choices=("month", "quarter", "tag"), help="statements: side by side")
    parser.add_argument(
        "--compare",
        choices=("previous", "year"),
        help="statements and trial balance: beside the period (the month) before, or the year before",
    )
    parser.add_argument(
        "--basis",
        choices=tuple(Basis),
        help="income statement, balance sheet and schedule-c: cash, or accrual",
    )
    parser.add_argument(
        "--tag", metavar="NAME", help="income statement and cash flow: what carries this tag (none: no tag)"
    )
    parser.add_argument("--account", metavar="CODE", help="register: the account")
    add_schedule_c_arguments(parser)
    parser.add_argument(
        "--format", choices=(*output.FORMATS, *_FILES), help="table (on a terminal), json, csv, xlsx or pdf"
    )
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="write to this file; xlsx and pdf need one"
    )


def run(options: argparse.Namespace) -> int:
    """Print the report's rows, or write the file."""
    if options.format in _FILES and options.output is None:
        raise LedgerFlowError(f"A report as {options.format} is a file: name it with --output FILE.")
    user = acting_user(options.user)
    book = open_book(options.book, user=user, action=Action.VIEW)
    asked = _asked(options)
    if options.name == "schedule-c":
        table = schedule_c_of(book=book, asked=asked, pack=options.evidence_pack)
    else:
        table = report_table(book=book, asked=asked)
    if options.format in _FILES:
        with options.output.open("wb") as file:
            write(table, options.format, file)
    elif options.output is not None:
        with options.output.open("w", encoding="utf-8", newline="") as text:
            output.print_rows(table.records(), options.format or "json", out=text)
    else:
        output.print_rows(table.records(), options.format, empty="Nothing is posted in this range.")
    return 0


def _asked(options: argparse.Namespace) -> Asked:
    return Asked(
        name=options.name,
        as_of=options.as_of,
        first=options.first,
        last=options.last,
        columns=options.columns or "",
        compare=options.compare or "",
        basis=options.basis or "",
        tag=options.tag or "",
        account=options.account or "",
        year=options.year,
        before_closing=options.before_closing,
        whole_dollars=options.whole_dollars,
    )
