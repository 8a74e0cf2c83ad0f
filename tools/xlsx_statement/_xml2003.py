"""The XML that Excel 2003 wrote (SpreadsheetML), which banks still serve as .xls."""

from xml.etree.ElementTree import Element

from tools.xlsx_statement._sheets import UNCALCULATED, Cell, CellBudget, Sheet
from tools.xlsx_statement._values import decimal_text
from tools.xlsx_statement._xml import attribute, elements, local

NAMESPACE = b"urn:schemas-microsoft-com:office:spreadsheet"


def read_sheets(content: bytes) -> list[Sheet]:
    """Return the workbook's sheets in their order.

    Raises:
        StatementRefusedError: The XML is damaged.
    """
    budget = CellBudget()
    sheets: list[Sheet] = []
    row = column = 0
    for event, name, element in elements(content, "Worksheet", "Row", "Cell"):
        if name == "Worksheet" and event == "start":
            sheets.append(Sheet(attribute(element, "Name") or ""))
            row = 0
        elif not sheets:
            continue
        elif name == "Row" and event == "start":
            row = _number(element, "Index", row + 1)
            column = 0
            if attribute(element, "Hidden") == "1":
                sheets[-1].hidden_rows.add(row)
        elif name == "Row":
            element.clear()
        elif name == "Cell" and event == "end":
            column = _number(element, "Index", column + 1)
            cell = _cell(element, sheets[-1])
            if cell is not None and cell.text:
                budget.take()
                sheets[-1].cells.setdefault(row, {})[column - 1] = cell
            down, right = _number(element, "MergeDown", 0), _number(element, "MergeAcross", 0)
            if down:
                sheets[-1].merged.append((row, row + down, column - 1, column - 1 + right))
            column += right
            element.clear()
    return sheets


def _number(element: Element, name: str, usual: int) -> int:
    text = attribute(element, name) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else usual


def _cell(element: Element, sheet: Sheet) -> Cell | None:
    data = next((child for child in element if local(child.tag) == "Data"), None)
    text = "" if data is None else "".join(data.itertext()).strip()
    if attribute(element, "Formula") is not None:
        sheet.has_formulas = True
        if not text:
            return Cell("formula", UNCALCULATED)
    if data is None:
        return None
    kind = attribute(data, "Type")
    if kind == "Number":
        shown = decimal_text(text)
        return Cell("text", text) if shown is None else Cell("number", shown)
    return Cell("date", text[:10]) if kind == "DateTime" else Cell("text", text)
