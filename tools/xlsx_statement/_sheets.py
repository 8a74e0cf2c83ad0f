"""What a workbook of any format becomes before it is read as tables: sheets of typed cells."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from tools.contract import StatementRefusedError

Kind = Literal["text", "number", "date", "formula"]

MOST_CELLS = 2_000_000
MOST_ROWS = 1_048_576
UNCALCULATED = "#formula"
"""What stands for a formula whose value the file does not hold."""


class Cell(NamedTuple):
    """A filled cell: numbers with a decimal point and nothing else, dates as ISO 8601."""

    kind: Kind
    text: str


@dataclass(slots=True)
class Sheet:
    """A sheet: its filled cells by row (counted from 1) and column (from 0), and what of it is hidden.

    ``merged`` are blocks of merged cells as first row, last row, first column, last column.
    """

    name: str
    hidden: bool = False
    cells: dict[int, dict[int, Cell]] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    has_formulas: bool = False


class CellBudget:
    """Counts the cells of a workbook and stops where it has more than any statement."""

    def __init__(self) -> None:
        self._left = MOST_CELLS

    def take(self, count: int = 1) -> None:
        """Count cells.

        Raises:
            StatementRefusedError: The workbook has too many.
        """
        self._left -= count
        if self._left < 0:
            raise StatementRefusedError(
                f"The workbook has more than {MOST_CELLS:,} filled cells. Export a shorter period."
            )


def carry_merged_dates(sheet: Sheet) -> None:
    """Repeat a date that is merged over several rows in those that hold an amount of their own."""
    for first, last, left, right in sheet.merged:
        head = sheet.cells.get(first, {}).get(left)
        if left != right or head is None or head.kind != "date":
            continue
        for row in range(first + 1, min(last, max(sheet.cells)) + 1):
            cells = sheet.cells.get(row, {})
            if any(cell.kind == "number" for cell in cells.values()):
                cells.setdefault(left, head)


def columns_used(rows: Iterable[dict[int, Cell]]) -> list[int]:
    """Return the columns that hold anything, from left to right."""
    return sorted({column for cells in rows for column in cells})
