"""Rows of one number of cells each, kept as one list: most long tables are such, and their columns are cut from it."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import overload


class Grid(Sequence[Sequence[str]]):
    """The rows of a table of ``width`` columns; behind the cells of each row but the last stands one mark."""

    def __init__(self, cells: list[str], width: int) -> None:
        self._cells, self.width, self._step = cells, width, width + 1

    def __len__(self) -> int:
        return (len(self._cells) + 1) // self._step

    @overload
    def __getitem__(self, at: int) -> Sequence[str]: ...
    @overload
    def __getitem__(self, at: slice) -> list[Sequence[str]]: ...
    def __getitem__(self, at: int | slice) -> Sequence[str] | list[Sequence[str]]:
        """Return a row, or several as a list."""
        if isinstance(at, slice):
            return [self[row] for row in range(len(self))[at]]
        first = range(len(self))[at] * self._step
        return self._cells[first : first + self.width]

    def columns(self, start: int) -> list[tuple[str, ...]]:
        """Return the columns of the rows from ``start`` on."""
        if start >= len(self):
            return []
        first = start * self._step
        return [tuple(self._cells[first + at :: self._step]) for at in range(self.width)]

    def count(self, value: Sequence[str]) -> int:
        """Return how many rows are like one, by its first cell where that stands once."""
        first = self._cells[:: self._step].count(value[0]) if value else 0
        return first if first <= 1 else sum(row == value for row in self)


def columns_from(rows: Sequence[Sequence[str]], start: int) -> list[tuple[str, ...]]:
    """Return the columns of the rows from ``start`` on; short rows are filled up with nothing."""
    return rows.columns(start) if isinstance(rows, Grid) else list(zip_longest(*rows[start:], fillvalue=""))


def widest(rows: Sequence[Sequence[str]]) -> int:
    """Return the number of cells of the longest row."""
    return rows.width if isinstance(rows, Grid) else max(map(len, rows), default=0)
