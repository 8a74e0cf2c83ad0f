"""The exports that are one file of text."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import IO

from ledgerflow.books.models import Book
from ledgerflow.exchange.beancount import beancount_lines
from ledgerflow.exchange.contents import Contents, contents
from ledgerflow.exchange.hledger import hledger_lines
from ledgerflow.exchange.journal_csv import csv_lines


@dataclass(frozen=True, slots=True)
class PlainText:
    """A form of export: its lines, the ending of its files and what browsers call it."""

    lines: Callable[[Contents], Iterator[str]]
    ending: str
    media_type: str
    has_assertions: bool


PLAIN_TEXTS: Mapping[str, PlainText] = MappingProxyType(
    {
        "beancount": PlainText(beancount_lines, "beancount", "text/plain", has_assertions=True),
        "hledger": PlainText(hledger_lines, "journal", "text/plain", has_assertions=True),
        "csv": PlainText(csv_lines, "csv", "text/csv", has_assertions=False),
    }
)


@dataclass(frozen=True, slots=True)
class Written:
    """How many balances of proven statements the export asserts, and how many it leaves out with a reason."""

    asserted: int
    left_out: int


def write_plain_text(*, book: Book, form: str, out: IO[bytes]) -> Written:
    """Write the book in a form of :data:`PLAIN_TEXTS`, in UTF-8; the caller's transaction should be a snapshot."""
    said = contents(book=book)
    out.writelines(line.encode() for line in PLAIN_TEXTS[form].lines(said))
    if not PLAIN_TEXTS[form].has_assertions:
        return Written(0, 0)
    left_out = sum(bool(each.missing) for each in said.assertions)
    return Written(asserted=len(said.assertions) - left_out, left_out=left_out)
