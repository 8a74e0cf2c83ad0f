"""Tables of several accounts below each other: the header stands again, under a line that names another account."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from tools._shared.accounts import is_account_title, stated_account
from tools._shared.amounts import single_amount
from tools._shared.dates import read_day
from tools._shared.tables import Table, find_header
from tools._shared.vocabulary import Role, roles_of_header

_MOVING = frozenset({Role.AMOUNT, Role.OUT, Role.IN})


def sections(table: Table) -> list[Table]:
    """Return the table of each account.

    A header that stands again divides nothing without a title of another account above it, or where the balance runs
    on across it.
    """
    header = find_header(table.rows)
    if header is None or table.rows.count(table.rows[header]) == 1:
        return [table]
    names = table.rows[header]
    roles = [next(iter(roles_of_header(name)), None) for name in names]
    starts, account = [0], stated_account(list(map(_text, table.rows[:header])), "")
    title: tuple[int, str] | None = None  # the first since the last dated row or header
    divides: tuple[int, str] | None = None  # the title over a header whose first row is still to come
    last: Sequence[str] | None = None
    for at in range(header + 1, len(table.rows)):
        row = table.rows[at]
        if row == names:
            if title and divides:  # an account without rows
                starts.append(divides[0])
                account, divides = divides[1], None
            divides = title if title and title[1] != account else divides
            title = None
        elif any(map(read_day, row)):
            if divides and not (last and _runs_on(roles, last, row)):
                starts.append(divides[0])
                account = divides[1]
            title = divides = None
            last = row
        elif title is None and is_account_title(row) and not _has_amount(roles, row):
            found = stated_account([_text(row)], "")
            title = (at, found) if found else None
    if divides:
        starts.append(divides[0])
    ends = [*starts[1:], len(table.rows)]
    return [
        replace(table, rows=table.rows[start:end], numbers=table.numbers[start:end])
        for start, end in zip(starts, ends, strict=True)
    ]


def _text(row: Sequence[str]) -> str:
    return " ".join(filter(None, row))


def _amounts(roles: Sequence[Role | None], row: Sequence[str], among: frozenset[Role]) -> list[Decimal]:
    cells = [cell for role, cell in zip(roles, row, strict=False) if role in among]
    return [amount for amount in map(single_amount, cells) if amount is not None]


def _has_amount(roles: Sequence[Role | None], row: Sequence[str]) -> bool:
    """Whether a row below the first cell states an amount, as a movement or a total does."""
    return bool(_amounts(roles[1:], row[1:], _MOVING | {Role.BALANCE}))


def _runs_on(roles: Sequence[Role | None], before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether the balance of one row follows from that of the other, in either order of time."""
    balances = [_amounts(roles, row, frozenset({Role.BALANCE})) for row in (before, after)]
    if not all(balances):
        return False
    step = abs(balances[0][0] - balances[1][0])
    return any(
        abs(amount) == step for row in (before, after) for amount in _amounts(roles, row, _MOVING) if amount
    )
