"""Layouts: what names one, how a person's word for the columns is taken, and what of it a reading shows."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import islice

from tools._shared.accounts import Owner
from tools._shared.amounts import single_amount
from tools._shared.columns import Columns
from tools._shared.dates import Order
from tools._shared.movements import Candidate, Numbers, Values, both_ways, flagged, negated, pair, signed
from tools._shared.proofs import Choice, Groups
from tools._shared.tables import Shape, Table
from tools._shared.texts import text_roles
from tools._shared.vocabulary import Role, roles_of_header, words
from tools.contract import COLUMN_ROLES, DAY_ORDERS, DECIMAL_MARKS, Layout, StatementRefusedError, TableView

_SHOWN_ROWS = 20
_LONGEST_SHOWN = 80
_SEPARATOR = "\x1f"
_MANY = frozenset({Role.DESCRIPTION, Role.COUNTERPARTY, Role.REFERENCE, Role.IGNORED, Role.STATUS})
_MOVING = frozenset({Role.AMOUNT, Role.OUT, Role.IN})
_PROPOSED = {Role.BOOKING_DATE: Role.DATE, Role.OTHER: Role.IGNORED}


@dataclass(slots=True)
class Found:
    """What a reading settled so far; where it is refused half way, the rest stays ``None``."""

    columns: Columns | None = None
    numbers: Numbers | None = None
    choice: Choice | None = None
    owner: Owner | None = None
    order: Order | None = None


def fingerprint(table: Table, start: int, header: Sequence[str]) -> str:
    """Return what names the layout: the words of the header, the number of columns and the delimiter."""
    width = len(header)
    if not header:
        widths = Counter(len(row) for row in table.rows[start:] if any(row))
        width = widths.most_common(1)[0][0] if widths else 0
    said = _SEPARATOR.join([table.delimiter, str(width), *map(words, header)])
    return sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def roles_said(layout: Layout, width: int) -> dict[int, Role]:
    """Return what a layout says of the columns.

    Raises:
        StatementRefusedError: It says something that no table can be read by.
    """
    unknown = {*layout.roles} - {*COLUMN_ROLES}
    if (
        unknown
        or layout.day_order not in {"", *DAY_ORDERS}
        or layout.decimal_mark not in {"", *DECIMAL_MARKS}
    ):
        raise StatementRefusedError("The saved columns are damaged. Choose them again.")
    roles = {at: Role(word) for at, word in enumerate(layout.roles)}
    if any(at >= width for at, role in roles.items() if role is not Role.IGNORED):
        raise StatementRefusedError(
            f"The columns were chosen for {len(layout.roles)} columns, and the file has {width}. Choose them again."
        )
    for role, count in Counter(roles.values()).items():
        if count > 1 and role not in _MANY:
            raise StatementRefusedError(f"Two columns are chosen as {role.value}. Choose one of them.")
    has = set(roles.values())
    if Role.DATE not in has:
        raise StatementRefusedError("No column is chosen as the date. Choose the one that holds it.")
    if not has & {Role.AMOUNT, Role.OUT, Role.IN}:
        raise StatementRefusedError("No column is chosen as the amount. Choose the one that holds it.")
    if Role.AMOUNT in has and has & {Role.OUT, Role.IN}:
        raise StatementRefusedError(
            "A column is chosen as the amount beside one of money in or money out. Choose one or the other."
        )
    if Role.FLAG in has and Role.AMOUNT not in has:
        raise StatementRefusedError("A column is chosen as the direction, but none as the amount.")
    return roles


def check_dates(columns: Columns) -> None:
    """Refuse a chosen date column that holds dates in fewer than half of its filled cells."""
    texts = [cell for cell in columns.cells[columns.main] if cell]
    if len(columns.dated) * 2 < len(texts) or not columns.dated:
        example = next((cell for cell in texts), "")
        raise StatementRefusedError(
            f"{columns.title(columns.main)} is chosen as the date, but “{example[:40]}” and others in it are no dates "
            "with a year. Choose another column."
        )


def choose_said(columns: Columns, numbers: Numbers, groups: Groups) -> Choice:
    """Return the amounts of the chosen columns, as a person says; a running balance can only prove them.

    Raises:
        StatementRefusedError: A chosen column holds no amounts, or the direction of some stays open.
    """
    for column in columns.of(Role.AMOUNT, Role.OUT, Role.IN, Role.BALANCE, Role.OWED, Role.FEE):
        if column not in numbers.values and any(columns.pick(column)):
            raise StatementRefusedError(
                f"{columns.title(column)} is chosen as {columns.roles[column].value}, but not all of its cells are "
                "amounts. Choose another column."
            )
    for column in columns.of(Role.OWED):
        if column in numbers.values:
            numbers.values[column] = negated(numbers.values[column])
    first, *others = _candidates(columns, numbers)
    choice = _said(columns, numbers, groups, first)
    proven = (found for each in others if (found := _said(columns, numbers, groups, each)).proven)
    return choice if choice.proven else next(proven, choice)


def _said(columns: Columns, numbers: Numbers, groups: Groups, candidate: Candidate) -> Choice:
    """Return one reading of the chosen columns with what the chosen balance says about it."""
    if candidate.problem:
        raise StatementRefusedError(
            f"The direction of some amounts is not clear: {candidate.problem}. Choose other columns."
        )
    balance = next(iter(columns.of(Role.BALANCE, Role.OWED)), None)
    if balance is not None and balance not in numbers.values:
        balance = None
    fee = next((at for at in columns.of(Role.FEE) if at in numbers.values), None)
    fees = None if fee is None else [-abs(value) if value else None for value in numbers.values[fee]]
    warnings = (candidate.warning,) if candidate.warning else ()
    choice = Choice(candidate, balance, proven=False, fees=fees, warnings=warnings)
    if balance is None:
        return choice
    return _compared(columns, numbers, groups, choice, balance)


def _candidates(columns: Columns, numbers: Numbers) -> list[Candidate]:
    """Return the reading of the chosen columns, and the other one of money in that has a minus in every row.

    The sign is as printed, unless the words say a payment or the balance proves it.
    """
    amounts, outs, ins, ways = (columns.of(role) for role in (Role.AMOUNT, Role.OUT, Role.IN, Role.FLAG))
    money = [*amounts, *outs, *ins]
    missing = [at for at in money if at not in numbers.values]
    # Of money in and money out one may be empty, because nothing went that way in these days.
    if missing and (amounts or missing == money):
        raise StatementRefusedError(f"{columns.title(missing[0])} is empty. Choose another column.")
    if amounts:
        return [flagged(columns, numbers, amounts[0], ways[0]) if ways else signed(numbers, amounts[0])]
    if outs and ins:
        first, *others = both_ways(columns, numbers, pair(columns, numbers, outs[0], ins[0], certain=True))
        if first.certain or not others:
            return [first, *others]
        warning = (
            f"Every amount in {columns.title(ins[0])} has a minus; they were read as money out, as printed."
        )
        return [replace(others[0], warning=warning), first]
    only = signed(numbers, (outs or ins)[0])
    return [Candidate(negated(only.amounts) if outs else only.amounts, only.columns, certain=True)]


def _compared(columns: Columns, numbers: Numbers, groups: Groups, choice: Choice, balance: int) -> Choice:
    """Say how far the balance proves the amounts; where it does, nothing about them is in doubt any more."""
    chains = groups.chains(choice.moved, numbers.values[balance])
    compared, matched = sum(chain.compared for chain in chains), sum(chain.matched for chain in chains)
    if all(chain.works for chain in chains if chain.compared):
        return replace(choice, proven=True, warnings=()) if compared else choice
    said = f"{compared - matched} of {compared} balances in {columns.title(balance)} do not follow from the amounts."
    return replace(choice, warnings=(*choice.warnings, said))


def refuse_ignored(columns: Columns, at: int, numbers: Sequence[int], unit: str) -> None:
    """Refuse a row without an amount in the chosen columns that states one in a column which is left out.

    A column that was empty when somebody chose may be the one in which money came in.
    """
    for column in columns.of(Role.IGNORED):
        cell = columns.cells[column][at]
        title = columns.header[column] if column < len(columns.header) else ""
        is_named = not columns.header or not _MOVING.isdisjoint(roles_of_header(title))
        if is_named and single_amount(cell):
            raise StatementRefusedError(
                f"{unit.capitalize()} {numbers[at]} states {cell[:40]} in {columns.title(column)}, which is ignored, "
                "and no amount in the chosen columns. Choose what that column is for."
            )


def settle_said_order(columns: Columns, order: Order, line_of: Sequence[int], unit: str) -> Order:
    """Return the chosen order of day and month, or refuse it where a date contradicts it."""
    days = columns.days[columns.main]
    for at in columns.dated:
        day = days[at]
        if day is not None and day.separator and day.read(order) is None:
            first = {"DMY": "the day", "MDY": "the month", "YMD": "the year"}[order]
            raise StatementRefusedError(
                f"{unit.capitalize()} {line_of[at]} has “{columns.cells[columns.main][at][:40]}”, which is no date "
                f"with {first} first. Choose another order."
            )
    return order


def view(table: Table, shape: Shape) -> TableView:
    """Return the first rows of a table as they stand in the file; how its columns are read is still open."""
    start, header, width = shape
    numbered = ((table.numbers[at], table.rows[at]) for at in range(start, len(table.rows)))
    shown = list(islice(((number, row) for number, row in numbered if any(row)), _SHOWN_ROWS))
    return TableView(
        sheet=str(table.place(0).get("sheet", "")),
        header=_clipped(header, width) if header else (),
        rows=tuple(_clipped(row, width) for _, row in shown),
        numbers=tuple(number for number, _ in shown),
        layout=Layout("", ()),
    )


def _clipped(row: Sequence[str], width: int) -> tuple[str, ...]:
    return (*(cell[:_LONGEST_SHOWN] for cell in row[:width]), *[""] * (width - len(row)))


def read_as(name: str, found: Found, width: int) -> Layout:
    """Return how the columns were read, or where that was refused, what they would have been taken for."""
    columns = found.columns
    if columns is None:
        return Layout(name, (Role.IGNORED.value,) * width)
    roles = {columns.main: Role.DATE}
    if found.choice is None or found.numbers is None:
        roles = dict(_proposed(columns)) | roles
    else:
        _settled(columns, found.numbers, found.choice, found.owner, roles)
    named = tuple(roles.get(at, Role.IGNORED).value for at in range(width))
    return Layout(name, named, found.order or "", _mark_shown(found.numbers) if found.numbers else "")


def _proposed(columns: Columns) -> Iterator[tuple[int, Role]]:
    """Yield what the header proposes where nothing is settled: the first column of each role that only one can have."""
    taken = {Role.DATE}
    for at in sorted(columns.roles):
        role = _PROPOSED.get(columns.roles[at], columns.roles[at])
        if role.value in COLUMN_ROLES and (role in _MANY or role not in taken):
            taken.add(role)
            yield at, role


def _settled(
    columns: Columns, numbers: Numbers, choice: Choice, owner: Owner | None, roles: dict[int, Role]
) -> None:
    used = choice.candidate.columns
    if len(used) == 1:
        roles |= _alone(columns, numbers, used[0], choice.candidate.amounts)
    elif used[1] in numbers.values or columns.roles[used[1]] is Role.IN:
        roles |= {used[0]: Role.OUT, used[1]: Role.IN}
    else:
        roles |= {used[0]: Role.AMOUNT, used[1]: Role.FLAG}
    if choice.balance is not None:
        stated = numbers.values[choice.balance]
        is_turned = _is_turned(numbers, choice.balance, stated)
        roles.setdefault(choice.balance, Role.OWED if is_turned else Role.BALANCE)
    if choice.fees is not None:
        roles |= {at: Role.FEE for at in columns.of(Role.FEE)[:1] if at not in roles}
    if owner is not None:
        own: Mapping[Role, int | None] = {Role.CURRENCY: owner.currency, Role.ACCOUNT: owner.account}
        roles |= {at: role for role, at in own.items() if at is not None and at not in roles}
    for at, role in text_roles(columns, set(roles)).items():
        roles.setdefault(at, role)
    for role in (Role.STATUS, Role.OPENING, Role.CLOSING):
        for at in columns.of(role)[: None if role in _MANY else 1]:
            roles.setdefault(at, role)
    value_date = next((at for at in columns.of(Role.VALUE_DATE) if at not in roles), None)
    if value_date is not None:
        roles[value_date] = Role.VALUE_DATE


def _alone(columns: Columns, numbers: Numbers, column: int, read: Values) -> dict[int, Role]:
    """Return what the one column of amounts is, with the empty one of the other direction that stands beside it.

    A month in which nothing came in leaves it empty, and the next one does not.
    """
    named, turned = columns.roles[column], _is_turned(numbers, column, read)
    opposite = {Role.OUT: Role.IN, Role.IN: Role.OUT}.get(named)
    beside = [at for at in columns.of(opposite) if not any(columns.pick(at))] if opposite else []
    if opposite is not None and beside:
        out, into = (column, beside[0]) if named is Role.OUT else (beside[0], column)
        if pair(columns, numbers, out, into, certain=True).amounts == read:
            return {out: Role.OUT, into: Role.IN}
    return {column: Role.OUT if turned else Role.AMOUNT}


def _mark_shown(numbers: Numbers) -> str:
    """Return the decimal mark where the amounts show one; whole numbers leave it to later files."""
    shows = any(shape.has_mark for looked in numbers.looked.values() for shape in looked.known.values())
    allowed = all(numbers.mark in looked.marks for looked in numbers.looked.values())
    return numbers.mark if shows and allowed else ""


def _is_turned(numbers: Numbers, column: int, read: Values) -> bool:
    """Whether what was read has the opposite sign of what is printed."""
    printed = numbers.looked[column].values(numbers.mark)
    return any(one and other and one == -other for one, other in zip(printed, read, strict=True))
