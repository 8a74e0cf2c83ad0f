"""The rows of a table that are not movements: titles, continued descriptions, totals, stated balances, pending rows.

Nothing is dropped in silence: a row that holds an amount and is none of these refuses the file.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import permutations
from typing import NoReturn

from tools._shared.amounts import BLANKS, MARKS, amount_column, single_amount
from tools._shared.balances import follow
from tools._shared.columns import Columns
from tools._shared.dates import read_day
from tools._shared.row_words import (
    is_closing,
    is_failed,
    is_opening,
    is_pending,
    is_pending_alone,
    is_total,
    is_total_alone,
    is_turnover,
)
from tools._shared.vocabulary import Role
from tools.contract import StatementRefusedError

_FEW_ROWS = 2
_ACCOUNT = re.compile(r"[A-Z]{0,4}\d[\d .\-/]{6,32}[A-Z]?")
#: A bank's own mark of a kind of row, such as "K2": a word of its own, but no name.
_CODE = re.compile(r"[A-Z\d]{1,3}")
_TITLE_LINES = 3
_CONTINUED_ROLES = frozenset({Role.DESCRIPTION, Role.COUNTERPARTY, Role.REFERENCE, Role.OTHER})


@dataclass(slots=True)
class Leftovers:
    """What the rows without a movement say.

    ``continued`` are further description texts by the body index of the row they belong to; the other lists hold row
    numbers for warnings.
    """

    opening: Decimal | None = None
    closing: Decimal | None = None
    continued: dict[int, list[str]] = field(default_factory=dict)
    left_out: list[int] = field(default_factory=list)
    pending: list[int] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)
    without_amount: list[int] = field(default_factory=list)

    def warnings(self, unit: str) -> list[str]:
        """Return a sentence for every kind of row that was left out."""
        kinds = (
            (self.left_out, "Not read as a transaction"),
            (self.pending, "Left out as pending without a booking date"),
            (self.failed, "Left out as declined or reverted by the bank"),
            (self.without_amount, "Left out because no amount is stated"),
        )
        return [f"{reason}: {unit} {_numbers(rows)}." for rows, reason in kinds if rows]


def _numbers(rows: Sequence[int]) -> str:
    shown = ", ".join(map(str, rows[:8]))
    return f"{shown} and {len(rows) - 8} more" if len(rows) > 8 else shown


def _lone_amount(row: Sequence[str]) -> Decimal | None:
    found = [amount for amount in map(single_amount, row) if amount is not None]
    return found[0] if len(found) == 1 else None


def note_balance(row: Sequence[str], into: Leftovers) -> bool:
    """Take a row that names the opening or closing balance; return whether it is one."""
    for at, cell in enumerate(row):
        label, _, inside = cell.partition(":")
        if len(cell) > 80 or not label:
            continue
        opening, closing = is_opening(label), is_closing(label)
        if opening or closing:
            amount = single_amount(inside) if inside.strip() else _lone_amount(row[at + 1 :])
            if opening and into.opening is None:
                into.opening = amount
            elif closing and into.closing is None:
                into.closing = amount
            return True
    return False


def _is_amount(cell: str) -> bool:
    return cell not in BLANKS and amount_column([cell]).is_amounts


def _by_columns(row: Sequence[str], columns: Columns, into: Leftovers) -> bool:
    """Take a row that only fills a column of opening or closing balances."""
    taken = False
    for at in columns.of(Role.OPENING, Role.CLOSING):
        amount = single_amount(row[at])
        if amount is not None:
            taken = True
            if columns.roles[at] is Role.OPENING:
                into.opening = amount if into.opening is None else into.opening
            else:
                into.closing = amount
    return taken


def _status(row: Sequence[str], columns: Columns) -> str:
    return " ".join(row[at] for at in columns.of(Role.STATUS) if row[at])


def total_rows(columns: Columns, among: Iterable[int]) -> set[int]:
    """Return the positions ``among`` those of dated rows that state the sum of the others and are named so.

    A merchant may have that name, or a payment of a tax: the row states the sum of one column, or lacks the balance
    that all others state.
    """
    named = columns.of(Role.DESCRIPTION, Role.COUNTERPARTY, Role.REFERENCE, Role.OTHER)
    worded = [at for at in range(len(columns.cells)) if at not in columns.days and at not in columns.numbers]
    found = set()
    for position in among:
        at = columns.dated[position]
        texts = [cell for column in named if (cell := columns.cells[column][at])]
        names = [text for text in texts if not _CODE.fullmatch(text)]
        is_named = any(is_turnover(columns.cells[column][at]) for column in worded)
        if (is_named or (texts and all(map(is_total_alone, texts)))) and (
            _lacks_balance(columns, position)
            or _is_sum(columns, position)
            or (names and all(map(is_turnover, names)) and _is_turnover_of(columns, position))
        ):
            found.add(position)
    return found


def balance_row(columns: Columns, numbers: Sequence[int], unit: str) -> set[int]:
    """Return the position of the last row where it names an account instead of a movement, in a table without a header.

    Its only text is a long number, in a column that no other row fills; the others have words elsewhere. A last
    movement may look so, too: one that leads to the stated balance is one; one that breaks it, or states what the
    others add up to, is none.

    Raises:
        StatementRefusedError: Nothing says whether it is one.
    """
    last = len(columns.dated) - 1
    if columns.has_header or last < _FEW_ROWS:
        return set()
    texts = [
        (cells[last], cells[:last])
        for at in range(len(columns.cells))
        if at not in columns.days and at not in columns.numbers and any(cells := columns.pick(at))
    ]
    own = [(text, others) for text, others in texts if text]
    is_account = len(own) == 1 and _ACCOUNT.fullmatch(own[0][0]) and not any(own[0][1])
    if not is_account or not any(all(others) for _, others in texts) or _follows(columns, last + 1):
        return set()
    if _follows(columns, last) or _is_sum(columns, last):
        return {last}
    raise StatementRefusedError(
        f"{unit.capitalize()} {numbers[columns.dated[last]]} may be the last transaction or the balance of an account: "
        "nothing says which. Remove it or give it words like the others, or export the file with its header row."
    )


def _follows(columns: Columns, count: int) -> bool:
    """Whether the balances of some column follow from the amounts of another one in the first rows."""
    looked = [columns.number(at) for at in sorted(columns.numbers)]
    for mark in MARKS:
        values = [each.values(mark)[:count] for each in looked if mark in each.marks]
        for amounts, balances in permutations(values, 2):
            chain = follow(amounts, balances)
            if chain.works and any(amounts) and balances[-1] is not None:
                return True
    return False


def _lacks_balance(columns: Columns, position: int) -> bool:
    stated = [columns.pick(column) for column in columns.of(Role.BALANCE)]
    return any(not cells[position] and sum(map(bool, cells)) == len(cells) - 1 > 1 for cells in stated)


def _is_sum(columns: Columns, position: int) -> bool:
    """Whether the row states in a column what the others, two at least, add up to."""
    if len(columns.dated) <= _FEW_ROWS:
        return False
    for column in columns.of(Role.AMOUNT, Role.OUT, Role.IN) or sorted(columns.numbers):
        looked = columns.number(column)
        for mark in looked.marks:
            values = looked.values(mark)
            stated = values[position]
            if stated and stated == sum((value for value in values if value), Decimal(0)) - stated:
                return True
    return False


def _is_turnover_of(columns: Columns, position: int) -> bool:
    """Whether the row states what the movements of its account, currency and direction add up to."""
    alike = [columns.pick(at) for at in columns.of(Role.ACCOUNT, Role.CURRENCY, Role.FLAG)]
    rows = [[texts[at] for texts in columns.cells] for at in columns.dated]
    moving = [
        other
        for other, row in enumerate(rows)
        if not any(is_turnover(cell) or is_opening(cell) or is_closing(cell) for cell in row)
        and all(cells[other] == cells[position] for cells in alike)
    ]
    for column in columns.of(Role.AMOUNT, Role.OUT, Role.IN):
        looked = columns.number(column)
        for mark in looked.marks:
            values = looked.values(mark)
            stated = values[position] or Decimal(0)
            same = [value for other in moving if (value := values[other]) and (value < 0) == (stated < 0)]
            if abs(stated) == abs(sum(same, Decimal(0))):
                return True
    return False


def rows_under_pending(columns: Columns, above: Sequence[str]) -> set[int]:
    """Return the positions of the rows below a title such as "Pending transactions", up to the next title.

    ``above`` are the lines over the table.
    """
    found = set[int]()
    under = any(map(is_pending_alone, above[-_TITLE_LINES:]))
    if not under and len(columns.dated) == len(columns.cells[0]):
        return found
    position_of = {at: position for position, at in enumerate(columns.dated)}
    for at in range(len(columns.cells[0])):
        position = position_of.get(at)
        if position is not None:
            if under:
                found.add(position)
            continue
        row = [texts[at] for texts in columns.cells]
        filled = [cell for cell in row if cell]
        if len(filled) == 1 and (is_pending_alone(filled[0]) or row[0]):
            under = is_pending_alone(filled[0])
    return found


def sort_leftovers(
    columns: Columns, numbers: Sequence[int], amounts: Sequence[int], unit: str, into: Leftovers
) -> None:
    """Sort every row without a date; ``amounts`` are the columns that hold the movements.

    Raises:
        StatementRefusedError: A row holds an amount but no date, and nothing says that it is no movement.
    """
    dated = set(columns.dated)
    first, last = columns.dated[0], columns.dated[-1]
    previous: int | None = None
    for at in range(len(numbers)):
        if at in dated:
            previous = at
            continue
        row = [texts[at] for texts in columns.cells]
        filled = [cell for cell in row if cell]
        if not filled or filled == [cell for cell in columns.header if cell]:
            continue
        if note_balance(row, into):
            previous = None
        elif any(_is_amount(row[column]) for column in amounts):
            _with_amount(row, columns, numbers[at], unit, into, outside=at < first)
            previous = None
        elif _by_columns(row, columns, into):
            previous = None
        elif previous is not None and not row[columns.main] and _continues(row, columns):
            into.continued.setdefault(previous, []).extend(filled)
        elif row[columns.main] and len(filled) > 1 and first < at < last and not is_total(filled[0]):
            raise StatementRefusedError(
                f"{unit.capitalize()} {numbers[at]} stands among the transactions and has “{row[columns.main][:40]}” "
                "where "
                "the date should be. Correct or remove it, and read the file again."
            )
        else:
            previous = None
            if at > first or columns.has_header:
                into.left_out.append(numbers[at])


def _with_amount(
    row: Sequence[str], columns: Columns, number: int, unit: str, into: Leftovers, *, outside: bool
) -> None:
    status = _status(row, columns)
    where_date = row[columns.main]
    if not where_date and is_failed(status):
        into.failed.append(number)
    elif is_pending_alone(where_date) or (
        not where_date and (is_pending(status) or _is_unbooked(row, columns))
    ):
        into.pending.append(number)
    elif any(is_total(cell) for cell in row if cell and not _is_amount(cell)) or (
        outside and not columns.has_header
    ):
        into.left_out.append(number)
    else:
        refuse_undated(number, unit)


def refuse_undated(number: int, unit: str) -> NoReturn:
    """Refuse a row that may be a movement, but has no day."""
    raise StatementRefusedError(
        f"{unit.capitalize()} {number} has an amount but no date that can be read. Correct or remove it, and read the "
        "file again."
    )


def _is_unbooked(row: Sequence[str], columns: Columns) -> bool:
    """Whether a row has the day of its transaction, but neither the booking date nor the balance of the others."""
    return (
        columns.roles[columns.main] is Role.BOOKING_DATE
        and any(row[at] and read_day(row[at]) for at in columns.days if at != columns.main)
        and not any(row[at] for at in columns.of(Role.BALANCE, Role.STATUS))
    )


def _continues(row: Sequence[str], columns: Columns) -> bool:
    return (
        all(columns.roles[at] in _CONTINUED_ROLES for at, cell in enumerate(row) if cell)
        and columns.has_header
    )
