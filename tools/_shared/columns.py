"""What each column of a table holds and is for: its header proposes, its cells decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tools._shared.amounts import BLANKS, AmountColumn, amount_column
from tools._shared.currencies import CODES, currency_of
from tools._shared.dates import Day, is_thai, read_days, with_buddhist_years, with_croatian_months
from tools._shared.picking import picked
from tools._shared.row_words import (
    direction_of,
    is_closing,
    is_failed,
    is_opening,
    is_pending,
    is_state,
    is_total,
)
from tools._shared.vocabulary import DATE_ROLES, Role, roles_of_header, words

_SAMPLE = 400
_PAYMENTS = frozenset({"payment", "payments"})
_MOSTLY = 0.6
_SOME = 0.2
_NUMBER_ROLES = frozenset(
    {
        Role.AMOUNT,
        Role.OUT,
        Role.IN,
        Role.BALANCE,
        Role.OWED,
        Role.OPENING,
        Role.CLOSING,
        Role.OTHER_NUMBER,
        Role.FEE,
        Role.ACCOUNT,
        Role.CARD,
        Role.BANK_ID,
        Role.REFERENCE,
    }
)
_TEXT_ROLES = frozenset(
    {
        Role.FLAG,
        Role.CURRENCY,
        Role.OTHER_CURRENCY,
        Role.ACCOUNT,
        Role.CARD,
        Role.BANK_ID,
        Role.STATUS,
        Role.COUNTERPARTY,
        Role.REFERENCE,
        Role.DESCRIPTION,
        Role.OTHER_DATE,
    }
)


@dataclass(slots=True)
class Columns:
    """The columns of the rows under a header (or of all rows, when there is none).

    ``cells`` are the columns' cells over all body rows; ``days`` the possible days of each date column, ``once``
    the same with little repetition. ``carried`` are rows that have the day of the row above.
    ``said_date`` is the rows' own date where a person says what the columns are for.
    """

    header: Sequence[str]
    cells: list[tuple[str, ...]]
    days: dict[int, list[Day | None]]
    once: dict[int, list[Day]]
    roles: dict[int, Role]
    numbers: set[int]
    dated: list[int] = field(default_factory=list)
    main: int = -1
    said_date: int | None = None
    carried: Sequence[int] = ()

    @property
    def has_header(self) -> bool:
        """Whether the table names its columns."""
        return bool(self.header) or self.said_date is not None

    def title(self, column: int) -> str:
        """Return how a sentence names a column."""
        name = self.header[column] if column < len(self.header) else ""
        return f"“{name}”" if name else f"column {column + 1}"

    def is_named(self, column: int) -> bool:
        """Whether the header names a column."""
        return column < len(self.header) and bool(self.header[column])

    def of(self, *roles: Role) -> list[int]:
        """Return the columns with one of the roles, from left to right."""
        return [column for column in sorted(self.roles) if self.roles[column] in roles]

    def pick(self, column: int) -> Sequence[str]:
        """Return a column's cells on the dated rows."""
        return picked(self.cells[column], self.dated)

    def number(self, column: int) -> AmountColumn:
        """Return a column's amounts on the dated rows, decimal mark not yet settled."""
        return amount_column(self.pick(column))

    def is_currency(self, column: int) -> bool:
        """Whether every filled cell of the dated rows names one currency."""
        cells = self.pick(column)
        if not all(currency_of(cell) for cell in {*cells[:_SAMPLE]} - {""}):
            return False
        found = {*cells} - {""}
        return bool(found) and all(map(currency_of, found))


