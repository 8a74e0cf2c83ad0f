"""Statements and their lines from rows whose columns, amounts and dates are settled."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import repeat

from tools._shared.accounts import Owner
from tools._shared.balances import ends
from tools._shared.columns import Columns
from tools._shared.currencies import NO_CURRENCY, currency_of
from tools._shared.dates import ORDERS, Order
from tools._shared.movements import Numbers, Values
from tools._shared.proofs import Choice, Groups
from tools._shared.texts import Texts, one_line
from tools._shared.vocabulary import Role
from tools._shared.work import Work
from tools.contract import BOOKED, PENDING, Statement, StatementLine


def build_statement(
    work: Work,
    rows: list[int],
    owner: Owner,
    choice: Choice,
    numbers: Numbers,
    dates: list[date],
    texts: Texts,
    *,
    order: Order | None,
    alone: bool,
) -> Statement:
    columns, amounts = work.columns, choice.candidate.amounts
    none: Values = [None] * len(amounts)
    balances = numbers.values[choice.balance] if choice.balance is not None else none
    opening, closing = (work.leftovers.opening, work.leftovers.closing) if alone else (None, None)
    newest_first = dates[rows[0]] > dates[rows[-1]]
    moved = choice.moved
    chain = Groups([rows], newest_first if dates[rows[0]] != dates[rows[-1]] else None).chains(
        moved, balances
    )[0]
    if choice.balance is not None and chain.works:
        newest_first = chain.newest_first
        first, last = ends([moved[at] for at in rows], [balances[at] for at in rows], chain)
        opening = first if opening is None else opening
        closing = last if closing is None else closing
    for role in (Role.OPENING, Role.CLOSING):
        stated = {
            value
            for at in columns.of(role)
            if at in numbers.values
            for row in rows
            if (value := numbers.values[at][row]) is not None
        }
        if len(stated) == 1 and len(rows) > 1:
            value = next(iter(stated))
            opening, closing = (
                (value, closing) if role is Role.OPENING and opening is None else (opening, closing)
            )
            closing = value if role is Role.CLOSING and closing is None else closing
    at = columns.dated[rows[0]]
    currency = columns.cells[owner.currency][at] if owner.currency is not None else ""
    code = currency_of(currency) or owner.currency_stated or NO_CURRENCY
    account = (
        columns.cells[owner.account][at].strip("'\"") if owner.account is not None else owner.account_stated
    )
    before = chain.works and chain.kind == "before"
    lines = _lines(
        work,
        rows[::-1] if newest_first else rows,
        code,
        choice,
        balances,
        dates,
        texts,
        order=order,
        before=before,
    )
    return Statement(
        account=account or None,
        bank=None,
        currency=code,
        lines=tuple(lines),
        kind="card" if work.is_card else "bank",
        opening_balance=opening,
        closing_balance=closing,
    )


def _lines(
    work: Work,
    rows: list[int],
    currency: str,
    choice: Choice,
    balances: Sequence[Decimal | None],
    dates: list[date],
    texts: Texts,
    *,
    order: Order | None,
    before: bool,
) -> list[StatementLine]:
    columns = work.columns
    values = _value_dates(columns, order)
    descriptions = texts.descriptions(len(work.numbers))
    for at, more in work.leftovers.continued.items():
        descriptions[at] = one_line(" ".join([descriptions[at], *more]))
    index = [columns.dated[position] for position in rows]
    place, numbers = work.table.place, work.numbers
    amounts = [amount for position in rows if (amount := choice.candidate.amounts[position]) is not None]
    stated = [balances[position] for position in rows]
    if before:
        stated = [None if b is None else b + a for a, b in zip(amounts, stated, strict=True)]
    pending = any(work.pending)
    fields = (
        [dates[position] for position in rows],
        amounts,
        repeat(currency),
        [descriptions[at] for at in index],
        [place(numbers[at]) for at in index],
        [values[position] for position in rows] if values else repeat(None),
        _filled(texts.counterparties(), index),
        _filled(texts.references(), index),
        _filled(texts.bank_id or (), index),
        stated,
        [PENDING if work.pending[position] else BOOKED for position in rows] if pending else repeat(BOOKED),
    )
    lines = list(map(StatementLine._make, zip(*fields, strict=False)))
    return lines if choice.fees is None else _with_fees(lines, [choice.fees[position] for position in rows])


def _filled(texts: Sequence[str], index: Sequence[int]) -> Iterable[str | None]:
    return [texts[at] or None for at in index] if texts else repeat(None)


def _with_fees(lines: Sequence[StatementLine], fees: Values) -> list[StatementLine]:
    """Put each fee that is a movement of its own behind the line it belongs to."""
    found: list[StatementLine] = []
    for line, fee in zip(lines, fees, strict=True):
        if fee:
            found.append(line._replace(balance=None if line.balance is None else line.balance - fee))
            found.append(line._replace(amount=fee, description="Fee", bank_id=None))
        else:
            found.append(line)
    return found


def _value_dates(columns: Columns, order: Order | None) -> list[date | None] | None:
    """Return the value dates, in the order that the rows' own dates settled or that leaves nothing open."""
    column = next((at for at in columns.of(Role.VALUE_DATE) if at != columns.main), None)
    if column is None:
        return None
    days = [columns.days[column][at] for at in columns.dated]
    once = columns.once[column]
    if order is None:
        fitting = [each for each in ORDERS if all(day.read(each) for day in once)]
        order = fitting[0] if len(fitting) == 1 or not any(day.separator for day in once) else None
    if order is None:
        return None
    read = {id(day): day.read(order) for day in once}
    return [read.get(id(day)) for day in days]
