"""ODS: cells as the file states their values, with what is repeated written out within limits."""

from xml.etree.ElementTree import Element

from tools._shared.archives import Archive
from tools.contract import StatementRefusedError
from tools.xlsx_statement._sheets import MOST_ROWS, UNCALCULATED, Cell, CellBudget, Sheet
from tools.xlsx_statement._values import decimal_text
from tools.xlsx_statement._xml import attribute, elements, local

_KIND = b"application/vnd.oasis.opendocument.spreadsheet"
_MOST_COLUMNS = 16_384
_NUMBERS = frozenset({"float", "currency", "percentage"})


def is_workbook(archive: Archive) -> bool:
    """Whether the archive is an ODS workbook."""
    return (
        archive.holds("content.xml")
        and archive.holds("mimetype")
        and archive.member("mimetype").startswith(_KIND)
    )


def read_sheets(archive: Archive) -> list[Sheet]:
    """Return the workbook's sheets in their order.

    Raises:
        StatementRefusedError: The content is missing, damaged or encrypted.
    """
    if archive.holds("META-INF/manifest.xml") and b"encryption-data" in archive.member(
        "META-INF/manifest.xml"
    ):
        raise StatementRefusedError(
            "The workbook is encrypted. Open it in a spreadsheet, and save it without a password."
        )
    budget = CellBudget()
    sheets: list[Sheet] = []
    hidden_tables: set[str] = set()
    row = 0
    names = ("style", "table-properties", "table", "table-row")
    style = ""
    for event, name, element in elements(archive.member("content.xml"), *names):
        if name == "style" and event == "start":
            style = attribute(element, "name") or ""
        elif name == "table-properties" and event == "start":
            if attribute(element, "display") == "false":
                hidden_tables.add(style)
        elif name == "table" and event == "start":
            hidden = attribute(element, "style-name") in hidden_tables
            sheets.append(Sheet(attribute(element, "name") or "", hidden))
            row = 0
        elif name == "table-row" and event == "end":
            row = _take(element, row, sheets[-1], budget) if sheets else row
            element.clear()
    return sheets


def _repeated(element: Element, what: str) -> int:
    text = attribute(element, f"number-{what}-repeated") or "1"
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 9 else 1


def _take(element: Element, row: int, sheet: Sheet, budget: CellBudget) -> int:
    """Take a row and those that repeat it; return the number of the last."""
    cells: dict[int, Cell] = {}
    column = 0
    for child in element:
        if local(child.tag) not in {"table-cell", "covered-table-cell"}:
            continue
        count = _repeated(child, "columns")
        cell = _cell(child, sheet) if local(child.tag) == "table-cell" else None
        if cell is not None and cell.text:
            for at in range(column, min(column + count, _MOST_COLUMNS)):
                cells[at] = cell
            down, right = attribute(child, "number-rows-spanned"), attribute(child, "number-columns-spanned")
            if down and down.isdigit() and int(down) > 1:
                wide = int(right) if right and right.isdigit() else 1
                sheet.merged.append((row + 1, row + int(down), column, column + wide - 1))
        column += count
    repeats = _repeated(element, "rows")
    if cells:
        budget.take(len(cells) * repeats)
        if row + repeats > MOST_ROWS:
            raise StatementRefusedError("The workbook has more rows than a workbook can have.")
        for number in range(row + 1, row + repeats + 1):
            sheet.cells[number] = dict(cells)
            if (attribute(element, "visibility") or "visible") != "visible":
                sheet.hidden_rows.add(number)
    return row + repeats


def _cell(element: Element, sheet: Sheet) -> Cell | None:
    kind = attribute(element, "value-type")
    shown = "\n".join(
        "".join(paragraph.itertext()) for paragraph in element if local(paragraph.tag) == "p"
    ).strip()
    if attribute(element, "formula") is not None:
        sheet.has_formulas = True
        if kind is None:
            return Cell("formula", UNCALCULATED)
    if kind in _NUMBERS:
        text = decimal_text(attribute(element, "value") or "")
        return Cell("text", shown) if text is None else Cell("number", text)
    if kind == "date":
        return Cell("date", (attribute(element, "date-value") or "")[:10])
    if kind == "boolean":
        return Cell("text", (attribute(element, "boolean-value") or shown).upper())
    return Cell("text", shown) if shown else None
