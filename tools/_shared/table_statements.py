"""From a table of cells to statements: the one function that readers of tables call."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from functools import partial
from itertools import zip_longest

from tools._shared.accounts import Owner, account_column, currency_column, currency_stated, stated_account
from tools._shared.amounts import BLANKS, MARKS
from tools._shared.balances import open_rows
from tools._shared.choice import choose
from tools._shared.columns import Columns, look_at_columns
from tools._shared.currencies import currency_of
from tools._shared.day_order import direction
from tools._shared.grid import Grid, columns_from, widest
from tools._shared.layouts import (
    Found,
    check_dates,
    choose_said,
    fingerprint,
    read_as,
    refuse_ignored,
    roles_said,
    view,
)
from tools._shared.leftovers import (
    Leftovers,
    balance_row,
    note_balance,
    refuse_undated,
    rows_under_pending,
    sort_leftovers,
    total_rows,
)
from tools._shared.lines import build_statement, settle
from tools._shared.marks import OpenMarkError, mark_of_groups, settle_numbers
from tools._shared.movements import Numbers
from tools._shared.orders import decides
from tools._shared.picking import picked
from tools._shared.proofs import Choice, Groups
from tools._shared.row_words import is_card, is_failed, is_pending, is_state, state_of
from tools._shared.sections import sections
from tools._shared.table_order import order_of
from tools._shared.tables import Shape, Table, find_header, find_title_row, is_blank, is_second_header
from tools._shared.texts import text_columns
from tools._shared.vocabulary import Role
from tools._shared.work import Work, booked_rows, rows_by_account
from tools._shared.yearless import with_stated_years
from tools.contract import Layout, OpenOrderError, Reading, StatementRefusedError, TableView

_EDGE_ROWS = 4
_LANGUAGE_ROWS = 200
_SHOWN_STATES = 4
_CENTS = 2


def read_table(
    table: Table,
    format_name: str,
    layouts: Sequence[Layout] = (),
    seen: list[TableView] | None = None,
    order_said: str = "",
) -> Reading:
    """Return the statements of a table of movements, by the one of ``layouts`` that is about it, else by its rows.

    ``seen`` is given what the table shows and how its columns were read, also where it is refused. ``order_said`` is
    the order of its dates, where they leave it open and no layout says it.

    Raises:
        OpenOrderError: A person has to say the order of day and month.
        StatementRefusedError: The table holds no movements, its rows can be understood in more than one way, or the
            layout does not fit.
    """
    parts = sections(table)[::-1]
    del table
    readings = []
    while parts:
        readings.append(_read_section(parts.pop(), format_name, layouts, seen, order_said))
    if len(readings) == 1:
        return readings[0]
    return Reading(
        format_name,
        tuple(statement for reading in readings for statement in reading.statements),
        warnings=tuple(dict.fromkeys(warning for reading in readings for warning in reading.warnings)),
        layouts=tuple(dict.fromkeys(name for reading in readings for name in reading.layouts)),
        orders_said=tuple(dict.fromkeys(name for reading in readings for name in reading.orders_said)),
    )


def _read_section(
    table: Table,
    format_name: str,
    layouts: Sequence[Layout],
    seen: list[TableView] | None,
    order_said: str,
) -> Reading:
    start, header = _header(table)
    name = fingerprint(table, start, header)
    known = next((each for each in layouts if each.fingerprint == name), None)
    layout = known if known and known.roles else None
    order_said = (known.day_order if known else "") or order_said
    body = range(start, len(table.rows))
    if header and all(is_blank(table.rows[at]) for at in body):
        notice = "The file has a header row but no transactions."
        return Reading(format_name, (), notice=notice, layouts=(name,))
    rows = table.rows if isinstance(table.rows, Grid) else table.rows[start:]
    width = max(widest(rows), len(header))
    del rows
    shape, found = Shape(start, header, width), Found()
    shown = view(table, shape)
    try:
        _check_width(table, header, body)
        work = _look(table, shape, layout, order_said)
        del table
        found.columns = work.columns
        reading = _read(work, format_name, found)
    except OpenOrderError as error:
        error.asks = replace(error.asks, layout=layout or Layout(name, ()), titles=shown.header)
        raise
    finally:
        if seen is not None:
            seen.append(replace(shown, layout=layout or read_as(name, found, width)))
    return replace(reading, layouts=(name,), orders_said=(name,) if work.is_said else ())


def _look(table: Table, shape: Shape, layout: Layout | None, order_said: str) -> Work:
    """Return the table's columns and what stands above them."""
    start, header, width = shape
    body = range(start, len(table.rows))
    cells = columns_from(table.rows, start)
    cells.extend([("",) * len(body)] * (width - len(cells)))
    above = [" ".join(filter(None, row)) for row in table.rows[:start]]
    card = is_card(table.name.rpartition(".")[0]) or any(map(is_card, above))
    around = [cell for row in table.rows[: start + _LANGUAGE_ROWS] for cell in row if cell]
    said = roles_said(layout, width) if layout else None
    columns = look_at_columns(header, cells, said, around=around)
    warnings: list[str] = []
    is_said = False
    if columns is None or not columns.dated:
        unsaid = partial(with_stated_years, header, cells, above, table.name)
        filled = unsaid(order_said)
        is_said = filled is not None and decides(order_said, filled[0], lambda: (unsaid() or [()])[0])
        columns = look_at_columns(header, filled[0], said, around=around) if filled else columns
        warnings = filled[1] if filled else []
    if columns is None:
        raise StatementRefusedError(
            "No column of the file holds dates with a year, so it is not a list of transactions. "
            "Choose the bank's export of transactions as CSV."
        )
    if layout:
        check_dates(columns)
    if not header:
        above = [" ".join(filter(None, table.rows[at])) for at in range(columns.dated[0])]
    card = card or any(
        sum(map(bool, columns.pick(at))) * 2 > len(columns.dated) for at in columns.of(Role.CARD)
    )
    moves = [True] * len(columns.dated)
    # From here on only the columns are looked at: the rows of a long file would be its third copy.
    head = replace(table, rows=table.rows[:start])
    numbers = table.numbers[start:]
    return Work(
        head,
        columns,
        numbers,
        above,
        card,
        Leftovers(),
        moves,
        [],
        warnings,
        layout=layout,
        order_said=order_said,
        is_said=is_said,
    )


