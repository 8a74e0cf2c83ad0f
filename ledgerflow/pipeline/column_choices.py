"""The page of a file's columns: what stands in the file, what each column is for, and what is read from it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.http import QueryDict

from ledgerflow.statements.proof import prove
from ledgerflow.statements.standing import Standing
from ledgerflow.toolbox.values import (
    COLUMN_ROLES,
    DAY_ORDERS,
    DECIMAL_MARKS,
    Description,
    Layout,
    Statement,
    StatementLine,
    TableView,
)

#: What people choose from, in the order of the list.
ROLE_WORDS: Mapping[str, str] = {
    "ignored": "Ignore",
    "date": "Date",
    "value date": "Value date",
    "amount": "Amount",
    "money out": "Money out",
    "money in": "Money in",
    "direction": "Direction: in or out",
    "balance": "Balance",
    "balance owed": "Balance owed (card, loan)",
    "fee": "Fee, booked apart",
    "description": "Description",
    "counterparty": "Counterparty",
    "reference": "Reference",
    "currency": "Currency",
    "account": "Own account",
    "bank id": "The bank's id",
    "status": "Status",
    "opening balance": "Opening balance",
    "closing balance": "Closing balance",
}
ORDER_WORDS = {"": "As the rows say", "DMY": "Day first", "MDY": "Month first", "YMD": "Year first"}
MARK_WORDS = {"": "As the rows say", ".": "Point: 1234.56", ",": "Comma: 1234,56"}
_MANY = frozenset({"description", "counterparty", "reference", "status", "ignored"})
#: Choosing one of these takes the others away.
_INSTEAD = {
    "amount": {"money out", "money in"},
    "direction": {"money out", "money in"},
    "balance": {"balance owed"},
    "balance owed": {"balance"},
    "money out": {"amount", "direction"},
    "money in": {"amount", "direction"},
}
_FINGERPRINT = re.compile(r"[0-9a-f]{32}")
_MOST_COLUMNS = 200


def layout_of_form(data: QueryDict) -> Layout | None:
    """Return the layout that a form states, ``None`` where it states none.

    ``changed`` is the column that was chosen last: what can only be one column is taken away from the others.
    """
    fingerprint, order, mark = (data.get(name, "") for name in ("fingerprint", "day_order", "decimal_mark"))
    roles: list[str] = []
    while len(roles) < _MOST_COLUMNS and (role := data.get(f"role_{len(roles)}")) in COLUMN_ROLES:
        roles.append(role)
    if not _FINGERPRINT.fullmatch(fingerprint) or not roles:
        return None
    if order not in {"", *DAY_ORDERS} or mark not in {"", *DECIMAL_MARKS}:
        return None
    changed = data.get("changed", "")
    if changed.isdecimal() and int(changed) < len(roles):
        roles = list(_without_rivals(roles, int(changed)))
    return Layout(fingerprint, tuple(roles), order, mark)


def _without_rivals(roles: list[str], changed: int) -> Iterator[str]:
    chosen = roles[changed]
    rivals = _INSTEAD.get(chosen, set()) | (set() if chosen in _MANY else {chosen})
    for at, role in enumerate(roles):
        yield "ignored" if at != changed and role in rivals else role


@dataclass(frozen=True, slots=True)
class ColumnHead:
    """A column with its title in the file and what it is for."""

    number: int
    title: str
    role: str

    @property
    def name(self) -> str:
        """What the column is called in words."""
        return self.title or f"column {self.number + 1}"


@dataclass(frozen=True, slots=True)
class RowRead:
    """A row of the file and the lines that were read from it; none where it is no transaction."""

    number: int
    cells: tuple[str, ...]
    lines: tuple[StatementLine, ...]


@dataclass(frozen=True, slots=True)
class StatementRead:
    """A statement that was read, with its dot and the sentence of its proof."""

    statement: Statement
    standing: Standing
    detail: str


@dataclass(frozen=True, slots=True)
class ColumnsPage:
    """One table of a file as the page shows it."""

    table: TableView
    heads: tuple[ColumnHead, ...]
    rows: tuple[RowRead, ...]
    statements: tuple[StatementRead, ...]
    problem: str | None
    warnings: tuple[str, ...]

    @property
    def example(self) -> tuple[str, StatementLine] | None:
        """The first date as it is printed, and the line that was read from it."""
        at = next((head.number for head in self.heads if head.role == "date"), None)
        return (
            next(((row.cells[at], row.lines[0]) for row in self.rows if row.lines), None)
            if at is not None
            else None
        )


def columns_page(*, table: TableView, description: Description) -> ColumnsPage:
    """Return what the page shows of a table."""
    reading = description.reading
    statements = reading.statements if reading else ()
    by_row = _by_row(table, statements)
    titles = table.header or ("",) * len(table.layout.roles)
    return ColumnsPage(
        table=table,
        heads=tuple(
            ColumnHead(at, title, role)
            for at, (title, role) in enumerate(zip(titles, table.layout.roles, strict=False))
        ),
        rows=tuple(
            RowRead(number, cells, tuple(by_row.get(number, ())))
            for number, cells in zip(table.numbers, table.rows, strict=True)
        ),
        statements=tuple(map(_proved, statements)),
        problem=description.problem or (reading.notice if reading else None),
        warnings=reading.warnings if reading else (),
    )


def _by_row(table: TableView, statements: tuple[Statement, ...]) -> dict[int, list[StatementLine]]:
    shown = set(table.numbers)
    found: dict[int, list[StatementLine]] = {}
    for statement in statements:
        for line in statement.lines:
            place = line.place
            number = place.get("line", place.get("row"))
            if isinstance(number, int) and number in shown and place.get("sheet", "") == table.sheet:
                found.setdefault(number, []).append(line)
    return found


def _proved(statement: Statement) -> StatementRead:
    proof = prove(statement)
    return StatementRead(statement, Standing[proof.outcome.value], proof.detail or "")
