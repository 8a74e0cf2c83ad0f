"""One way out for every table: JSON and CSV."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import HttpResponse, JsonResponse

from ledgerflow.core.spreadsheets import harmless

Cell = str | int | Decimal | date | None


@dataclass(frozen=True, slots=True)
class Table:
    """A report as columns and rows, with the facts around it; money as decimals in the report's currency."""

    name: str
    facts: Mapping[str, Cell]
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def as_json(table: Table) -> dict[str, object]:
    """Return the table as JSON values: decimals as texts, dates as ISO 8601."""
    return {
        "report": table.name,
        **{name: _plain(value) for name, value in table.facts.items()},
        "rows": [dict(zip(table.columns, map(_plain, row), strict=True)) for row in table.rows],
    }


def as_csv(table: Table) -> str:
    """Return the table as CSV with a header; a text that a spreadsheet would compute begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    return out.getvalue()


def respond(table: Table, form: str) -> HttpResponse | None:
    """Return the download in the asked form, or nothing when a page is asked for."""
    if form == "json":
        return JsonResponse(as_json(table))
    if form == "csv":
        response = HttpResponse(as_csv(table), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{table.name}.csv"'
        return response
    return None


def _plain(value: Cell) -> str | int | None:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    return value


def _cell(value: Cell) -> str | int | None:
    return harmless(value) if isinstance(value, str) else _plain(value)