def _header(table: Table) -> tuple[int, Sequence[str]]:
    at = find_header(table.rows)
    at = find_title_row(table.rows) if at is None else at
    if at is None:
        return 0, ()
    below = table.rows[at + 1] if at + 1 < len(table.rows) else ()
    if not is_second_header(below):
        return at + 1, table.rows[at]
    both = zip_longest(table.rows[at], below, fillvalue="")
    return at + 2, [" ".join(filter(None, each)) for each in both]


def _check_width(table: Table, header: Sequence[str], body: range) -> None:
    """Refuse rows with more filled cells than the header names: a comma inside a text or an amount split them."""
    if not header:
        return
    width = len(header)
    if widest(table.rows) <= width:
        return
    for at in body:
        row = table.rows[at]
        if len(row) > width and any(row[width:]):
            raise StatementRefusedError(
                f"{table.unit.capitalize()} {table.numbers[at]} has {len(row)} cells where the header has {width}: a "
                "cell "
                "holds the delimiter without quotes. Export the file with quotes or as another format."
            )


def _read(work: Work, format_name: str, found: Found) -> Reading:
    columns = work.columns
    _set_aside(work)
    main_days = list(filter(None, picked(columns.days[columns.main], columns.dated)))
    newest_first = direction(main_days, columns.once[columns.main])
    numbers, choice = _settle(work, newest_first)
    found.numbers, found.choice = numbers, choice
    work.is_card = work.is_card or choice.is_card
    if not choice.proven and work.layout is None and work.table.delimiter == ",":
        _refuse_split_cents(work, choice, numbers)
    used = sorted({*choice.candidate.columns, *([choice.balance] if choice.balance is not None else [])})
    named = [at for at in columns.of(Role.OUT, Role.IN) if not any(columns.pick(at))]
    amounts = [at for at in choice.candidate.columns if at in numbers.values]
    _without_amount(work, choice, numbers)
    if len(columns.dated) < len(work.numbers):
        sort_leftovers(columns, work.numbers, [*amounts, *named], work.table.unit, work.leftovers)
    for row in work.table.rows:
        note_balance(row, work.leftovers)
    _refuse_open_days(work, choice, numbers, newest_first)
    stated = currency_stated(columns, amounts, numbers.looked, work.above)
    owner = Owner(
        account_column(columns),
        stated_account(work.above, work.table.name),
        currency_column(columns, amounts[0], stated),
        stated,
    )
    if any(owner.currency_stated == code for code in _header_codes(columns, amounts)):
        owner = Owner(owner.account, owner.account_stated, None, owner.currency_stated)
    found.owner = owner
    groups = rows_by_account(work, owner.account, owner.currency)
    order, warning = order_of(work, numbers, choice, groups)
    found.order = order
    read = {id(day): day.read(order or "YMD") for day in columns.once[columns.main]}
    dates = list(filter(None, map(read.__getitem__, map(id, main_days))))
    texts = text_columns(columns, {*used, *([owner.currency] if owner.currency is not None else [])})
    settled = settle(work, owner, choice, numbers, dates=dates, order=order, texts=texts)
    statements = [build_statement(work, settled, rows, alone=len(groups) == 1) for rows in groups.values()]
    warnings = [
        *work.leftovers.warnings(work.table.unit),
        *work.warnings,
        *choice.warnings,
        *([warning] if warning else []),
    ]
    return Reading(format_name, tuple(statements), warnings=tuple(warnings))


