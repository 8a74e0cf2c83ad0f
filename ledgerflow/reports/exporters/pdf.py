"""PDF, drawn page by page: each says which report of which book it is, whether it is closed, and "page 2 of 9"."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache
from itertools import accumulate, zip_longest
from pathlib import Path
from typing import Any, BinaryIO

from reportlab import rl_config
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject

from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.core.money import format_money
from ledgerflow.reports.table import Cell, Column, Kind, Row, RowKind, Table

_PLAIN, _BOLD = "DejaVuSansCondensed", "DejaVuSansCondensed-Bold"
_SIZE, _LEADING = 8, 12
_MARGIN, _GAP = 36, 6
#: Widths in points; texts share what is left, by weight.
_WIDTHS = {Kind.INTEGER: 38, Kind.DATE: 48, Kind.MONEY: 66, Kind.PERCENT: 44}
_LEAST_TEXT, _LEAST_CODE = 110, 40
_ON_THE_RIGHT = frozenset({Kind.MONEY, Kind.PERCENT})
_PAGES = "number_of_pages"
#: Rows of the longest document: three thousand pages, which are put together in memory.
_MOST_ROWS = 200_000


# Pages are compressed; written as ASCII besides, they would be a quarter larger and take longer.
rl_config.useA85 = 0


def write_pdf(table: Table, out: BinaryIO) -> None:
    """Write the table as A4 pages; more columns than a page is wide go on further pages, behind the same texts.

    Raises:
        LedgerFlowError: the table has more rows than anyone prints.
    """
    for name in (_PLAIN, _BOLD):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, Path(__file__).parents[1] / "vendor" / f"{name}.ttf"))
    columns = [at for at, column in enumerate(table.columns) if column.on_paper]
    size = A4 if _width(table, columns) <= A4[0] - 2 * _MARGIN else landscape(A4)
    parts = _parts(table, columns, int(size[0]) - 2 * _MARGIN)
    rows = list(table.rows) if len(parts) > 1 else table.rows
    canvas = Canvas("", pagesize=size, pageCompression=1)
    canvas.setTitle(f"{table.title}, {table.subtitle}")
    canvas.setAuthor(table.frame.book)
    canvas.setCreator("LedgerFlow")
    pages = _Pages(canvas, table, size)
    for part in parts:
        pages.draw(part, rows)
    pages.finish(out)


def _width(table: Table, places: Sequence[int]) -> int:
    columns = [table.columns[at] for at in places]
    return (
        sum(_WIDTHS.get(each.kind, _LEAST_CODE if each.is_code else _LEAST_TEXT) + _GAP for each in columns)
        - _GAP
    )


def _parts(table: Table, places: Sequence[int], width: int) -> list[list[int]]:
    """Return which columns go side by side: all, or the texts with as many amounts as fit, until all are shown."""
    if _width(table, places) <= width:
        return [list(places)]
    amounts = [at for at in places if table.columns[at].kind is Kind.MONEY]
    others = [at for at in places if table.columns[at].kind is not Kind.MONEY]
    room = (width - _width(table, others)) // (_WIDTHS[Kind.MONEY] + _GAP)
    count = max(room, 1)
    return [others + amounts[at : at + count] for at in range(0, len(amounts), count)]


class _Pages:
    def __init__(self, canvas: Canvas, table: Table, size: tuple[int, int]) -> None:
        self._canvas, self._table = canvas, table
        self._wide, self._high = size
        self._y = 0
        self._text: PDFTextObject | None = None
        self._font = ""
        self._columns: list[tuple[int, Column, int, int]] = []
        self._has_wrapping = False

    def draw(self, places: Sequence[int], rows: Iterable[Row]) -> None:
        """Draw the rows with the columns at these places, beginning on a new page."""
        self._columns = self._placed(places)
        self._has_wrapping = any(column.wraps for _, column, _, _ in self._columns)
        self._new_page()
        for at, row in enumerate(rows):
            if at == _MOST_ROWS:
                raise LedgerFlowError(
                    f"A PDF has no more than {_MOST_ROWS:,} rows; ask for a shorter period, or for XLSX or CSV."
                )
            below = self._below(row) if self._has_wrapping else ()
            # No heading stands alone at the foot of a page.
            lines = (
                3 if row.kind is RowKind.HEADING else 1 + max((len(texts) for _, texts in below), default=0)
            )
            if self._y - lines * _LEADING < _MARGIN + _LEADING:
                self._new_page()
            self._row(row)
            self._continue(row, below)

    def finish(self, out: BinaryIO) -> None:
        """Write the notes below the last row and how many pages there are, and give the document out."""
        self._y -= _LEADING
        for note in self._table.frame.notes:
            if self._y < _MARGIN + 3 * _LEADING:
                self._new_page()
            self._y -= _LEADING
            self._put(_MARGIN, note, _PLAIN, self._wide - 2 * _MARGIN)
        self._end_page()
        canvas = self._canvas
        count = canvas.getPageNumber() - 1
        canvas.beginForm(_PAGES, 0, 0, 60, _LEADING)
        canvas.setFont(_PLAIN, _SIZE)
        canvas.drawString(0, 3, f"{count}")
        canvas.endForm()
        out.write(canvas.getpdfdata())

    def _placed(self, places: Sequence[int]) -> list[tuple[int, Column, int, int]]:
        columns = [self._table.columns[at] for at in places]
        free = self._wide - 2 * _MARGIN + _GAP - sum(_WIDTHS.get(column.kind, 0) + _GAP for column in columns)
        texts = sum(_weight(column) for column in columns if column.kind is Kind.TEXT)
        placed, x = [], _MARGIN
        for at, column in zip(places, columns, strict=True):
            width = _WIDTHS.get(column.kind) or int(free * _weight(column) // texts)
            placed.append((at, column, x, width))
            x += width + _GAP
        return placed

    def _new_page(self) -> None:
        if self._text is not None:
            self._end_page()
        table, frame = self._table, self._table.frame
        self._text = self._canvas.beginText()
        self._font = ""
        self._y = self._high - _MARGIN
        self._put(_MARGIN, f"{table.title} · {frame.book}", _BOLD, self._wide // 2)
        self._put_right(self._wide - _MARGIN, frame.stamp, _BOLD)
        self._y -= _LEADING
        self._put(_MARGIN, f"{table.subtitle} · {frame.currency}", _PLAIN, self._wide - 2 * _MARGIN)
        self._y -= 2 * _LEADING
        for _, column, x, width in self._columns:
            if column.kind in _ON_THE_RIGHT:
                self._put_right(x + width, column.label, _BOLD)
            else:
                self._put(x, column.label, _BOLD, width)
        self._rule(self._y - 4)

    def _end_page(self) -> None:
        canvas, number = self._canvas, self._canvas.getPageNumber()
        self._y = _MARGIN - _LEADING
        self._put(_MARGIN, self._table.frame.footer, _PLAIN, self._wide - 2 * _MARGIN - 90)
        words = f"Page {number} of "
        end = self._wide - _MARGIN - 24
        self._put_right(end, words, _PLAIN)
        canvas.drawText(self._text)
        canvas.saveState()
        canvas.translate(end, self._y - 3)
        canvas.doForm(_PAGES)
        canvas.restoreState()
        canvas.showPage()
        self._text = None

    def _row(self, row: Row) -> None:
        if row.kind is RowKind.HEADING:
            self._y -= _LEADING // 2
        self._y -= _LEADING
        font = _BOLD if row.kind.is_strong else _PLAIN
        if row.kind.is_sum:
            self._rule(self._y + _LEADING - 3)
        for at, column, x, width in self._columns:
            value = row.cells[at]
            if value is None or value == "":
                continue
            text = self._words(value, column)
            if column.kind in _ON_THE_RIGHT:
                self._put_right(x + width, text, font)
            elif column.wraps:
                self._out(x, _lines_of(text, font, width)[0], font)
            else:
                self._put(x, text, font, width)

    def _below(self, row: Row) -> list[tuple[int, list[str]]]:
        """Return what stands below the first line of the row: for each text that wraps, where and its other lines."""
        font = _BOLD if row.kind.is_strong else _PLAIN
        return [
            (x, _lines_of(self._words(row.cells[at], column), font, width)[1:])
            for at, column, x, width in self._columns
            if column.wraps and row.cells[at]
        ]

    def _continue(self, row: Row, below: Sequence[tuple[int, list[str]]]) -> None:
        font = _BOLD if row.kind.is_strong else _PLAIN
        for texts in zip_longest(*(texts for _, texts in below), fillvalue=""):
            self._y -= _LEADING
            for (x, _), text in zip(below, texts, strict=True):
                self._out(x, text, font)

    def _words(self, value: Cell, column: Column) -> str:
        if isinstance(value, Decimal):
            if column.kind is Kind.PERCENT:
                return f"{value.normalize():f} %"
            return f"{value:,}" if column.is_whole else format_money(value, self._table.frame.currency)
        return " ".join(str(value).split())

    def _put(self, x: int, text: str, font: str, width: int) -> None:
        self._out(x, _fitting(text, font, width), font)

    def _put_right(self, x: int, text: str, font: str) -> None:
        self._out(x - sum(map(_widths(font).__getitem__, text)), text, font)

    def _out(self, x: Any, text: str, font: str) -> None:
        assert self._text is not None
        if self._font != font:
            self._text.setFont(font, _SIZE)
            self._font = font
        self._text.setTextOrigin(x, self._y)
        self._text.textOut(text)

    def _rule(self, y: int) -> None:
        self._canvas.setLineWidth(1 if y < self._y else 0)
        self._canvas.line(_MARGIN, y, self._wide - _MARGIN, y)


def _weight(column: Column) -> int:
    """Return how much of the free width a text gets."""
    return 1 if column.is_code else 5


class _Widths(dict[str, Any]):
    """The width in points of each character of a font, looked up once."""

    def __init__(self, font: str) -> None:
        super().__init__()
        self._font = font

    def __missing__(self, character: str) -> Any:
        self[character] = pdfmetrics.stringWidth(character, self._font, _SIZE)
        return self[character]


@cache
def _widths(font: str) -> _Widths:
    return _Widths(font)


def _fitting(text: str, font: str, width: int) -> str:
    """Return the text, cut behind an ellipsis where it is wider than its column."""
    widths = _widths(font)
    ends = list(accumulate(map(widths.__getitem__, text)))
    if not ends or ends[-1] <= width:
        return text
    return text[: bisect_right(ends, width - widths["…"])] + "…"


def _lines_of(text: str, font: str, width: int) -> list[str]:
    """Return the text as lines that are no wider than its column; a word that is wider is cut."""
    widths, lines, left = _widths(font), [""], width
    for word in text.split():
        taken = sum(map(widths.__getitem__, f" {word}"))
        if lines[-1] and taken > left:
            lines.append("")
        if lines[-1]:
            lines[-1] += f" {word}"
            left -= taken
        else:
            lines[-1] = _fitting(word, font, width)
            left = width - taken + widths[" "]
    return lines
