"""XLSX: sheets, shared strings, number formats and cells, read straight from the XML so that no amount is rounded."""

import posixpath
import re
from xml.etree.ElementTree import Element

from tools._shared.archives import Archive
from tools.contract import StatementRefusedError
from tools.xlsx_statement._sheets import MOST_ROWS, UNCALCULATED, Cell, CellBudget, Sheet
from tools.xlsx_statement._values import format_kind, number_cell
from tools.xlsx_statement._xml import attribute, elements, local, text_of

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_TRUE = frozenset({"1", "true", "on"})
_ROOT = "_rels/.rels"


def is_workbook(archive: Archive) -> bool:
    """Whether the archive is an XLSX (or XLSM) workbook."""
    return archive.holds("[Content_Types].xml") and any(
        name.endswith("workbook.xml") for name in archive.names
    )


def read_sheets(archive: Archive) -> list[Sheet]:
    """Return the workbook's sheets in their order.

    Raises:
        StatementRefusedError: A part is missing or damaged.
    """
    book = _workbook_part(archive)
    related = _relations(archive, book)
    by_type = {kind.rpartition("/")[2]: target for kind, target in related.values()}
    strings = _strings(archive, by_type.get("sharedStrings"))
    kinds = _format_kinds(archive, by_type.get("styles"))
    budget = CellBudget()
    sheets: list[Sheet] = []
    from_1904 = is_stale = False
    parts: list[tuple[Sheet, str]] = []
    for event, name, element in elements(archive.member(book), "workbookPr", "calcPr", "sheet"):
        if event == "start":
            continue
        if name == "workbookPr":
            from_1904 = (element.get("date1904") or "").lower() in _TRUE
        elif name == "calcPr":
            is_stale = (element.get("fullCalcOnLoad") or "").lower() in _TRUE
        else:
            kind, target = related.get(attribute(element, "id") or "", ("", ""))
            if kind.endswith("/worksheet"):
                state = (element.get("state") or "visible").lower()
                parts.append((Sheet(element.get("name") or "", state != "visible"), target))
    for sheet, target in parts:
        _Part(sheet, strings, kinds, budget, from_1904=from_1904, is_stale=is_stale).read(
            archive.member(target)
        )
        sheets.append(sheet)
    return sheets


def _workbook_part(archive: Archive) -> str:
    if archive.holds(_ROOT):
        for kind, target in _relations(archive, "").values():
            if kind.endswith("/officeDocument"):
                return target
    found = next((name for name in archive.names if name.endswith("workbook.xml")), None)
    if found is None:
        raise StatementRefusedError("The workbook holds no list of sheets. Download it again.")
    return found


def _relations(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """Return kind and target of each relation of a part; targets outside the file are left out."""
    folder, base = posixpath.split(part)
    name = posixpath.join(folder, "_rels", f"{base}.rels")
    found: dict[str, tuple[str, str]] = {}
    if not archive.holds(name):
        return found
    for event, _, element in elements(archive.member(name), "Relationship"):
        if event == "end" and element.get("TargetMode") != "External":
            target = element.get("Target") or ""
            path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            found[element.get("Id") or ""] = element.get("Type") or "", posixpath.normpath(path)
    return found


def _strings(archive: Archive, part: str | None) -> list[str]:
    if part is None or not archive.holds(part):
        return []
    found: list[str] = []
    for event, _, element in elements(archive.member(part), "si"):
        if event == "end":
            found.append(text_of(element))
            element.clear()
    return found


def _format_kinds(archive: Archive, part: str | None) -> list[str]:
    """Return what each cell style makes of a number."""
    if part is None or not archive.holds(part):
        return []
    codes: dict[int, str] = {}
    kinds: list[str] = []
    for event, name, element in elements(archive.member(part), "numFmt", "cellXfs"):
        if event == "start":
            continue
        if name == "numFmt":
            codes[_integer(element.get("numFmtId"))] = element.get("formatCode") or ""
        else:
            numbers = [_integer(each.get("numFmtId")) for each in element if local(each.tag) == "xf"]
            kinds = [format_kind(number, codes.get(number)) for number in numbers]
    return kinds


def _integer(text: str | None, usual: int = 0) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else usual


class _Part:
    """The cells of one sheet's XML."""

    def __init__(
        self,
        sheet: Sheet,
        strings: list[str],
        kinds: list[str],
        budget: CellBudget,
        *,
        from_1904: bool,
        is_stale: bool,
    ) -> None:
        self._sheet, self._strings, self._kinds, self._budget = sheet, strings, kinds, budget
        self._from_1904, self._is_stale = from_1904, is_stale
        self._row = self._column = 0

    def read(self, content: bytes) -> None:
        for event, name, element in elements(content, "row", "c", "mergeCell"):
            if name == "row" and event == "start":
                self._row = _integer(element.get("r"), self._row + 1)
                self._column = -1
                if self._row > MOST_ROWS:
                    raise StatementRefusedError("The workbook has more rows than a workbook can have.")
                if (element.get("hidden") or "").lower() in _TRUE or element.get("ht") == "0":
                    self._sheet.hidden_rows.add(self._row)
            elif name == "c" and event == "end":
                self._take(element)
                element.clear()
            elif name == "row" and event == "end":
                element.clear()
            elif name == "mergeCell" and event == "end":
                self._merge(element.get("ref") or "")

    def _merge(self, reference: str) -> None:
        ends = [_REFERENCE.fullmatch(end) for end in reference.split(":")]
        if len(ends) == 2 and ends[0] and ends[1]:
            self._sheet.merged.append(
                (int(ends[0][2]), int(ends[1][2]), _column(ends[0][1]), _column(ends[1][1]))
            )

    def _take(self, element: Element) -> None:
        reference = _REFERENCE.fullmatch(element.get("r") or "")
        self._column = _column(reference[1]) if reference else self._column + 1
        cell = self._cell(element)
        if cell is not None and cell.text:
            self._budget.take()
            self._sheet.cells.setdefault(self._row, {})[self._column] = cell

    def _cell(self, element: Element) -> Cell | None:
        value = inline = formula = None
        for child in element:
            name = local(child.tag)
            value = child.text or "" if name == "v" else value
            inline = text_of(child) if name == "is" else inline
            formula = child if name == "f" else formula
        if formula is not None:
            self._sheet.has_formulas = True
            if self._is_stale or not value:
                return Cell("formula", UNCALCULATED)
        return self._typed(element, element.get("t") or "n", value, inline)

    def _typed(self, element: Element, kind: str, value: str | None, inline: str | None) -> Cell | None:
        if kind == "s":
            at = _integer(value, len(self._strings))
            if at >= len(self._strings):
                raise StatementRefusedError(
                    "The workbook refers to a text that it does not hold. Download it again."
                )
            return Cell("text", self._strings[at].strip())
        if kind == "inlineStr":
            return Cell("text", (inline or "").strip())
        if value is None:
            return None
        if kind == "d":
            return Cell("date", value[:10])
        if kind != "n":
            return Cell("text", value.strip())
        style = _integer(element.get("s"))
        format_name = self._kinds[style] if style < len(self._kinds) else "number"
        return number_cell(value, format_name, from_1904=self._from_1904)


def _column(letters: str) -> int:
    found = 0
    for letter in letters:
        found = found * 26 + ord(letter) - 64
    return found - 1
