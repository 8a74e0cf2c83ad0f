"""Delimiter and quoting, judged by what comes out: rows of the same width that hold a date and an amount."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools._shared.amounts import BLANKS, amount_column
from tools._shared.dates import read_day
from tools._shared.grid import Grid
from tools._shared.tables import is_header
from tools.contract import StatementRefusedError

DELIMITERS = (";", "\t", "|", ",")
_SAMPLE_LINES = 120
_SAMPLE_TEXT = 60_000
_MOST_COLUMNS = 200
_LONGEST_PLAIN = 20_000
#: White space other than the end of a line and the space itself.
_SPACES = frozenset(mark for mark in map(chr, range(0x3001)) if mark.isspace() and mark not in " \n")
_ASCII_SPACES = frozenset(filter(str.isascii, _SPACES))
_LONGEST_CELL = 131_072
_EXCEL_TEXT = re.compile(r'=(".*")')


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a file as stripped cells, and the physical line at which each starts."""

    cells: Sequence[Sequence[str]]
    lines: Sequence[int]


@dataclass(frozen=True, slots=True)
class Dialect:
    """A delimiter, and how well the sample reads with it."""

    delimiter: str
    movements: int
    headers: int
    regular: float

    @property
    def rank(self) -> tuple[bool, int, int, float]:
        """Order dialects: rows with a date and an amount first."""
        return self.movements + self.headers > 0, self.movements, self.headers, self.regular


def sniff(text: str) -> Dialect:
    """Return the delimiter under which the most rows hold a date and an amount in cells of their own."""
    sample = text[:_SAMPLE_TEXT]
    return max((_judge(sample, delimiter) for delimiter in DELIMITERS), key=lambda each: each.rank)


def _judge(sample: str, delimiter: str) -> Dialect:
    rows: list[Sequence[str]] = []
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        for row in reader:
            if len(row) > _MOST_COLUMNS or len(rows) >= _SAMPLE_LINES:
                break
            rows.append([clean(cell) for cell in row])
    except csv.Error:
        pass
    wide = [row for row in rows if sum(map(bool, row)) > 1]
    widths = Counter(len(row) for row in wide)
    regular = widths.most_common(1)[0][1] / len(rows) if wide else 0.0
    movements = sum(_is_movement(row) for row in wide)
    return Dialect(delimiter, movements, sum(map(is_header, wide[:40])), regular)


def _is_movement(row: Sequence[str]) -> bool:
    dated = [at for at, cell in enumerate(row) if cell and read_day(cell)]
    return bool(dated) and any(
        at not in dated and cell not in BLANKS and amount_column([cell]).is_amounts
        for at, cell in enumerate(row)
    )


def clean(cell: str) -> str:
    """Return a cell without spaces around it and without a spreadsheet's ``="..."`` wrapper."""
    cell = cell.strip()
    if cell[:1] == "=":
        wrapped = _EXCEL_TEXT.fullmatch(cell)
        return wrapped[1].strip('"') if wrapped else cell
    return cell


def split(text: str, delimiter: str) -> Rows:
    """Return the rows of a file.

    Raises:
        StatementRefusedError: A quoted cell is not closed, or a row is wider or a cell longer than any statement's.
    """
    plain = _plain_rows(text, delimiter)
    if plain is not None:
        return plain
    try:
        return _collect(text, delimiter, strict=True)
    except csv.Error as error:
        if "field larger" in str(error):
            raise StatementRefusedError("A cell of the file is longer than 131,072 characters.") from error
    try:
        rows = _collect(text, delimiter, strict=False)
    except csv.Error as error:
        raise StatementRefusedError("A cell of the file is longer than 131,072 characters.") from error
    if any(two - one > 1 for one, two in zip(rows.lines, rows.lines[1:], strict=False)):
        rows = _without_quotes(text, delimiter)
    else:
        _refuse_joined_numbers(text, rows)
    return rows


