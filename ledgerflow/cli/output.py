"""One way to print: as a table for people, as JSON or CSV for programs."""

import csv
import json
import sys
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
    rows = list(rows)
    columns = list(rows[0]) if rows else []
    chosen = form or ("table" if out.isatty() else "json")
    if chosen == "json":
        values = [{name: _plain(row.get(name)) for name in columns} for row in rows]
        out.write(json.dumps(values, ensure_ascii=False, indent=1) + "\n")
    elif chosen == "csv":
        writer = csv.writer(out, lineterminator="\n")
        writer.writerows([columns] if columns else [])
        writer.writerows([_cell(row.get(name)) for name in columns] for row in rows)
    elif not rows:
        out.write(f"{empty}\n" if empty else "")
    else:
        _print_table(rows, columns, out)


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