def _settle(work: Work, newest_first: bool | None) -> tuple[Numbers, Choice]:
    """Return the numbers and the amounts; a mark that the cells leave open is the one that the balance proves."""
    try:
        numbers = settle_numbers(work)
    except OpenMarkError:
        proven = []
        for mark in MARKS:
            numbers = settle_numbers(work, mark)
            with suppress(StatementRefusedError):
                choice = _choose(work, numbers, newest_first)
                proven += [(numbers, choice)] if choice.proven else []
        if len(proven) > 1:
            mark_said = mark_of_groups(work, proven[0][0].looked)
            proven = [each for each in proven if each[0].mark == mark_said]
        if len(proven) != 1:
            raise
        return proven[0]
    return numbers, _choose(work, numbers, newest_first)


def _choose(work: Work, numbers: Numbers, newest_first: bool | None) -> Choice:
    columns = work.columns
    groups = _groups(work, numbers, newest_first)
    if work.layout is not None:
        return choose_said(columns, numbers, groups)
    return choose(
        columns,
        numbers,
        groups,
        is_card=work.is_card,
        line_of=work.numbers,
        unit=work.table.unit,
    )


def _groups(work: Work, numbers: Numbers, newest_first: bool | None) -> Groups:
    """Return the booked rows of each account and currency, before it is settled which columns hold the amounts."""
    columns = work.columns
    guess = (columns.of(Role.AMOUNT, Role.OUT, Role.IN) or sorted(numbers.values) or [0])[0]
    stated = currency_stated(columns, [guess], numbers.looked, work.above)
    by_account = rows_by_account(work, account_column(columns), currency_column(columns, guess, stated))
    booked = [booked_rows(work, rows) for rows in by_account.values()]
    return Groups([rows for rows in booked if rows], newest_first)


def _header_codes(columns: Columns, amounts: Sequence[int]) -> set[str]:
    titles = " ".join(columns.header[at] for at in amounts if at < len(columns.header))
    return {
        word
        for word in titles.replace("(", " ").replace(")", " ").split()
        if currency_of(word) and word.isupper()
    }


def _set_aside(work: Work) -> None:
    """Set apart the dated rows that are no booked movement: failed ones, stated balances, totals."""
    columns = work.columns
    stated = [_states(columns, column) for column in columns.of(Role.STATUS)]
    states = list(map(" ".join, zip(*stated, strict=True))) if stated else [""] * len(columns.dated)
    kinds = {state: (is_failed(state), is_pending(state)) for state in set(states)}
    work.pending = [kinds[state][1] for state in states]
    for position in rows_under_pending(columns, work.above):
        work.pending[position] = True
    work.warnings += _unknown_states(columns)
    unbooked = _unbooked(columns)
    edge = {*range(min(_EDGE_ROWS, len(states))), *range(max(0, len(states) - _EDGE_ROWS), len(states))}
    failed = {position for position, state in enumerate(states) if kinds[state][0]} if stated else set()
    totals = total_rows(columns, edge) | balance_row(columns, work.numbers, work.table.unit)
    for position in sorted(edge | failed | unbooked):
        at = columns.dated[position]
        if position in failed:
            work.moves[position] = False
            work.leftovers.failed.append(work.numbers[at])
        elif position in unbooked:
            work.moves[position] = False
            work.leftovers.pending.append(work.numbers[at])
        elif position in totals or note_balance([texts[at] for texts in columns.cells], work.leftovers):
            work.moves[position] = False
            work.leftovers.left_out.append(work.numbers[at])


def _states(columns: Columns, column: int) -> list[str]:
    """Return what a column of states says of each row."""
    title = columns.header[column] if column < len(columns.header) else ""
    cells = columns.pick(column)
    once = {cell: state_of(title, cell) for cell in set(cells)}
    return [once[cell] for cell in cells]


def _unknown_states(columns: Columns) -> list[str]:
    """Return a sentence for each column of states that holds words which are none."""
    said = []
    for column in columns.of(Role.STATUS):
        cells = set(columns.pick(column))
        unknown = sorted(
            cell for cell in cells if not (is_state(cell) or is_failed(cell) or is_pending(cell))
        )
        if unknown:
            shown = ", ".join(f"“{cell[:40]}”" for cell in unknown[:_SHOWN_STATES])
            more = f" and {len(unknown) - _SHOWN_STATES} more" if len(unknown) > _SHOWN_STATES else ""
            said.append(
                f"{columns.title(column)} says {shown}{more}, which is no known state; read as booked."
            )
    return said