def _refuse_joined_numbers(text: str, rows: Rows) -> None:
    """Refuse a number that stands nowhere: the reader joins two where a quotation mark between them is missing."""
    printed = list(_physical_lines(text))
    for line, row in zip(rows.lines, rows.cells, strict=True):
        for cell in row:
            is_number = any(map(str.isdigit, cell)) and not any(map(str.isalpha, cell))
            if is_number and line <= len(printed) and cell not in printed[line - 1]:
                raise StatementRefusedError(
                    f"Line {line} has a quotation mark within a number, or lacks one between two ({cell}). "
                    "Export the file again."
                )


def _plain_rows(text: str, delimiter: str) -> Rows | None:
    """Return the rows of a text whose cells are what stands between the delimiters; ``None`` for any other.

    Without quotes and spaces at the edges of cells, cutting at delimiters reads what the CSV reader does, in a third of
    the time.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    spaces = _ASCII_SPACES if text.isascii() else _SPACES
    if '"' in text or text[:1] == " " or any(space in text for space in spaces.difference(delimiter)):
        return None
    text = text.removesuffix("\n")
    if text[-1:] == " " or not _has_short_lines(text):
        return None
    ends = text.count("\n")
    even = text.replace("\n", f"{delimiter}\n{delimiter}")
    if f" {delimiter}" in even or f"{delimiter} " in even:
        return None
    cells = even.split(delimiter)
    del even
    width = (len(cells) - ends) // (ends + 1)
    is_even = len(cells) + 1 == (ends + 1) * (width + 1)
    if is_even and width <= _MOST_COLUMNS and cells[width :: width + 1].count("\n") == ends:
        return Rows(Grid(cells, width), range(1, ends + 2))
    del cells
    lines = text.split("\n")
    rows = [line.split(delimiter) if line else [] for line in lines]
    return Rows(rows, range(1, len(lines) + 1)) if max(map(len, rows)) <= _MOST_COLUMNS else None


def _has_short_lines(text: str) -> bool:
    """Whether every line is short, found by jumping from one end of a line to the last that is near enough."""
    start = 0
    while len(text) - start > _LONGEST_PLAIN:
        end = text.rfind("\n", start, start + _LONGEST_PLAIN + 1)
        if end < 0:
            return False
        start = end + 1
    return True


def _collect(text: str, delimiter: str, *, strict: bool) -> Rows:
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=strict
    )
    cells: list[list[str]] = []
    lines: list[int] = []
    start = 1
    has_wrappers = '="' in text
    for row in reader:
        if len(row) > _MOST_COLUMNS:
            raise StatementRefusedError(_too_wide(start, len(row)))
        after = reader.line_num + 1
        stripped = list(map(clean if has_wrappers else str.strip, row))
        if after - start > 1 and any(_swallows_rows(cell, delimiter) for cell in stripped):
            raise StatementRefusedError(
                f"A quoted cell that starts in line {start} runs over other transactions: a quotation mark is missing. "
                "Export the file again."
            )
        cells.append(stripped)
        lines.append(start)
        start = after
    return Rows(cells, lines)


def _too_wide(line: int, width: int) -> str:
    return f"Line {line} has {width} cells; a statement has at most {_MOST_COLUMNS}."


def _swallows_rows(cell: str, delimiter: str) -> bool:
    """Whether a cell of several lines holds whole transactions, which a missing quotation mark causes."""
    return any(
        _is_movement([clean(part) for part in line.split(delimiter)])
        for line in cell.splitlines()[1:]
        if delimiter in line
    )


def _without_quotes(text: str, delimiter: str) -> Rows:
    """Split at every delimiter; only possible where every row then has the same number of cells."""
    cells: list[list[str]] = []
    lines: list[int] = []
    for number, line in enumerate(_physical_lines(text), start=1):
        cells.append([clean(cell.strip().strip('"')) for cell in line.split(delimiter)])
        lines.append(number)
    widths = {len(row) for row in cells if any(row)}
    if len(widths) > 1 or max(widths, default=0) > _MOST_COLUMNS:
        raise StatementRefusedError("A quoted cell of the file is not closed. Export the file again.")
    return Rows(cells, lines)


def _physical_lines(text: str) -> Iterator[str]:
    return (line.rstrip("\r\n") for line in io.StringIO(text, newline=""))
