"""A table of cells as a file gives it, and where its header stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tools._shared.amounts import amount_column
from tools._shared.currencies import CODES
from tools._shared.dates import read_day
from tools._shared.vocabulary import DATE_ROLES, Role, roles_of_header
from tools.contract import Place

_HEADER_SEARCH = 80
_MOST_DIGITS = 4
_LABELED = 2
_BELOW_ROLES = frozenset({Role.OUT, Role.IN, Role.AMOUNT, Role.BALANCE, Role.CURRENCY})
_MONEY_ROLES = frozenset({Role.AMOUNT, Role.OUT, Role.IN, Role.BALANCE, Role.OPENING, Role.CLOSING})


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of stripped cells, the number that a person finds each row by, and how to state that place.

    ``unit`` is what a row is called in sentences ("line" in a text file, "row" in a sheet); ``name`` is the file's;
    ``delimiter`` is what stands between the cells, the word "cell" in a sheet.
    """

    rows: Sequence[Sequence[str]]
    numbers: Sequence[int]
    name: str
    unit: str
    place: Callable[[int], Place]
    delimiter: str = "cell"


class Shape(NamedTuple):
    """Where a table's rows begin, its header (empty where it has none), and how many columns it has."""

    start: int
    header: Sequence[str]
    width: int


def is_blank(row: Sequence[str]) -> bool:
    """Whether no cell holds anything."""
    return not any(row)


def is_header(row: Sequence[str]) -> bool:
    """Whether a row announces a date column and a column of money, and holds neither a date nor an amount."""
    filled = [cell for cell in row if cell]
    if len(filled) < 2 or any(read_day(cell) or amount_column([cell]).is_amounts for cell in filled):
        return False
    if any(sum(map(str.isdigit, cell)) > _MOST_DIGITS for cell in filled):
        return False
    roles = [set(roles_of_header(cell)) for cell in filled]
    dates = [at for at, found in enumerate(roles) if found & DATE_ROLES]
    money = [at for at, found in enumerate(roles) if found & _MONEY_ROLES]
    return any(date != amount for date in dates for amount in money)


def is_second_header(row: Sequence[str]) -> bool:
    """Whether a row under the header goes on with it: two cells or more, each the name of a column or a currency."""
    filled = [cell for cell in row if cell]
    return len(filled) > 1 and all(
        cell in CODES or not _BELOW_ROLES.isdisjoint(roles_of_header(cell)[:1]) for cell in filled
    )


def find_header(rows: Sequence[Sequence[str]]) -> int | None:
    """Return the index of the header row, ``None`` when the table has none."""
    return next((at for at, row in enumerate(rows[:_HEADER_SEARCH]) if is_header(row)), None)


def find_title_row(rows: Sequence[Sequence[str]]) -> int | None:
    """Return the index of a header in words nobody knows: text cells only, directly above the first dated row.

    A label with its value, such as the first day of the period, is no row; a day with its amount is one.
    """
    for at, row in enumerate(rows[:_HEADER_SEARCH]):
        days = [bool(read_day(cell)) for cell in row if cell]
        if any(days) and (len(days) > _LABELED or days == [True, False]):
            above = rows[at - 1] if at else ()
            filled = [cell for cell in above if cell]
            is_title = len(filled) >= 3 and not any(any(mark.isdigit() for mark in cell) for cell in filled)
            return at - 1 if is_title and abs(len(above) - len(row)) <= 1 else None
    return None