def _sample(count: int) -> list[int]:
    step = max(1, count // _SAMPLE)
    return sorted({*range(min(count, _SAMPLE)), *range(0, count, step)})


def _date_columns(header: Sequence[str], cells: list[tuple[str, ...]], rows: list[int]) -> list[int]:
    known: dict[str, Day | None] = {}
    found = []
    for column, texts in enumerate(cells):
        filled = [texts[at] for at in rows if texts[at]]
        named = column < len(header) and not DATE_ROLES.isdisjoint(roles_of_header(header[column]))
        share = _SOME if named else _MOSTLY
        if filled and sum(day is not None for day in read_days(filled, known)) >= share * len(filled):
            found.append(column)
    return found


def _number_columns(cells: list[tuple[str, ...]], rows: list[int], dates: list[int]) -> set[int]:
    found = set()
    for column, texts in enumerate(cells):
        looked = amount_column([texts[at] for at in rows])
        if (
            column not in dates
            and looked.filled
            and looked.bad <= (1 - _MOSTLY) * looked.filled
            and looked.known
        ):
            found.add(column)
    return found


def _named_roles(columns: Columns) -> None:
    for column in range(len(columns.cells)):
        name = columns.header[column] if column < len(columns.header) else ""
        filled = [cell for cell in columns.pick(column) if cell]
        if column in columns.days:
            allowed, fallback = DATE_ROLES, Role.OTHER_DATE
        elif column in columns.numbers:
            allowed, fallback = _NUMBER_ROLES, Role.OTHER
        else:
            allowed, fallback = _TEXT_ROLES if filled else _TEXT_ROLES | _NUMBER_ROLES, Role.OTHER
        proposed = roles_of_header(name)
        if Role.STATUS in proposed and not _holds_states(name, filled):
            proposed = [role for role in proposed if role is not Role.STATUS]
        columns.roles[column] = next((role for role in proposed if role in allowed), fallback)
        if (
            column in columns.numbers
            and columns.roles[column] in {Role.OUT, Role.IN}
            and Role.BANK_ID in proposed
        ):
            columns.roles[column] = Role.OTHER
        following = column + 1
        if (
            filled
            and following in columns.numbers
            and not (columns.header[following] if following < len(columns.header) else "")
            and all(cell in CODES for cell in filled)
        ):
            amounts = next((role for role in proposed if role in {Role.AMOUNT, Role.BALANCE}), None)
            if amounts:
                columns.roles[column] = Role.CURRENCY if amounts is Role.AMOUNT else Role.OTHER_CURRENCY
    _unnamed_amounts(columns)
    _lone_payments(columns)


def _lone_payments(columns: Columns) -> None:
    """Take payments for amounts of either direction where no column is money in: a customer's payment may be that."""
    if columns.of(Role.IN):
        return
    for column in columns.of(Role.OUT):
        if words(columns.header[column]) in _PAYMENTS:
            columns.roles[column] = Role.AMOUNT


def _holds_states(name: str, filled: Sequence[str]) -> bool:
    """Whether a column that may be the status is: other names than that also stand above free text or a place."""
    once = set(filled)
    return "status" in words(name) or 2 * sum(map(is_state, once)) >= len(once)


def _unnamed_amounts(columns: Columns) -> None:
    """Give a number column without a name the role of the currency column's name before it."""
    for column in sorted(columns.numbers):
        before = column - 1
        unnamed = column >= len(columns.header) or not columns.header[column]
        if unnamed and columns.roles.get(before) in {Role.CURRENCY, Role.OTHER_CURRENCY}:
            proposed = roles_of_header(columns.header[before]) if before < len(columns.header) else []
            role = next((role for role in proposed if role in {Role.AMOUNT, Role.BALANCE}), None)
            if role:
                columns.roles[column] = role


def _content_roles(columns: Columns) -> None:
    for column in range(len(columns.cells)):
        if column in columns.days:
            columns.roles[column] = Role.DATE
        elif column in columns.numbers:
            columns.roles[column] = Role.OTHER_NUMBER
        elif columns.is_currency(column):
            columns.roles[column] = Role.CURRENCY
        else:
            columns.roles[column] = Role.OTHER


def _said_roles(columns: Columns, said: Mapping[int, Role]) -> None:
    """Take what a person says.

    A date column that they leave out still tells day from month and what is not booked, a card's number that it is one.
    """
    _named_roles(columns)
    booked, cards = set(columns.of(Role.BOOKING_DATE)), set(columns.of(Role.CARD))
    for at in range(len(columns.cells)):
        role = said.get(at, Role.IGNORED)
        if role is Role.DATE:
            columns.said_date = at
        if at in columns.days and role in {Role.DATE, Role.IGNORED}:
            role = Role.BOOKING_DATE if at in booked else Role.DATE if role is Role.DATE else Role.OTHER_DATE
        elif role is Role.IGNORED and at in cards:
            role = Role.CARD
        columns.roles[at] = role
    columns.numbers = {at for at in columns.numbers if columns.roles[at] in _NUMBER_ROLES}


def look_at_columns(
    header: Sequence[str],
    cells: list[tuple[str, ...]],
    said: Mapping[int, Role] | None = None,
    *,
    around: Sequence[str] = (),
) -> Columns | None:
    """Return what the columns are, ``None`` when no column holds dates. ``said`` is what a person says they are.

    ``around`` are the words of the file that show its language, by which years and months are named.

    Raises:
        StatementRefusedError: A month has another number in each of two languages, and nothing says which it is.
    """
    in_thai = is_thai(around)
    count = len(cells[0]) if cells else 0
    rows = _sample(count)
    dates = _date_columns(header, cells, rows)
    if said is not None:
        dates = sorted({*dates, *(at for at, role in said.items() if role in DATE_ROLES)})
    if not dates:
        return None
    days: dict[int, list[Day | None]] = {}
    once: dict[int, list[Day]] = {}
    for column in dates:
        known: dict[str, Day | None] = {}
        texts = with_buddhist_years(cells[column]) if in_thai else with_croatian_months(cells[column], around)
        days[column] = read_days(texts or cells[column], known)
        once[column] = [day for day in known.values() if day]
    columns = Columns(header=header, cells=cells, days=days, once=once, roles={}, numbers=set())
    columns.carried = _carry_days(columns)
    columns.dated = [at for at in rows if any(days[column][at] for column in dates)]
    columns.numbers = _number_columns(cells, columns.dated, dates)
    if said is not None:
        _said_roles(columns, said)
    else:
        (_named_roles if header else _content_roles)(columns)
    columns.main = _main_date(columns)
    main = days[columns.main]
    columns.dated = [at for at in range(count) if main[at] is not None]
    return columns


def _carry_days(columns: Columns) -> list[int]:
    """Give rows without a date that state a movement the day of the row above, and return which they are.

    Some banks print a day once. Whether these rows are movements, only a balance can say.
    """
    first_roles = {at: roles_of_header(title)[:1] for at, title in enumerate(columns.header)}
    ways = [at for at, roles in first_roles.items() if Role.OUT in roles or Role.IN in roles]
    # Beside money in and out, another amount may be a part of a batch.
    money = ways or [at for at, roles in first_roles.items() if Role.AMOUNT in roles]
    first = min(columns.days)
    if not money or "" not in columns.cells[first]:
        return []
    found: list[int] = []
    above: dict[int, Day | None] = {}
    for at in range(len(columns.cells[first])):
        days = {column: days[at] for column, days in columns.days.items()}
        if any(days.values()):
            above = days
            continue
        row = [texts[at] for texts in columns.cells]
        if above and not any(row[column] for column in days) and _is_movement(row, money):
            for column, day in above.items():
                columns.days[column][at] = day
            found.append(at)
        elif not any(row):
            above = {}
    return found


def _is_movement(row: Sequence[str], money: Sequence[int]) -> bool:
    """Whether a row states an amount, and is no sum, no balance and nothing that the bank has not booked."""
    if not any(row[at] not in BLANKS and amount_column([row[at]]).is_amounts for at in money):
        return False
    others = [cell for at, cell in enumerate(row) if cell and at not in money]
    return not any(
        is_total(cell) or is_opening(cell) or is_closing(cell) or is_pending(cell) or is_failed(cell)
        for cell in others
    )


def _main_date(columns: Columns) -> int:
    """Return the column of the rows' own date: the first that names a booking or a transaction, else a value date."""
    rank = {Role.BOOKING_DATE: 0, Role.DATE: 0, Role.VALUE_DATE: 1, Role.OTHER_DATE: 2}
    if columns.said_date is not None:
        return columns.said_date
    filled = {column: len(days) - days.count(None) for column, days in columns.days.items()}
    most = max(filled.values())
    usable = [column for column in columns.days if filled[column] * 2 >= most]
    return min(usable, key=lambda column: (rank.get(columns.roles[column], 3), column))


def directions(columns: Columns, column: int) -> list[int | None]:
    """Return the direction that each dated row's cell states."""
    known: dict[str, int | None] = {}
    found = []
    for cell in columns.pick(column):
        if cell not in known:
            known[cell] = direction_of(cell)
        found.append(known[cell])
    return found


def flag_columns(columns: Columns) -> list[int]:
    """Return the columns whose cells all say money in or out; a column named so comes first."""
    named = columns.of(Role.FLAG)
    found = list(named)
    for column in range(len(columns.cells)):
        if column in columns.days or column in columns.numbers or column in named:
            continue
        if columns.roles[column] in {Role.STATUS, Role.CURRENCY}:
            continue
        cells = columns.pick(column)
        texts = set(cells[:_SAMPLE])
        texts = set(cells) if len(texts) <= 12 else texts
        if len(texts) <= 12 and "" not in texts and all(direction_of(text) for text in texts):
            found.append(column)
    return found
