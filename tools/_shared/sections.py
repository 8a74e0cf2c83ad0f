"""Tables of several accounts below each other: the header stands again, under a line that names another account."""

from collections.abc import Sequence
from dataclasses import replace

from tools._shared.accounts import stated_account
from tools._shared.dates import read_day
from tools._shared.tables import Table, find_header


def sections(table: Table) -> list[Table]:
    """Return the table of each account; a header that stands again without another account above it divides nothing."""
    header = find_header(table.rows)
    if header is None or table.rows.count(table.rows[header]) == 1:
        return [table]
    starts, account = [0], stated_account(list(map(_text, table.rows[:header])), "")
    for at in range(header + 1, len(table.rows)):
        if table.rows[at] != table.rows[header]:
            continue
        above = _lines_above(table.rows, at)
        named = [(first, stated_account([_text(table.rows[first])], "")) for first in above]
        first, other = next(((first, found) for first, found in named if found), (at, None))
        if other and other != account:
            starts.append(first)
            account = other
    ends = [*starts[1:], len(table.rows)]
    return [
        replace(table, rows=table.rows[start:end], numbers=table.numbers[start:end])
        for start, end in zip(starts, ends, strict=True)
    ]


def _text(row: Sequence[str]) -> str:
    return " ".join(filter(None, row))


def _lines_above(rows: Sequence[Sequence[str]], header: int) -> range:
    """Return the rows between a header and the last dated row before it."""
    first = header
    while first and not any(map(read_day, rows[first - 1])):
        first -= 1
    return range(first, header)
