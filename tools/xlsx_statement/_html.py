"""Web pages that banks serve as .xls: each table of the page as a sheet. Nothing is run, fetched or calculated."""

import re
from html.parser import HTMLParser

from tools._shared.encodings import decode
from tools.xlsx_statement._sheets import Cell, CellBudget, Sheet

_START = re.compile(
    rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)*"
    rb"<(?:!doctype\s+html|html|head|body|table|meta|style|div)\b",
    re.IGNORECASE | re.DOTALL,
)
_HEAD = 4_000
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_WIDEST_SPAN = 200
_TALLEST_SPAN = 10_000
_UNSHOWN = frozenset({"script", "style", "title"})


def is_page(content: bytes) -> bool:
    """Whether the bytes begin like a web page with tables."""
    return (
        _START.match(content[:_HEAD].replace(b"\0", b"")) is not None
        and b"<table" in content.replace(b"\0", b"").lower()
    )


def read_sheets(content: bytes) -> list[Sheet]:
    """Return the page's tables in the order in which they begin, rows counted from 1 within each.

    Raises:
        StatementRefusedError: The page is no text in an encoding that banks use, or has more cells than any statement.
    """
    page = _Page()
    page.feed(decode(content))
    page.close()
    page.end_cells()
    return page.sheets


class _Place:
    """Where a table is being filled: its row and column, and the columns that cells of earlier rows reach into."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.row = 0
        self.column = 0
        self.reaching: dict[int, int] = {}
        self.text: list[str] | None = None
        self.span = (1, 1)


class _Page(HTMLParser):
    """Collects the texts of cells; a table within a cell is a table of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sheets: list[Sheet] = []
        self._open: list[_Place] = []
        self._budget = CellBudget()
        self._unshown = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row or a cell; one that was left open ends here, as browsers do it."""
        if tag in _UNSHOWN:
            self._unshown += 1
        elif tag == "table":
            sheet = Sheet(f"Table {len(self.sheets) + 1}")
            self.sheets.append(sheet)
            self._open.append(_Place(sheet))
        elif self._open:
            self._within(self._open[-1], tag, dict(attrs))

    def _within(self, place: _Place, tag: str, said: dict[str, str | None]) -> None:
        if tag == "tr":
            self._end_cell(place)
            place.row += 1
            place.column = 0
            self._budget.take(len(place.reaching))
            place.reaching = {column: rows - 1 for column, rows in place.reaching.items() if rows > 1}
            if "hidden" in said or _HIDDEN.search(said.get("style") or ""):
                place.sheet.hidden_rows.add(place.row)
        elif tag in {"td", "th"}:
            self._end_cell(place)
            place.row = place.row or 1
            while place.column in place.reaching:
                place.column += 1
            place.span = (_number(said, "rowspan", _TALLEST_SPAN), _number(said, "colspan", _WIDEST_SPAN))
            place.text = []
        elif tag in {"br", "p", "div"} and place.text is not None:
            place.text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """End a table or a cell."""
        if tag in _UNSHOWN:
            self._unshown = max(0, self._unshown - 1)
        elif self._open and tag in {"td", "th", "tr", "table"}:
            self._end_cell(self._open[-1])
            if tag == "table":
                self._open.pop()

    def handle_data(self, data: str) -> None:
        """Take the text of the innermost cell."""
        if self._open and not self._unshown and self._open[-1].text is not None:
            self._open[-1].text.append(data)

    def end_cells(self) -> None:
        """End the cells that the page left open."""
        for place in self._open:
            self._end_cell(place)

    def _end_cell(self, place: _Place) -> None:
        if place.text is None:
            return
        text = " ".join("".join(place.text).split())
        down, right = place.span
        if text:
            self._budget.take()
            place.sheet.cells.setdefault(place.row, {})[place.column] = Cell("text", text)
        if down > 1:
            place.reaching.update(dict.fromkeys(range(place.column, place.column + right), down))
        place.column += right
        place.text = None


def _number(said: dict[str, str | None], name: str, most: int) -> int:
    text = (said.get(name) or "").strip()
    return max(1, min(int(text), most)) if text.isascii() and text.isdigit() and len(text) < 8 else 1