def _unbooked(columns: Columns) -> set[int]:
    """Return the rows that lack the booking date and the balance which the table gives its other rows."""
    booked = [at for at in columns.of(Role.BOOKING_DATE) if at != columns.main]
    if not booked or columns.of(Role.STATUS):
        return set()
    days = columns.days[booked[0]]
    missing = {position for position, at in enumerate(columns.dated) if days[at] is None}
    if len(missing) * 3 > len(columns.dated):
        return set()
    stated = [columns.pick(at) for at in (booked[0], *columns.of(Role.BALANCE))]
    return {position for position in missing if not any(cells[position] for cells in stated)}


def _refuse_split_cents(work: Work, choice: Choice, numbers: Numbers) -> None:
    """Refuse whole amounts beside a column of two digits: a decimal comma without quotes split them."""
    columns = work.columns
    for at in choice.candidate.columns:
        beside = at + 1
        if at not in numbers.looked or beside in choice.candidate.columns or beside >= len(columns.cells):
            continue
        looked, cents = numbers.looked[at], [cell for cell in columns.pick(beside) if cell]
        if (
            2 * len(cents) >= looked.filled > 0
            and all(len(cell) == _CENTS and cell.isdecimal() for cell in cents)
            and not any(shape.has_mark for shape in looked.known.values())
        ):
            raise StatementRefusedError(
                f"All amounts in {columns.title(at)} are whole, and two digits stand beside each in "
                f"{columns.title(beside)}: it seems that a decimal comma without quotes split them. Export the file "
                "with quotes or with semicolons, or choose what the columns are for."
            )


def _without_amount(work: Work, choice: Choice, numbers: Numbers) -> None:
    """Leave out rows that state no amount, unless they are so many that the wrong column was taken."""
    columns = work.columns
    if {*map(type, choice.candidate.amounts)} == {
        Decimal
    }:  # looking for None would compare it with each amount
        return
    missing = [at for at, amount in enumerate(choice.candidate.amounts) if amount is None and work.moves[at]]
    if work.layout is not None:
        for position in missing:
            refuse_ignored(columns, columns.dated[position], work.numbers, work.table.unit)
    if len(missing) * 2 > len(columns.dated):
        raise StatementRefusedError(
            f"Most rows state no amount in {columns.title(choice.candidate.columns[0])}. "
            "Export the list of transactions."
        )
    others = [at for at in columns.of(Role.AMOUNT, Role.OUT, Role.IN, Role.FEE) if at in numbers.values]
    states = {at: [bool(value) for value in numbers.values[at]] for at in others}
    if missing:
        states |= {
            at: [cell not in BLANKS for cell in columns.pick(at)]
            for at in columns.numbers.intersection(columns.of(Role.OTHER))
            if columns.number(at).has_money_marks or not columns.is_named(at)
        }
    for position in missing:
        other = next((at for at, filled in states.items() if filled[position]), None)
        if other is not None:
            raise StatementRefusedError(
                f"{work.table.unit.capitalize()} {work.numbers[columns.dated[position]]} states an amount in "
                f"{columns.title(other)} but none in {columns.title(choice.candidate.columns[0])}. "
                "Export signed amounts."
            )
        work.moves[position] = False
        work.leftovers.without_amount.append(work.numbers[columns.dated[position]])


def _refuse_open_days(work: Work, choice: Choice, numbers: Numbers, newest_first: bool | None) -> None:
    """Refuse a row with the day of the row above whose amount no balance before and after it proves.

    Below the last row stand a credit limit, an estimated fee or a payment that is due, which look the same.
    """
    columns = work.columns
    if not columns.carried:
        return
    proven: set[int] = set()
    if choice.proven and choice.balance is not None:
        groups = _groups(work, numbers, newest_first)
        stated, alone = numbers.values[choice.balance], len(groups.members) == 1
        for rows, chain in zip(groups.members, groups.chains(choice.moved, stated), strict=True):
            ordered = rows[::-1] if chain.newest_first else rows
            balances = picked(stated, ordered)
            opening, closing = (work.leftovers.opening, work.leftovers.closing) if alone else (None, None)
            if chain.kind == "before":
                opening, balances = (opening if balances[0] is None else balances[0]), [*balances[1:], None]
            still_open = open_rows(picked(choice.moved, ordered), balances, opening, closing)
            proven |= {*ordered} - {*picked(ordered, still_open)}
    position_of = {at: position for position, at in enumerate(columns.dated)}
    for at in columns.carried:
        if work.moves[position_of[at]] and position_of[at] not in proven:
            refuse_undated(work.numbers[at], work.table.unit)
