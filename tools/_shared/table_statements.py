"""From a table of cells to statements: the one function that readers of tables call."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import zip_longest

from tools._shared.accounts import Owner, account_column, currency_column, currency_stated, stated_account
from tools._shared.amounts import AmountColumn, Mark, amount_column, settle_mark
from tools._shared.balances import ends
from tools._shared.choice import Choice, Groups, choose
from tools._shared.columns import Columns, look_at_columns
from tools._shared.currencies import NO_CURRENCY, THREE_DECIMALS, currency_of
from tools._shared.dates import Day, days_in_text
from tools._shared.day_order import Surroundings, settle_order
from tools._shared.leftovers import Leftovers, note_balance, sort_leftovers
from tools._shared.movements import Numbers
from tools._shared.tables import Table, find_header, find_title_row, is_blank
from tools._shared.texts import Texts, one_line, text_columns
from tools._shared.vocabulary import Role, is_card, is_failed, is_pending, words
from tools.contract import BOOKED, PENDING, Reading, Statement, StatementLine, StatementRefusedError

_MONEY_ROLES = (Role.AMOUNT, Role.OUT, Role.IN, Role.BALANCE, Role.OPENING, Role.CLOSING, Role.FEE)
_EDGE_ROWS = 4
_TRIED_ROWS = 2000
_AMERICAN_ZONES = frozenset({"pst", "pdt", "mst", "mdt", "cst", "cdt", "est", "edt"})


@dataclass(slots=True)
class _Work:
    """What is known of one table while it is read. Positions count the dated rows."""

    table: Table
    columns: Columns
    numbers: Sequence[int]
    above: Sequence[str]
    is_card: bool
    leftovers: Leftovers
    moves: list[bool]
    pending: list[bool]
    warnings: list[str] = field(default_factory=list)


def read_table(table: Table, format_name: str) -> Reading:
    """Return the statements of a table of movements.

    Raises:
        StatementRefusedError: The table holds no movements, or its rows can be understood in more than one way.
    """
    start, header = _header(table)
    body = range(start, len(table.rows))
    if header and all(is_blank(table.rows[at]) for at in body):
        return Reading(format_name, (), notice="The file has a header row but no transactions.")
    _check_width(table, header, body)
    width = max(max((len(table.rows[at]) for at in body), default=0), len(header))
    cells = list(zip_longest(*(table.rows[at] for at in body), fillvalue=""))
    cells.extend([("",) * len(body)] * (width - len(cells)))
    above = [" ".join(filter(None, row)) for row in table.rows[:start]]
    card = is_card(table.name.rpartition(".")[0]) or any(map(is_card, above))
    columns = look_at_columns(header, cells)
    if columns is None:
        raise StatementRefusedError(
            "No column of the file holds dates with a year, so it is not a list of transactions. "
            "Choose the bank's export of transactions as CSV."
        )
    if not header:
        above = [" ".join(filter(None, table.rows[at])) for at in range(columns.dated[0])]
    card = card or any(sum(map(bool, columns.pick(at))) * 2 > len(columns.dated) for at in columns.of(Role.CARD))
    moves = [True] * len(columns.dated)
    work = _Work(table, columns, [table.numbers[at] for at in body], above, card, Leftovers(), moves, [])
    return _read(work, format_name)


def _header(table: Table) -> tuple[int, Sequence[str]]:
    at = find_header(table.rows)
    at = find_title_row(table.rows) if at is None else at
    if at is None:
        return 0, ()
    header = list(table.rows[at])
    while header and not header[-1]:
        header.pop()
    return at + 1, header


def _check_width(table: Table, header: Sequence[str], body: range) -> None:
    """Refuse rows with more filled cells than the header names: a comma inside a text or an amount split them."""
    if not header:
        return
    width = len(header)
    for at in body:
        row = table.rows[at]
        if len(row) > width + 1 and any(row[width + 1 :]):
            raise StatementRefusedError(
                f"{table.unit.capitalize()} {table.numbers[at]} has {len(row)} cells where the header has {width}: a cell "
                "holds the delimiter without quotes. Export the file with quotes or as another format."
            )


def _read(work: _Work, format_name: str) -> Reading:
    columns = work.columns
    _set_aside(work)
    numbers = _settle_numbers(work)
    guess = (columns.of(Role.AMOUNT, Role.OUT, Role.IN) or sorted(numbers.values) or [0])[0]
    groups = _groups(work, account_column(columns), currency_column(columns, guess))
    choice = choose(
        columns, numbers, Groups(list(groups.values())), is_card=work.is_card, line_of=work.numbers, unit=work.table.unit
    )
    used = sorted({*choice.candidate.columns, *([choice.balance] if choice.balance is not None else [])})
    amounts = [at for at in choice.candidate.columns if at in numbers.values]
    _without_amount(work, choice, numbers)
    sort_leftovers(columns, work.numbers, amounts, work.table.unit, work.leftovers)
    for line in range(len(work.table.rows) - len(work.numbers)):
        note_balance(work.table.rows[line], work.leftovers)
    owner = Owner(
        account_column(columns),
        stated_account(work.above, work.table.name),
        currency_column(columns, amounts[0]),
        currency_stated(columns, amounts, numbers.looked, work.above),
    )
    if any(owner.currency_stated == code for code in _header_codes(columns, amounts)):
        owner = Owner(owner.account, owner.account_stated, None, owner.currency_stated)
    groups = _groups(work, owner.account, owner.currency)
    dates, warning = _dates(work, numbers, choice, groups)
    texts = text_columns(columns, {*used, *([owner.currency] if owner.currency is not None else [])})
    statements = [
        _statement(work, rows, owner, choice, numbers, dates, texts, alone=len(groups) == 1) for rows in groups.values()
    ]
    warnings = [*work.leftovers.warnings(work.table.unit), *work.warnings, *choice.warnings, *([warning] if warning else [])]
    return Reading(format_name, tuple(statements), warnings=tuple(warnings))


def _header_codes(columns: Columns, amounts: Sequence[int]) -> set[str]:
    titles = " ".join(columns.header[at] for at in amounts if at < len(columns.header))
    return {word for word in titles.replace("(", " ").replace(")", " ").split() if currency_of(word) and word.isupper()}


def _set_aside(work: _Work) -> None:
    """Set apart the dated rows that are no booked movement: failed ones, stated balances, totals."""
    columns = work.columns
    stated = [columns.pick(column) for column in columns.of(Role.STATUS)]
    states = list(map(" ".join, zip(*stated, strict=True))) if stated else [""] * len(columns.dated)
    kinds = {state: (is_failed(state), is_pending(state)) for state in set(states)}
    work.pending = [kinds[state][1] for state in states]
    edge = {*range(min(_EDGE_ROWS, len(states))), *range(max(0, len(states) - _EDGE_ROWS), len(states))}
    failed = {position for position, state in enumerate(states) if kinds[state][0]} if stated else set()
    for position in sorted(edge | failed):
        at = columns.dated[position]
        if position in failed:
            work.moves[position] = False
            work.leftovers.failed.append(work.numbers[at])
        elif note_balance([texts[at] for texts in columns.cells], work.leftovers):
            work.moves[position] = False
            work.leftovers.left_out.append(work.numbers[at])


def _without_amount(work: _Work, choice: Choice, numbers: Numbers) -> None:
    """Leave out rows that state no amount, unless they are so many that the wrong column was taken."""
    columns = work.columns
    missing = [at for at, amount in enumerate(choice.candidate.amounts) if amount is None and work.moves[at]]
    if len(missing) * 2 > len(columns.dated):
        raise StatementRefusedError(
            f"Most rows state no amount in {columns.title(choice.candidate.columns[0])}. Export the list of transactions."
        )
    others = [at for at in columns.of(Role.AMOUNT, Role.OUT, Role.IN) if at in numbers.values]
    for position in missing:
        other = next((at for at in others if numbers.values[at][position]), None)
        if other is not None:
            raise StatementRefusedError(
                f"{work.table.unit.capitalize()} {work.numbers[columns.dated[position]]} states an amount in "
                f"{columns.title(other)} but none in {columns.title(choice.candidate.columns[0])}. Export signed amounts."
            )
        work.moves[position] = False
        work.leftovers.without_amount.append(work.numbers[columns.dated[position]])


def _settle_numbers(work: _Work) -> Numbers:
    """Settle the decimal mark by every cell of every money column, and read the columns.

    Raises:
        StatementRefusedError: A money column holds a cell that is no amount, or the mark stays open.
    """
    columns = work.columns
    wanted = [at for at in columns.of(*_MONEY_ROLES) if at in columns.numbers] if columns.has_header else []
    wanted = wanted if any(columns.roles[at] in {Role.AMOUNT, Role.OUT, Role.IN} for at in wanted) else sorted(columns.numbers)
    looked = {at: _moving(work, at) for at in wanted}
    good = {at: column for at, column in looked.items() if column.is_amounts or not column.filled}
    for at in (Role.AMOUNT, Role.OUT, Role.IN):
        for column in columns.of(at):
            if column in looked and column not in good and not any(columns.roles[each] is at for each in good):
                _refuse_cell(work, column, looked[column])
    money = [column for at, column in good.items() if columns.has_header or column.has_money_marks]
    pooled = settle_mark(money) or _grouping_mark(work, good)
    marks: dict[int, Mark] = {}
    for at, column in good.items():
        mark = settle_mark([column]) or pooled
        if mark is None and (columns.has_header or len(money) == 1):
            raise StatementRefusedError(
                f"The amounts in {columns.title(at)} can be read in two ways: {_open_cell(column)} with a decimal mark or with "
                "a thousands mark. Export a longer period, or amounts with two decimals."
            )
        if mark:
            marks[at] = mark
    values = {at: good[at].values(mark) for at, mark in marks.items()}
    return Numbers({at: good[at] for at in marks}, values, pooled or ".")


def _open_cell(column: AmountColumn) -> str:
    return next(
        cell
        for cell, shape in zip(column.cells, column.shapes, strict=True)
        if shape in column.known and column.known[shape].has_mark
    )


def _grouping_mark(work: _Work, looked: dict[int, AmountColumn]) -> Mark | None:
    """Return the decimal mark where every cell is like 4,884 and the stated currency has no three decimals.

    The mark that stands before three digits everywhere then groups thousands.
    """
    columns = work.columns
    still_open = [column for column in looked.values() if column.is_mark_open]
    if not still_open or any(len(column.marks) != 2 for column in looked.values()):
        return None
    codes = {currency_of(cell) for at in columns.of(Role.CURRENCY) for cell in columns.pick(at) if cell}
    codes.add(currency_stated(columns, sorted(looked), looked, work.above))
    if codes & {*THREE_DECIMALS, NO_CURRENCY, None}:
        return None
    used = {mark for column in still_open for text in column.known for mark in ".," if mark in text}
    if len(used) != 1:
        return None
    work.warnings.append(f"{_open_cell(still_open[0])} was read with a thousands mark: the currency has no three decimals.")
    return "." if used == {","} else ","


def _moving(work: _Work, column: int) -> AmountColumn:
    cells = work.columns.pick(column)
    return amount_column([cell if moves else "" for cell, moves in zip(cells, work.moves, strict=True)])


def _refuse_cell(work: _Work, column: int, looked: AmountColumn) -> None:
    position = looked.first_bad()
    if position is None:
        raise StatementRefusedError(
            f"The amounts in {work.columns.title(column)} mix decimal comma and decimal point. Export the file again."
        )
    line = work.numbers[work.columns.dated[position]]
    raise StatementRefusedError(
        f"{work.table.unit.capitalize()} {line} has “{looked.cells[position][:40]}” in {work.columns.title(column)}, which is "
        "no amount. Correct the cell, and read the file again."
    )


def _groups(work: _Work, account: int | None, currency: int | None) -> dict[tuple[str, str], list[int]]:
    """Return the positions of the moving rows by account and currency cell, in the file's order."""
    columns = work.columns
    accounts: Sequence[str] = columns.pick(account) if account is not None else ()
    currencies: Sequence[str] = columns.pick(currency) if currency is not None else ()
    codes = {cell: cell.upper() for cell in set(currencies)}
    if len(set(accounts)) <= 1 and len({*codes.values()} - {""}) <= 1:
        only = [position for position, moves in enumerate(work.moves) if moves]
        return {(accounts[0] if accounts else "", max(codes.values(), default="")): only} if only else {}
    groups: dict[tuple[str, str], list[int]] = {}
    for position, moves in enumerate(work.moves):
        if moves:
            key = accounts[position] if accounts else "", codes[currencies[position]] if currencies else ""
            groups.setdefault(key, []).append(position)
    return groups


