"""Statements and their lines from rows whose columns, amounts and dates are settled."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from tools._shared.accounts import Owner
from tools._shared.balances import ends
from tools._shared.choice import Choice, Groups
from tools._shared.columns import Columns
from tools._shared.currencies import NO_CURRENCY, currency_of
from tools._shared.dates import ORDERS, Order, distinct_days
from tools._shared.movements import Numbers, Values
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
    chain = Groups([rows]).chains(moved, balances)[0]
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
    columns, amounts = work.columns, choice.moved if choice.fees is None else choice.candidate.amounts
    values = _value_dates(columns, order)
    descriptions = texts.descriptions(len(work.numbers))
    for at, more in work.leftovers.continued.items():
        descriptions[at] = one_line(" ".join([descriptions[at], *more]))
    counterparties, references, bank_ids = texts.counterparties(), texts.references(), texts.bank_id
    place, numbers, pending = work.table.place, work.numbers, work.pending
    lines: list[StatementLine] = []
    for position in rows:
        at, amount, balance = columns.dated[position], amounts[position], balances[position]
        if amount is None:
            continue
        line = StatementLine(
            dates[position],
            amount,
            currency,
            descriptions[at],
            place(numbers[at]),
            values[position] if values else None,
            (counterparties[at] or None) if counterparties else None,
            (references[at] or None) if references else None,
            (bank_ids[at] or None) if bank_ids else None,
            balance + amount if before and balance is not None else balance,
            PENDING if pending[position] else BOOKED,
        )
        fee = choice.fees[position] if choice.fees else None
        if fee:
            lines.append(line._replace(balance=None if balance is None else balance - fee))
            lines.append(line._replace(amount=fee, description="Fee", bank_id=None))
        else:
            lines.append(line)
    return lines


def _value_dates(columns: Columns, order: Order | None) -> list[date | None] | None:
    """Return the value dates, in the order that the rows' own dates settled or that leaves nothing open."""
    column = next((at for at in columns.of(Role.VALUE_DATE) if at != columns.main), None)
    if column is None:
        return None
    days = [columns.days[column][at] for at in columns.dated]
    once = distinct_days(days)
    if order is None:
        fitting = [each for each in ORDERS if all(day.read(each) for day in once)]
        order = fitting[0] if len(fitting) == 1 or not any(day.separator for day in once) else None
    if order is None:
        return None
    read = {id(day): day.read(order) for day in once}
    return [read.get(id(day)) for day in days]
