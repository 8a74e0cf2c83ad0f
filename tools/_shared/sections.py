"""Tables of several accounts below each other: the header stands again, under a line that names another account."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from tools._shared.accounts import is_account_title, stated_account
from tools._shared.amounts import single_amount
from tools._shared.dates import read_day
from tools._shared.tables import Table, find_header
from tools._shared.vocabulary import Role, roles_of_header
from tools.contract import StatementRefusedError

_MOVING = frozenset({Role.AMOUNT, Role.OUT, Role.IN})


class _Title(NamedTuple):
    at: int
    account: str
    is_clear: bool  # begins with the word for an account, as no name of a counterparty does


def sections(table: Table) -> list[Table]:
    """Return the table of each account.

    A header that stands again divides nothing without a title of another account above it, or where the balance runs
    on across it.

    Raises:
        StatementRefusedError: The line above may be a title or say whom a movement went to, and no balance says which.
    """
    header = find_header(table.rows)
    if header is None or table.rows.count(table.rows[header]) == 1:
        return [table]
    names = table.rows[header]
    roles = [next(iter(roles_of_header(name)), None) for name in names]
    starts, account = [0], stated_account(list(map(_text, table.rows[:header])), "")
    title: _Title | None = None  # the first since the last dated row or header
    divides: _Title | None = None  # the one over a header whose first row is still to come
    last: Sequence[str] | None = None
    for at in range(header + 1, len(table.rows)):
        row = table.rows[at]
        if row == names:
            if title and divides:  # an account without rows
                starts.append(divides.at)
                account, divides = divides.account, None
            divides = title if title and title.account != account else divides
            title = None
        elif any(map(read_day, row)):
            if divides and _is_other(table, divides, _runs_on(roles, last, row)):
                starts.append(divides.at)
                account = divides.account
            title = divides = None
            last = row
        elif title is None:
            title = _title(roles, at, row)
    if divides:
        starts.append(divides.at)
    ends = [*starts[1:], len(table.rows)]
    return [
        replace(table, rows=table.rows[start:end], numbers=table.numbers[start:end])
        for start, end in zip(starts, ends, strict=True)
    ]


def _title(roles: Sequence[Role | None], at: int, row: Sequence[str]) -> _Title | None:
    """Return what a row names that may be the title over the table of an account."""
    if not row or not row[0] or _amounts(roles[1:], row[1:], _MOVING | {Role.BALANCE}):
        return None
    account = stated_account([_text(row)], "")
    return _Title(at, account, is_account_title(row)) if account else None


def _is_other(table: Table, title: _Title, runs_on: bool | None) -> bool:
    """Whether another account's table begins below a title."""
    if runs_on is None and not title.is_clear:
        raise StatementRefusedError(
            f"{table.unit.capitalize()} {table.numbers[title.at]} names another account above a header that stands "
            "again, and nothing says whether the rows below it are that account's. Export one account at a time."
        )
    return not runs_on


def _text(row: Sequence[str]) -> str:
    return " ".join(filter(None, row))


def _amounts(roles: Sequence[Role | None], row: Sequence[str], among: frozenset[Role]) -> list[Decimal]:
    cells = [cell for role, cell in zip(roles, row, strict=False) if role in among]
    return [amount for amount in map(single_amount, cells) if amount is not None]


def _runs_on(roles: Sequence[Role | None], before: Sequence[str] | None, after: Sequence[str]) -> bool | None:
    """Whether the balance of one row follows from that of the other, in either order of time; ``None`` without any."""
    balances = [_amounts(roles, row or (), frozenset({Role.BALANCE})) for row in (before, after)]
    if not all(balances):
        return None
    step = abs(balances[0][0] - balances[1][0])
    moved = [amount for row in (before, after) for amount in _amounts(roles, row or (), _MOVING)]
    return any(amount and abs(amount) == step for amount in moved)
