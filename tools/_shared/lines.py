"""Statements and their lines from rows whose columns, amounts and dates are settled."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from itertools import repeat

from tools._shared.accounts import Owner
from tools._shared.balances import ends
from tools._shared.columns import Columns
from tools._shared.currencies import NO_CURRENCY, currency_of
from tools._shared.dates import ORDERS, Order
from tools._shared.movements import Numbers, Values
from tools._shared.picking import picked
from tools._shared.proofs import Choice, Groups
from tools._shared.texts import Texts, one_line
from tools._shared.vocabulary import Role
from tools._shared.work import Work, booked_rows
from tools.contract import BOOKED, PENDING, Statement, StatementLine

#: A day further from the row's own is none of the movement's.
_FAR = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class Settled:
    """What was decided about a table: whose rows, which amounts; the days by position; the words by index."""

    owner: Owner
    choice: Choice
    numbers: Numbers
    dates: list[date]
    value_dates: list[date | None]
    booking_dates: list[date | None]
    transaction_dates: list[date | None]
    descriptions: list[str]
    counterparties: Sequence[str]
    references: Sequence[str]
    bank_ids: Sequence[str]


def settle(
    work: Work,
    owner: Owner,
    choice: Choice,
    numbers: Numbers,
    *,
    dates: list[date],
    order: Order | None,
    texts: Texts,
) -> Settled:
    """Return the decisions with every row's words and value date read once."""
    descriptions = texts.descriptions(len(work.numbers))
    for at, more in work.leftovers.continued.items():
        descriptions[at] = one_line(" ".join([descriptions[at], *more]))
    return Settled(
        owner=owner,
        choice=choice,
        numbers=numbers,
        dates=dates,
        value_dates=_days_of(work.columns, order, _second(work.columns, Role.VALUE_DATE)),
        booking_dates=_other_days(work.columns, order, _second(work.columns, Role.BOOKING_DATE), dates),
        transaction_dates=_other_days(work.columns, order, _transacted(work.columns), dates),
        descriptions=descriptions,
        counterparties=texts.counterparties(),
        references=texts.references(),
        bank_ids=texts.bank_id or (),
    )


def build_statement(work: Work, settled: Settled, rows: list[int], *, alone: bool) -> Statement:
    """Return the statement of one account and currency; ``alone`` says that it is the only one in the file."""
    columns, owner, dates = work.columns, settled.owner, settled.dates
    choice, moved = settled.choice, settled.choice.moved
    none: Values = [None] * len(moved)
    balances = settled.numbers.values[choice.balance] if choice.balance is not None else none
    opening, closing = (work.leftovers.opening, work.leftovers.closing) if alone else (None, None)
    newest_first = dates[rows[0]] > dates[rows[-1]]
    known_direction = newest_first if dates[rows[0]] != dates[rows[-1]] else None
    booked = booked_rows(work, rows) or rows
    groups = Groups([booked], known_direction)
    (chain,) = groups.chains(moved, balances)
    if choice.balance is not None and chain.works:
        newest_first = chain.newest_first
        first, last = ends(picked(moved, booked), picked(balances, booked), chain)
        opening = first if opening is None else opening
        closing = last if closing is None else closing
    opening = _repeated(columns, settled.numbers, rows, Role.OPENING) if opening is None else opening
    closing = _repeated(columns, settled.numbers, rows, Role.CLOSING) if closing is None else closing
    at = columns.dated[rows[0]]
    stated = currency_of(columns.cells[owner.currency][at]) if owner.currency is not None else None
    currency = stated or owner.currency_stated or NO_CURRENCY
    account = (
        columns.cells[owner.account][at].strip("'\"") if owner.account is not None else owner.account_stated
    )
    ordered = rows[::-1] if newest_first else rows
    after = picked(balances, ordered)
    if chain.works and chain.kind == "before":
        after = [None if b is None else b + (moved[p] or 0) for b, p in zip(after, ordered, strict=True)]
    return Statement(
        account=account or None,
        bank=None,
        currency=currency,
        lines=tuple(_lines(work, settled, ordered, currency, after)),
        kind="card" if work.is_card else "bank",
        opening_balance=opening,
        closing_balance=closing,
    )


