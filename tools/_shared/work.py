"""What is known of one table while it is read."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tools._shared.columns import Columns
from tools._shared.leftovers import Leftovers
from tools._shared.tables import Table
from tools.contract import Layout


@dataclass(slots=True)
class Work:
    """A table's columns and what was noticed about its rows. *Positions* count the dated rows, *indexes* the body rows.

    ``numbers`` are the rows' numbers by index, ``above`` the lines over the table, ``moves`` and ``pending`` say by
    position whether a row is a movement and whether the bank has not booked it yet. ``layout`` is a person's word for
    how the columns are read, ``order_said`` for the order of its dates where they leave it open, ``is_said`` whether
    dates were read by that.
    """

    table: Table
    columns: Columns
    numbers: Sequence[int]
    above: Sequence[str]
    is_card: bool
    leftovers: Leftovers
    moves: list[bool]
    pending: list[bool]
    warnings: list[str] = field(default_factory=list)
    layout: Layout | None = None
    order_said: str = ""
    is_said: bool = False


def rows_by_account(
    work: Work, account: int | None, currency: int | None
) -> dict[tuple[str, str], list[int]]:
    """Return the positions of the moving rows by account and currency cell, in the file's order."""
    columns = work.columns
    accounts: Sequence[str] = columns.pick(account) if account is not None else ()
    currencies: Sequence[str] = columns.pick(currency) if currency is not None else ()
    codes = {cell: cell.upper() for cell in set(currencies)}
    if len(set(accounts)) <= 1 and len({*codes.values()} - {""}) <= 1:
        every = range(len(work.moves))
        only = list(every) if all(work.moves) else [position for position in every if work.moves[position]]
        return {(accounts[0] if accounts else "", max(codes.values(), default="")): only} if only else {}
    groups: dict[tuple[str, str], list[int]] = {}
    for position, moves in enumerate(work.moves):
        if moves:
            key = accounts[position] if accounts else "", codes[currencies[position]] if currencies else ""
            groups.setdefault(key, []).append(position)
    return groups


def booked_rows(work: Work, rows: list[int]) -> list[int]:
    """Return the positions of the rows that the bank has booked: the others do not move the running balance yet."""
    return [position for position in rows if not work.pending[position]] if any(work.pending) else rows
