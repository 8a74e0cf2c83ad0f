"""One way to print: as a table for people, as JSON or CSV for programs."""

import csv
import json
import sys
import textwrap
from argparse import ArgumentParser
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TextIO

from ledgerflow.core.spreadsheets import harmless

FORMATS = ("table", "json", "csv")
_GAP = "  "

Row = Mapping[str, object]


def add_format_argument(parser: ArgumentParser) -> None:
    """Add ``--format``; without it a terminal gets a table and everything else JSON."""
    parser.add_argument("--format", choices=FORMATS, help="table (on a terminal), json or csv")


def print_rows(
    rows: Iterable[Row], form: str | None = None, *, empty: str = "", out: TextIO | None = None
) -> None:
    """Print rows that share their columns, in the chosen form.

    Decimals are printed as they are, dates as ISO 8601, nothing as empty. ``empty`` is what people read
    instead of a table without rows; programs get an empty list.
    """
    out = out or sys.stdout
    chosen = form or ("table" if out.isatty() else "json")
    if chosen == "json":
        _print_json(rows, out)
    elif chosen == "csv":
        _print_csv(rows, out)
    elif table := list(rows):
        _print_table(table, list(table[0]), out)
    else:
        out.write(f"{empty}\n" if empty else "")


def _print_json(rows: Iterable[Row], out: TextIO) -> None:
    """Print the rows as they come, as one list."""
    head = "[\n"
    for row in rows:
        value = json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False, indent=1)
        out.write(head + textwrap.indent(value, " "))
        head = ",\n"
    out.write("[]\n" if head == "[\n" else "\n]\n")


def _print_csv(rows: Iterable[Row], out: TextIO) -> None:
    writer, has_head = csv.writer(out, lineterminator="\n"), False
    for row in rows:
        if not has_head:
            writer.writerow(row)
            has_head = True
        writer.writerow(_cell(value) for value in row.values())


def _print_table(rows: Sequence[Row], columns: Sequence[str], out: TextIO) -> None:
    cells = [[_text(row.get(name)) for name in columns] for row in rows]
    numeric = [all(isinstance(row.get(name), Decimal | int | None) for row in rows) for name in columns]
    widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    for row in ([*columns], *cells):
        padded = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        )
        out.write(_GAP.join(padded).rstrip() + "\n")


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    return value


def _cell(value: object) -> str:
    return harmless(value) if isinstance(value, str) else _text(value)


def _text(value: object) -> str:
    return "" if value is None else str(_plain(value))
