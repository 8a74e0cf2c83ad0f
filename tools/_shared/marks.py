"""The decimal mark of a table, settled by every cell of every money column."""

import re

from tools._shared.accounts import currency_stated
from tools._shared.amounts import MARKS, AmountColumn, Mark, amount_column, settle_mark
from tools._shared.currencies import NO_CURRENCY, THREE_DECIMALS, currency_of
from tools._shared.movements import Numbers
from tools._shared.vocabulary import Role
from tools._shared.work import Work
from tools.contract import StatementRefusedError

_MONEY_ROLES = (Role.AMOUNT, Role.OUT, Role.IN, Role.BALANCE, Role.OWED, Role.OPENING, Role.CLOSING, Role.FEE)
_LONG = re.compile(r"[09]{4}")


class OpenMarkError(StatementRefusedError):
    """Every cell can be read with a decimal mark and with a thousands mark."""


def settle_numbers(work: Work, tried: Mark | None = None) -> Numbers:
    """Settle the decimal mark by every cell of every money column, and read the columns.

    ``tried`` is the mark to take where they leave it open.

    Raises:
        OpenMarkError: The mark stays open.
        StatementRefusedError: A money column holds a cell that is no amount.
    """
    columns = work.columns
    wanted = [at for at in columns.of(*_MONEY_ROLES) if at in columns.numbers] if columns.has_header else []
    wanted = (
        wanted
        if any(columns.roles[at] in {Role.AMOUNT, Role.OUT, Role.IN} for at in wanted)
        else sorted(columns.numbers)
    )
    looked = {at: _moving(work, at) for at in wanted}
    good = {at: column for at, column in looked.items() if column.is_amounts or not column.filled}
    for role in (Role.AMOUNT, Role.OUT, Role.IN):
        for unread in columns.of(role):
            is_only = not any(columns.roles[each] is role for each in good)
            if unread in looked and unread not in good and is_only:
                _refuse_cell(work, unread, looked[unread])
    money = [column for at, column in good.items() if columns.has_header or column.has_money_marks]
    pooled = settle_mark(money) or _grouping_mark(work, good) or tried
    marks: dict[int, Mark] = {}
    for at, column in good.items():
        mark = _said_mark(work, at, column) or settle_mark([column]) or pooled
        if mark is None and (columns.has_header or len(money) == 1):
            raise OpenMarkError(
                f"The amounts in {columns.title(at)} can be read in two ways: {_open_cell(column)} with a "
                "decimal mark or with "
                "a thousands mark. Export a longer period, or amounts with two decimals."
            )
        if mark:
            marks[at] = mark
    values = {at: good[at].values(mark) for at, mark in marks.items()}
    said = work.layout.decimal_mark if work.layout is not None else ""
    overall: Mark = "," if said == "," else "." if said else pooled or "."
    return Numbers({at: good[at] for at in marks}, values, overall)


def _said_mark(work: Work, at: int, column: AmountColumn) -> Mark | None:
    """Return the decimal mark that a person chose; refuse it where a cell contradicts it."""
    chosen = next(
        (mark for mark in MARKS if work.layout is not None and mark == work.layout.decimal_mark), None
    )
    if chosen is None or chosen in column.marks or not column.filled:
        return chosen
    name = "point" if chosen == "." else "comma"
    raise StatementRefusedError(
        f"The amounts in {work.columns.title(at)} cannot be read with a decimal {name}: “{_open_cell(column)}”. "
        "Choose the other decimal mark."
    )


def _open_cell(column: AmountColumn) -> str:
    return next(
        cell
        for cell, shape in zip(column.cells, column.shapes, strict=True)
        if shape in column.known and column.known[shape].has_mark
    )


def _grouping_mark(work: Work, looked: dict[int, AmountColumn]) -> Mark | None:
    """Return the decimal mark where every cell is like 4,884 and the stated currency has no three decimals.

    The mark that stands before three digits everywhere then groups thousands.
    """
    still_open = [column for column in looked.values() if column.is_mark_open]
    if not still_open or any(len(column.marks) != 2 for column in looked.values()):
        return None
    used = _only_mark(looked)
    if used is None or _codes(work, looked) & {*THREE_DECIMALS, NO_CURRENCY, None}:
        return None
    work.warnings.append(
        f"{_open_cell(still_open[0])} was read with a thousands mark: the currency has no three decimals."
    )
    return "." if used == "," else ","


def _codes(work: Work, looked: dict[int, AmountColumn]) -> set[str | None]:
    """Return the currencies that the rows, the headers or the lines above state."""
    columns = work.columns
    codes = {currency_of(cell) for at in columns.of(Role.CURRENCY) for cell in columns.pick(at) if cell}
    return {*codes, currency_stated(columns, sorted(looked), looked, work.above)}


def _only_mark(looked: dict[int, AmountColumn]) -> Mark | None:
    """Return the mark that all cells use, ``None`` where they use both."""
    used = {mark for column in looked.values() for text in column.known for mark in MARKS if mark in text}
    return used.pop() if len(used) == 1 else None


def mark_of_groups(work: Work, looked: dict[int, AmountColumn]) -> Mark | None:
    """Return the decimal mark where the balance works out with either and every cell is like 4,884 or below 1000.

    Few currencies have three decimals, and where none of them is stated the mark groups thousands.
    """
    used = _only_mark(looked)
    if used is None or any(_LONG.search(text) for column in looked.values() for text in column.known):
        return None
    codes = {code for code in _codes(work, looked) if code not in {None, NO_CURRENCY}}
    if codes and THREE_DECIMALS.issuperset(codes):
        return used
    cell = _open_cell(next(column for column in looked.values() if column.is_mark_open))
    work.warnings.append(
        f"{cell} was read with a thousands mark, because every amount has three digits behind it; the balance works "
        "out either way. Choose the other decimal mark if the currency has three decimals."
    )
    return "." if used == "," else ","


def _moving(work: Work, column: int) -> AmountColumn:
    cells = work.columns.pick(column)
    if all(work.moves):
        return amount_column(cells)
    return amount_column([cell if moves else "" for cell, moves in zip(cells, work.moves, strict=True)])


def _refuse_cell(work: Work, column: int, looked: AmountColumn) -> None:
    position = looked.first_bad()
    if position is None:
        raise StatementRefusedError(
            f"The amounts in {work.columns.title(column)} mix decimal comma and decimal point. Export the file again."
        )
    line = work.numbers[work.columns.dated[position]]
    raise StatementRefusedError(
        f"{work.table.unit.capitalize()} {line} has “{looked.cells[position][:40]}”"
        f" in {work.columns.title(column)}, which is "
        "no amount. Correct the cell, and read the file again."
    )
