"""JSON and CSV, written row by row."""

import csv
import json
from datetime import date
from decimal import Decimal
from typing import TextIO

from ledgerflow.core.spreadsheets import harmless
from ledgerflow.reports.table import Cell, Table


def write_json(table: Table, out: TextIO) -> None:
    """Write the table as one JSON object: decimals as texts, dates as ISO 8601."""
    head = {"report": table.name, **{name: _plain(value) for name, value in table.all_facts().items()}}
    out.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "rows": [')
    for at, record in enumerate(table.records()):
        plain = {key: _plain(value) for key, value in record.items()}
        out.write((",\n" if at else "\n") + json.dumps(plain, ensure_ascii=False))
    out.write("]}\n")


def write_csv(table: Table, out: TextIO) -> None:
    """Write the table as CSV with a header; a text that a spreadsheet would compute begins with an apostrophe."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([harmless(column.key) for column in table.columns])
    writer.writerows([_cell(value) for value in record.values()] for record in table.records())


def _plain(value: Cell) -> str | int | None:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    return value


def _cell(value: Cell) -> str | int | None:
    return harmless(value) if isinstance(value, str) else _plain(value)