def _dates(
    work: _Work, numbers: Numbers, choice: Choice, groups: dict[tuple[str, str], list[int]]
) -> tuple[list[date], str | None]:
    columns = work.columns
    all_days = columns.days[columns.main]
    main: list[Day] = [day for at in columns.dated if (day := all_days[at])]
    unsettled = [day for day in main if day.separator]
    if not unsettled:
        return [day.ymd for day in main if day.ymd], None
    direction = None
    if choice.proven and choice.balance is not None:
        chains = Groups(list(groups.values())).chains(choice.moved, numbers.values[choice.balance], _TRIED_ROWS)
        if len({chain.newest_first for chain in chains}) == 1 and chains[0].works:
            direction = chains[0].newest_first
    zones = {words(cell) for column in columns.cells for cell in column[:50] if len(cell) == 3}
    around = Surroundings(
        known=[day for text in (work.table.name, *work.above) for day in days_in_text(text)],
        newest_first=direction,
        has_decimal_comma=numbers.mark == ",",
        has_american_zone=bool(zones & _AMERICAN_ZONES),
    )
    others = [[days[at] for at in columns.dated] for column, days in columns.days.items() if column != columns.main]
    order, warning = settle_order(unsettled, others, main, around, columns.title(columns.main))
    return [found for day in main if (found := day.read(order))], warning