def _repeated(columns: Columns, numbers: Numbers, rows: list[int], role: Role) -> Decimal | None:
    """Return the balance that a column repeats in every row of the statement."""
    stated = {numbers.values[at][row] for at in columns.of(role) if at in numbers.values for row in rows} - {
        None
    }
    return stated.pop() if len(stated) == 1 and len(rows) > 1 else None


def _lines(
    work: Work, settled: Settled, rows: list[int], currency: str, balances: Sequence[Decimal | None]
) -> list[StatementLine]:
    index = picked(work.columns.dated, rows)
    choice = settled.choice
    fields: tuple[Iterable[object], ...] = (
        picked(settled.dates, rows),
        picked(choice.candidate.amounts, rows),
        repeat(currency),
        picked(settled.descriptions, index),
        map(work.table.place, picked(work.numbers, index)),
        picked(settled.value_dates, rows) if settled.value_dates else repeat(None),
        _filled(settled.counterparties, index),
        _filled(settled.references, index),
        _filled(settled.bank_ids, index),
        balances,
        [PENDING if pending else BOOKED for pending in picked(work.pending, rows)]
        if any(work.pending)
        else repeat(BOOKED),
        repeat(None),
        repeat(None),
        repeat(None),
        picked(settled.booking_dates, rows) if settled.booking_dates else repeat(None),
        picked(settled.transaction_dates, rows) if settled.transaction_dates else repeat(None),
    )
    lines = list(map(_new_line, zip(*fields, strict=False)))
    return lines if choice.fees is None else _with_fees(lines, picked(choice.fees, rows))


_new_line = partial(tuple.__new__, StatementLine)  # a third of the time of StatementLine._make


def _filled(texts: Sequence[str], index: Sequence[int]) -> Iterable[str | None]:
    if not texts:
        return repeat(None)
    found = picked(texts, index)
    return [text or None for text in found] if "" in found else found


def _with_fees(lines: Sequence[StatementLine], fees: Sequence[Decimal | None]) -> list[StatementLine]:
    """Put each fee that is a movement of its own behind the line it belongs to."""
    found: list[StatementLine] = []
    for line, fee in zip(lines, fees, strict=True):
        if fee:
            found.append(line._replace(balance=None if line.balance is None else line.balance - fee))
            found.append(line._replace(amount=fee, description="Fee", bank_id=None))
        else:
            found.append(line)
    return found


def _second(columns: Columns, role: Role) -> int | None:
    """Return the first column of the role beside that of the rows' own date."""
    return next((at for at in columns.of(role) if at != columns.main and at in columns.days), None)


def _transacted(columns: Columns) -> int | None:
    """Return the column of the days on which movements were done: a plain date beside the one of booking."""
    is_booked = columns.roles.get(columns.main) is Role.BOOKING_DATE
    return _second(columns, Role.DATE) if is_booked else None


def _days_of(columns: Columns, order: Order | None, column: int | None) -> list[date | None]:
    """Return a column's dates by position, in the order that the rows' own settled or that leaves nothing open."""
    if column is None:
        return []
    days = [columns.days[column][at] for at in columns.dated]
    once = columns.once[column]
    if order is None:
        fitting = [each for each in ORDERS if all(day.read(each) for day in once)]
        order = fitting[0] if len(fitting) == 1 or not any(day.separator for day in once) else None
    if order is None:
        return []
    read = {id(day): day.read(order) for day in once}
    return [read.get(id(day)) for day in days]


def _other_days(
    columns: Columns, order: Order | None, column: int | None, dates: Sequence[date]
) -> list[date | None]:
    """Return a column's dates by position where they are other days than the rows' own; none where one is far off.

    A day months away is of something else than the movement; one day beside rows of several is that of the export.
    """
    days = _days_of(columns, order, column)
    if len(set(days)) == 1 < len(set(dates)):
        return []
    if any(day is not None and abs(day - own) > _FAR for day, own in zip(days, dates, strict=False)):
        return []
    found = [None if day == own else day for day, own in zip(days, dates, strict=False)]
    return found if any(found) else []
