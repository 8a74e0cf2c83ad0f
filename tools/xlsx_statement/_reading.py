"""Whether a file is a workbook with statements, and what it states."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tools._shared.amounts import amount_column, settle_mark
from tools._shared.archives import open_archive
from tools._shared.balances import follow
from tools._shared.dates import read_day
from tools._shared.table_statements import read_table
from tools._shared.tables import Table, is_header
from tools.contract import (
    Description,
    Layout,
    OpenOrderError,
    Reading,
    Statement,
    StatementLine,
    StatementRefusedError,
    TableView,
)
from tools.xlsx_statement import _html, _ods, _ooxml, _xls, _xml2003
from tools.xlsx_statement._sheets import UNCALCULATED, Cell, Sheet, carry_merged_dates, columns_used

_ZIP = b"PK\x03\x04"
_MOST_COLUMNS = 200
_HEAD = 4_000
_PAGE_HEAD = 400_000


class _Workbook(NamedTuple):
    format: str
    sheets: list[Sheet]


class _Asked(NamedTuple):
    """How the sheets of one workbook are read, and where what they show is collected."""

    name: str
    format: str
    layouts: Sequence[Layout]
    seen: list[TableView]

    def read(self, table: Table) -> Reading:
        return read_table(table, self.format, self.layouts, self.seen)


def claims(content: bytes, name: str) -> bool:  # noqa: ARG001 - content decides, never the name
    """Say whether the bytes are a workbook: XLSX, XLS, ODS, the XML of Excel 2003, or a page with such a table."""
    if content.startswith(_xls.START):
        return True
    if content.startswith(_ZIP):
        try:
            archive = open_archive(content)
            return _ooxml.is_workbook(archive) or _ods.is_workbook(archive)
        except StatementRefusedError:
            return b"xl/" in content[:_HEAD] or b"xl/" in content[-_HEAD:]
    return _xml2003.NAMESPACE in content[:_HEAD] or (_html.is_page(content) and _shows_table(content))


def _shows_table(content: bytes) -> bool:
    """Whether a table of the page announces dates and amounts or has some: pages for signing in have none."""
    try:
        sheets = _html.read_sheets(content[:_PAGE_HEAD])
    except StatementRefusedError:
        return False
    return any(_is_table(sheet) or any(map(_is_movement, sheet.cells.values())) for sheet in sheets)


def read_statement(content: bytes, name: str, layouts: Sequence[Layout] = ()) -> Reading:
    """Return the statements of every sheet that holds a table of movements, by the layout that is about it, if any.

    Numbers are taken as stored, dates by their number format; what a formula gives is the value that the file states.

    Raises:
        StatementRefusedError: The workbook is damaged or encrypted, holds no table, or a table can be read in more than
            one way.
    """
    return _read(content, name, layouts, [])


def describe(content: bytes, name: str, layouts: Sequence[Layout] = ()) -> Description:
    """Return the tables of the workbook, one of each layout, with the reading of their columns and what comes of it."""
    seen: list[TableView] = []
    reading, problem = None, None
    try:
        reading = _read(content, name, layouts, seen)
    except StatementRefusedError as refusal:
        problem = str(refusal)
    once = {table.layout.fingerprint: table for table in seen}
    return Description(tuple(once.values()), reading, problem)


def _read(content: bytes, name: str, layouts: Sequence[Layout], seen: list[TableView]) -> Reading:
    workbook = open_workbook(content)
    visible = [sheet for sheet in workbook.sheets if not sheet.hidden] or workbook.sheets
    warnings = [
        f"The hidden sheet “{sheet.name}” was not read."
        for sheet in workbook.sheets
        if sheet.hidden and sheet not in visible and sheet.cells
    ]
    found: list[tuple[str, Reading]] = []
    refusals: list[StatementRefusedError] = []
    for sheet in visible:
        try:
            reading = _read_sheet(sheet, _Asked(name, workbook.format, layouts, seen))
        except StatementRefusedError as refusal:
            refusal = _uncalculated(sheet) or refusal
            refusals.append(refusal if len(visible) == 1 else _within(sheet, refusal))
            if _is_table(sheet):
                raise refusals[-1] from refusal
            continue
        if reading is not None:
            found.append((sheet.name, reading))
    if not found:
        if refusals:
            raise refusals[0]
        raise StatementRefusedError(
            "No sheet of the workbook holds a list of transactions. Choose the bank's export of transactions."
        )
    warnings += [str(refusal) for refusal in refusals]
    statements = _once(found, warnings)
    for sheet_name, reading in found:
        where = f"Sheet “{sheet_name}”: " if len(found) > 1 else ""
        warnings += [f"{where}{warning}" for warning in reading.warnings]
    notices = [reading.notice for _, reading in found if reading.notice]
    has_lines = any(statement.lines for statement in statements)
    return Reading(
        workbook.format,
        tuple(statements),
        tuple(warnings),
        None if has_lines or not notices else notices[0],
        tuple(dict.fromkeys(each for _, reading in found for each in reading.layouts)),
        tuple(dict.fromkeys(each for _, reading in found for each in reading.orders_said)),
    )


def open_workbook(content: bytes) -> _Workbook:
    """Return the sheets of a workbook of any format.

    Raises:
        StatementRefusedError: It is damaged, encrypted or too large.
    """
    if content.startswith(_xls.START):
        return _Workbook("xls", _xls.read_sheets(content))
    if content.startswith(_ZIP):
        archive = open_archive(content)
        if _ods.is_workbook(archive):
            return _Workbook("ods", _ods.read_sheets(archive))
        return _Workbook("xlsx", _ooxml.read_sheets(archive))
    if _html.is_page(content):
        return _Workbook("html", _html.read_sheets(content))
    return _Workbook("xls", _xml2003.read_sheets(content))


def _within(sheet: Sheet, refusal: StatementRefusedError) -> StatementRefusedError:
    said = f"Sheet “{sheet.name}”: {refusal}"
    return (
        OpenOrderError(said, replace(refusal.asks, sheet=sheet.name))
        if isinstance(refusal, OpenOrderError)
        else StatementRefusedError(said)
    )


def _uncalculated(sheet: Sheet) -> StatementRefusedError | None:
    if all(cell.text != UNCALCULATED for row in sheet.cells.values() for cell in row.values()):
        return None
    return StatementRefusedError(
        "Cells of the table hold formulas that were never calculated, so their values are unknown. Open the workbook "
        "in a spreadsheet, save it, and give it again."
    )


def _is_table(sheet: Sheet) -> bool:
    """Whether a sheet announces dates and amounts, so that it may not be passed over."""
    return any(is_header([cell.text for cell in row.values()]) for row in sheet.cells.values())


def _read_sheet(sheet: Sheet, asked: _Asked) -> Reading | None:
    """Return what a sheet states, ``None`` when it holds neither a header nor a row with a date and an amount."""
    if not sheet.cells:
        return None
    carry_merged_dates(sheet)
    if not _is_table(sheet) and not any(map(_is_movement, sheet.cells.values())):
        return None
    shown = {number: row for number, row in sheet.cells.items() if number not in sheet.hidden_rows}
    concealed = [number for number in sorted(sheet.hidden_rows) if _is_movement(sheet.cells.get(number, {}))]
    if not concealed:
        return asked.read(_table(sheet, shown or sheet.cells, asked.name))
    whole = _attempt(sheet, asked)
    if whole is not None and whole.statements and all(map(_is_proven, whole.statements)):
        return whole
    reading = asked.read(_table(sheet, shown, asked.name))
    listed = ", ".join(map(str, concealed[:8])) + (" and more" if len(concealed) > 8 else "")
    said = f"Hidden rows were not read as transactions: {listed}."
    return replace(reading, warnings=(*reading.warnings, said))


def _attempt(sheet: Sheet, asked: _Asked) -> Reading | None:
    try:
        return asked.read(_table(sheet, sheet.cells, asked.name))
    except StatementRefusedError:
        return None


def _is_proven(statement: Statement) -> bool:
    return follow([line.amount for line in statement.lines], [line.balance for line in statement.lines]).works


def _is_movement(row: dict[int, Cell]) -> bool:
    dated = any(cell.kind == "date" or read_day(cell.text) for cell in row.values())
    return dated and any(
        cell.kind == "number" or (cell.kind == "text" and amount_column([cell.text]).is_amounts)
        for cell in row.values()
    )


def _table(sheet: Sheet, rows: dict[int, dict[int, Cell]], name: str) -> Table:
    """Return the rows as texts, without the columns that hold nothing.

    Raises:
        StatementRefusedError: The sheet is wider than any statement.
    """
    columns = columns_used(rows.values())
    if len(columns) > _MOST_COLUMNS:
        raise StatementRefusedError(
            f"The sheet has {len(columns)} filled columns; a statement has at most {_MOST_COLUMNS}."
        )
    mark = _text_mark(rows)
    numbers = sorted(rows)
    texts: list[Sequence[str]] = []
    for number in numbers:
        row = rows[number]
        last = max(row)
        texts.append(
            [
                _text(row[column], mark) if column in row else ""
                for column in columns
                if column <= last or column in row
            ]
        )
    title = sheet.name
    return Table(texts, numbers, name, "row", lambda number: {"sheet": title, "row": number})


def _text_mark(rows: dict[int, dict[int, Cell]]) -> str:
    """Return the decimal mark of amounts that are written as text, so that numbers beside them are written alike."""
    texts = [_text(cell, ".") for row in rows.values() for cell in row.values() if cell.kind == "text"]
    amounts = [column for text in texts if len(text) < 30 and (column := amount_column([text])).is_amounts]
    return settle_mark([column for column in amounts if column.has_money_marks]) or "."


def _text(cell: Cell, mark: str) -> str:
    if cell.kind != "number":
        # An apostrophe in front only says that the cell is text.
        return cell.text.removeprefix("'") if cell.text.count("'") == 1 else cell.text
    whole, point, decimals = cell.text.partition(".")
    if not point:
        return cell.text
    # Three decimals could be read as thousands; a number is certain, so it is written as one that cannot.
    return f"{whole}{mark}{decimals}0" if len(decimals) == 3 else f"{whole}{mark}{decimals}"


def _once(found: Sequence[tuple[str, Reading]], warnings: list[str]) -> list[Statement]:
    """Return the statements without those whose every line another sheet shows as well."""
    named = [(name, statement) for name, reading in found for statement in reading.statements]
    kept: list[Statement] = []
    for at, (name, statement) in enumerate(named):
        rows = Counter(map(_key, statement.lines))
        for other_at, (other_name, other) in enumerate(named):
            if other_at == at or other_name == name or len(statement.lines) < 2:
                continue
            larger = Counter(map(_key, other.lines))
            if rows <= larger and (rows != larger or other_at < at):
                warnings.append(
                    f"Sheet “{name}” was not read: sheet “{other_name}” holds the same transactions."
                )
                break
        else:
            kept.append(statement)
    return kept


def _key(line: StatementLine) -> tuple[date, Decimal, str]:
    return line.date, line.amount, line.currency
