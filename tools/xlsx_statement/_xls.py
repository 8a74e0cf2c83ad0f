"""XLS (BIFF) through xlrd."""

from typing import Any

from xlrd import (
    XL_CELL_BOOLEAN,
    XL_CELL_DATE,
    XL_CELL_ERROR,
    XL_CELL_NUMBER,
    XL_CELL_TEXT,
    XLRDError,
    error_text_from_code,
    open_workbook,
)
from xlrd.compdoc import CompDoc, CompDocError

from tools.contract import StatementRefusedError
from tools.xlsx_statement._sheets import Cell, CellBudget, Sheet
from tools.xlsx_statement._values import date_text, number_cell

START = b"\xd0\xcf\x11\xe0"


class _Silence:
    """Where the library's remarks go."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        """Nothing waits."""


class _Compound(CompDoc):  # type: ignore[misc]  # the library has no types
    """A compound document in which no chain of sectors leads back to itself: the library would follow it for ever."""

    def _get_stream(self, *chain: Any, **more: Any) -> Any:
        following, sector = chain[2], chain[4]
        passed: set[int] = set()
        while 0 <= sector < len(following):
            if sector in passed:
                raise CompDocError("the sectors go round in a circle")
            passed.add(sector)
            sector = following[sector]
        return super()._get_stream(*chain, **more)


def _stream(content: bytes) -> bytes:
    """Return the workbook inside the compound document."""
    document = _Compound(content, logfile=_Silence())
    for name in ("Workbook", "Book"):
        memory, begin, length = document.locate_named_stream(name)
        if memory:
            return bytes(memory[begin : begin + length])
    raise CompDocError("no workbook")


def read_sheets(content: bytes) -> list[Sheet]:
    """Return the workbook's sheets in their order.

    Raises:
        StatementRefusedError: The file is encrypted, damaged or another kind of Office document.
    """
    try:
        book = open_workbook(file_contents=_stream(content), formatting_info=True, logfile=_Silence())
    except XLRDError as error:
        if "encrypted" in str(error).lower():
            raise StatementRefusedError(
                "The workbook is encrypted. Open it in a spreadsheet, and save it without a password."
            ) from error
        raise StatementRefusedError(
            "The file is an old Office document, but no workbook that can be read. Save it as XLSX or CSV."
        ) from error
    except MemoryError:
        raise
    except Exception as error:  # the library raises whatever a damaged record leads to
        raise StatementRefusedError("The workbook is damaged. Download it again.") from error
    budget = CellBudget()
    sheets: list[Sheet] = []
    for source in book.sheets():
        sheet = Sheet(source.name, source.visibility != 0)
        sheet.hidden_rows = {row + 1 for row, info in source.rowinfo_map.items() if info.hidden}
        sheet.merged = [
            (first + 1, last, left, right - 1) for first, last, left, right in source.merged_cells
        ]
        for row in range(source.nrows):
            found: dict[int, Cell] = {}
            for column, (kind, value) in enumerate(
                zip(source.row_types(row), source.row_values(row), strict=True)
            ):
                cell = _cell(kind, value, from_1904=book.datemode == 1)
                if cell and cell.text:
                    found[column] = cell
            if found:
                budget.take(len(found))
                sheet.cells[row + 1] = found
        sheets.append(sheet)
    return sheets


def _cell(kind: int, value: object, *, from_1904: bool) -> Cell | None:
    if kind == XL_CELL_TEXT:
        return Cell("text", str(value).strip())
    if kind == XL_CELL_NUMBER:
        return number_cell(repr(value), "number", from_1904=from_1904)
    if kind == XL_CELL_DATE:
        day = date_text(repr(value), from_1904=from_1904)
        return Cell("date", day) if day else number_cell(repr(value), "time", from_1904=from_1904)
    if kind == XL_CELL_BOOLEAN:
        return Cell("text", str(bool(value)).upper())
    if kind == XL_CELL_ERROR:
        return Cell("text", str(error_text_from_code.get(value, "#ERROR")))
    return None
