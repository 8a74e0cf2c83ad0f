"""Which amount of a row stands in which column: by where its last digit ends, and by the header above."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools._shared.vocabulary import Role, words
from tools.pdf_statement._lines import Cell, Money
from tools.pdf_statement._parts import Block
from tools.pdf_statement._rows import Header, Row

_APART = 6.0
_ALIGNED = 2.5
_NEAR_HEADER = 45.0


@dataclass(frozen=True, slots=True)
class Column:
    """A column of amounts: where their last digits end, its name and what that announces."""

    least: float
    most: float
    name: str
    title: str
    role: Role | None

    def holds(self, money: Money) -> bool:
        """Whether an amount ends where this column's amounts do."""
        slack = _APART / 2 if money.is_sure else _ALIGNED
        return self.least - slack <= money.right <= self.most + slack


def columns_of(blocks: Sequence[Block]) -> list[Column]:
    """Return the columns of the blocks' rows from left to right, named by their common header."""
    sure = [money for block in blocks for row in block.rows for money in row.money if money.is_sure]
    groups: list[list[Money]] = []
    for money in sorted(sure, key=lambda each: each.right):
        if groups and money.right - groups[-1][-1].right <= _APART:
            groups[-1].append(money)
        else:
            groups.append([money])
    names = _names(groups, blocks[0].header)
    return [
        Column(
            group[0].right, group[-1].right, words(cell.text) if cell else "", cell.text if cell else "", role
        )
        for group, (cell, role) in zip(groups, names, strict=True)
    ]


def _names(
    groups: Sequence[Sequence[Money]], header: Header | None
) -> Iterator[tuple[Cell | None, Role | None]]:
    """Yield the header's cell for each column: the nearest, each only once."""
    free = list(header.money) if header else []
    taken: dict[int, tuple[Cell, Role]] = {}
    costs = sorted(
        (_cost(group, cell), at, number)
        for at, group in enumerate(groups)
        for number, (cell, _) in enumerate(free)
    )
    used: set[int] = set()
    for cost, at, number in costs:
        if cost <= _NEAR_HEADER and at not in taken and number not in used:
            taken[at] = free[number]
            used.add(number)
    for at in range(len(groups)):
        yield taken.get(at, (None, None))


def _cost(group: Sequence[Money], cell: Cell) -> float:
    left, right = min(money.x0 for money in group), group[-1].right
    return min(abs(right - cell.x1), abs(left - cell.x0), abs((left + right) - (cell.x0 + cell.x1)) / 2)


def by_column(row: Row, columns: Sequence[Column]) -> dict[int, Money] | None:
    """Return the row's amounts by column, ``None`` when one that is sure stands in none or two in the same."""
    found: dict[int, Money] = {}
    for money in row.money:
        at = next((at for at, column in enumerate(columns) if column.holds(money)), None)
        if at is None and not money.is_sure:
            continue
        if at is None or at in found:
            return None
        found[at] = money
    return found