def _statement(
    work: _Work,
    rows: list[int],
    owner: Owner,
    choice: Choice,
    numbers: Numbers,
    dates: list[date],
    texts: Texts,
    *,
    alone: bool,
) -> Statement:
    columns, amounts = work.columns, choice.candidate.amounts
    balances = numbers.values[choice.balance] if choice.balance is not None else [None] * len(amounts)
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
        stated = {value for at in columns.of(role) if at in numbers.values for row in rows if (value := numbers.values[at][row]) is not None}
        if len(stated) == 1 and len(rows) > 1:
            value = next(iter(stated))
            opening, closing = (value, closing) if role is Role.OPENING and opening is None else (opening, closing)
            closing = value if role is Role.CLOSING and closing is None else closing
    at = columns.dated[rows[0]]
    currency = columns.cells[owner.currency][at] if owner.currency is not None else ""
    code = currency_of(currency) or owner.currency_stated or NO_CURRENCY
    account = columns.cells[owner.account][at].strip("'\"") if owner.account is not None else owner.account_stated
    before = chain.works and chain.kind == "before"
    lines = _lines(work, rows[::-1] if newest_first else rows, code, choice, balances, dates, texts, before=before)
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
    work: _Work,
    rows: list[int],
    currency: str,
    choice: Choice,
    balances: Sequence[Decimal | None],
    dates: list[date],
    texts: Texts,
    *,
    before: bool,
) -> list[StatementLine]:
    columns, amounts = work.columns, choice.moved if choice.fees is None else choice.candidate.amounts
    values = _value_dates(columns, dates)
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


def _value_dates(columns: Columns, dates: list[date]) -> list[date | None] | None:
    """Return the value dates, read in the order that the booking dates settled."""
    column = next((at for at in columns.of(Role.VALUE_DATE) if at != columns.main), None)
    if column is None:
        return None
    main = columns.days[columns.main]
    for order in ("YMD", "DMY", "MDY"):
        if all((day := main[at]) and day.read(order) == found for at, found in zip(columns.dated, dates, strict=True)):
            days = columns.days[column]
            return [day.read(order) if (day := days[at]) else None for at in columns.dated]
    return None


