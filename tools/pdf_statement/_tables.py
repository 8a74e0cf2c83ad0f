"""An account's rows as the table that every reader of tables understands."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from tools._shared.amounts import single_amount
from tools._shared.dates import with_croatian_months
from tools._shared.orders import decides
from tools._shared.table_statements import read_table
from tools._shared.tables import Table
from tools._shared.vocabulary import Role
from tools._shared.years import Years
from tools.contract import Place, Reading
from tools.pdf_statement._columns import Column, by_column, columns_of
from tools.pdf_statement._lines import Line, Money
from tools.pdf_statement._parts import Block, Part
from tools.pdf_statement._rows import Row, is_partial

FORMAT = "pdf"
# More lines above a table than these are not looked at: the account's name stands near its table or on the first page.
_MOST_TEXTS, _FIRST = 70, 40


class Given(NamedTuple):
    """What is known beside the document: its file's name, and the order of dates that a person said, or none."""

    name: str
    order_said: str


@dataclass(slots=True)
class Entry:
    """A row of the table: its days, its amounts by the name of their column, its words and its place."""

    dates: list[str]
    has_years: list[bool]
    amounts: dict[str, str]
    words: list[str]
    sign: int | None
    place: Place


@dataclass(slots=True)
class Sheet:
    """An account's entries.

    ``problems`` say what may be missing or doubtful, ``warnings`` what weak evidence settled of its days; ``is_said``
    whether they are read in the order that a person said.
    """

    entries: list[Entry] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    date_titles: list[str] = field(default_factory=list)
    roles: dict[str, Role | None] = field(default_factory=dict)
    totals: list[tuple[Decimal, list[int]]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    has_header: bool = True
    is_said: bool = False


def lay_out(part: Part) -> list[Sheet]:
    """Return a part's rows in columns: those of tables with a header or a title, of titled tables alone, or all."""
    named = [block for block in part.blocks if block.header or block.sign]
    titled = [block for block in part.blocks if block.sign]
    choices: list[list[Block]] = []
    for blocks in (named, titled, part.blocks):
        if blocks and blocks not in choices:
            choices.append(blocks)
    return [_lay_out(blocks, part.strays, is_all=blocks == part.blocks) for blocks in choices]


def _lay_out(blocks: Sequence[Block], strays: Sequence[str], *, is_all: bool) -> Sheet:
    sheet = Sheet()
    by_header: dict[object, list[Block]] = {}
    if not is_all:
        sheet.problems.append("days and amounts stand outside its tables")
    for block in blocks:
        by_header.setdefault(_key(block), []).append(block)
    columns = {key: columns_of(blocks) for key, blocks in by_header.items()}
    sheet.problems += [f"“{text[:60]}” states an amount outside its tables" for text in strays[:1]]
    sheet.has_header = all(block.header is not None for block in blocks)
    for block in blocks:
        first = len(sheet.entries)
        _lay_out_block(block, columns[_key(block)], sheet)
        if block.total is not None:
            sheet.totals.append((block.total, list(range(first, len(sheet.entries)))))
    return sheet


def _key(block: Block) -> object:
    if block.header is None:
        return None
    return tuple((cell.text.casefold(), round(cell.x1 / 8)) for cell, _ in block.header.money)


def _lay_out_block(block: Block, columns: Sequence[Column], sheet: Sheet) -> None:
    names = [column.name or f"#{at}" for at, column in enumerate(columns)]
    for name, column in zip(names, columns, strict=True):
        if name not in sheet.roles:
            sheet.names.append(name)
            sheet.titles.append(column.title)
            sheet.roles[name] = column.role
    if block.header is not None and any(column.role is None for column in columns):
        sheet.problems.append("amounts stand below no column of the header")
    if block.header is not None and not sheet.date_titles:
        sheet.date_titles = [cell.text for cell in block.header.dates]
    head: Row | None = None
    for row in _joined(block.rows):
        found = by_column(row, columns)
        if found is None or not found:
            sheet.problems.append(
                f"page {row.line.page} has a line whose amounts stand in no column: {_shown(row)}"
            )
            continue
        dated = row if row.dates else head
        if dated is None:
            sheet.problems.append(f"page {row.line.page} has an amount without a date: {_shown(row)}")
            continue
        if not row.dates:
            movement = any(columns[at].role is not Role.BALANCE for at in found)
            if not movement:
                sheet.problems.append(f"page {row.line.page} has an amount without a date: {_shown(row)}")
                continue
            sheet.problems.append("rows without a day were taken to be of the day above")
        head = dated
        sheet.entries.append(
            _entry(row, dated, {names[at]: money for at, money in found.items()}, block.sign)
        )


def _shown(row: Row) -> str:
    return f"“{' '.join(word.text for word in row.words)[:60]}”"


def _joined(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with a day whose amount stands on a later line put together with that line."""
    found: list[Row] = []
    for row in rows:
        last = found[-1] if found else None
        if last is not None and last.dates and not last.money and not row.dates:
            words = [*last.words, *(word for line in last.continued for word in line.words), *row.words]
            shift = len(words) - len(row.words)
            money = [each._replace(first=each.first + shift, after=each.after + shift) for each in row.money]
            found[-1] = Row(last.line, words, last.dates, money, row.continued, [*last.continued, row.line])
        else:
            found.append(row)
    return found


def _entry(row: Row, dated: Row, amounts: dict[str, Money], sign: int | None) -> Entry:
    first = row.dates[0].first if row.dates else 0
    start = row.dates[-1].after if row.dates else 0
    taken = {at for money in amounts.values() for at in range(money.first, money.after)}
    kept = [word for at, word in enumerate(row.words) if at not in taken and not first <= at < start]
    text = [word.text for word in kept]
    text += [word.text for line in row.continued for word in line.words]
    return Entry(
        dates=[date.text for date in dated.dates[:2]],
        has_years=[date.has_year for date in dated.dates[:2]],
        amounts={name: money.text for name, money in amounts.items()},
        words=text,
        sign=sign,
        place=_place(row.line, [*row.others, *row.continued]),
    )


def _place(line: Line, continued: Sequence[Line]) -> Place:
    boxes = [word for each in (line, *continued) if each.page == line.page for word in each.words]
    box = [
        min(word.x0 for word in boxes),
        min(word.top for word in boxes),
        max(word.x1 for word in boxes),
        max(word.bottom for word in boxes),
    ]
    return {"page": line.page, "box": [round(side, 2) for side in box]}


def fill_years(sheet: Sheet, years: Years, order_said: str, around: Sequence[str]) -> None:
    """Write the days that are printed without a year as ISO dates, all of the table together.

    ``around`` are the words of the document that show its language.

    Raises:
        OpenOrderError: Day and month can be taken for each other, and nobody said their order.
        StatementRefusedError: The document does not say the year.
    """
    open_days = [
        (entry, at) for entry in sheet.entries for at, has_year in enumerate(entry.has_years) if not has_year
    ]
    if open_days:
        days = [entry.dates[at] for entry, at in open_days]
        days = with_croatian_months(days, around, is_partial) or days
        read = years.read(days, order_said)
        sheet.is_said = decides(order_said, read.texts, lambda: years.read(days).texts)
        sheet.warnings += read.warnings
        for (entry, at), text in zip(open_days, read.texts, strict=True):
            entry.dates[at] = text


def read_sheet(sheet: Sheet, part: Part, given: Given, signs: Sequence[int] | None) -> Reading:
    """Return what the table says; ``signs`` are directions that stand beside the amounts.

    Raises:
        StatementRefusedError: The rows can be understood in more than one way.
    """
    dates = max((len(entry.dates) for entry in sheet.entries), default=1)
    if any(len(entry.dates) != dates for entry in sheet.entries):
        dates = 1
    texts = (
        part.texts
        if len(part.texts) < _MOST_TEXTS
        else part.texts[:_FIRST] + part.texts[_FIRST - _MOST_TEXTS :]
    )
    rows: list[Sequence[str]] = [(text,) for text in texts]
    if sheet.has_header:
        titles = sheet.date_titles if len(sheet.date_titles) == dates else ["Date", "Value date"][:dates]
        flag = ["Debit/Credit"] if signs else []
        rows.append([*titles, "Description", *flag, *sheet.titles])
    first = len(rows)
    for at, entry in enumerate(sheet.entries):
        flag = ["D" if signs[at] < 0 else "C"] if signs else []
        amounts = [entry.amounts.get(title, "") for title in sheet.names]
        rows.append([*entry.dates[:dates], " ".join(entry.words), *flag, *amounts])
    places = [entry.place for entry in sheet.entries]
    numbers = [at - first + 1 for at in range(len(rows))]
    table = Table(rows, numbers, given.name, "row", lambda number: places[number - 1])
    return read_table(table, FORMAT, order_said=given.order_said)


def title_signs(sheet: Sheet) -> list[int] | None:
    """Return the signs that the titles above the rows give, where one amount column has nothing else."""
    roles = [sheet.roles[name] for name in sheet.names if sheet.roles[name] is not Role.BALANCE]
    if len(roles) != 1 or roles[0] in {Role.OUT, Role.IN}:
        return None
    signs = [entry.sign for entry in sheet.entries]
    return [sign for sign in signs if sign] if all(signs) else None


def balance_signs(sheet: Sheet, opening: Decimal | None) -> list[int] | None:
    """Return the signs that the running balance gives to amounts printed without any, ``None`` where it gives none."""
    balances = [name for name in sheet.names if sheet.roles[name] is Role.BALANCE]
    others = [name for name in sheet.names if name not in balances]
    if len(balances) != 1 or len(others) != 1 or not sheet.entries:
        return None
    signs: list[int] = []
    before, moved = opening, Decimal()
    waiting: list[Decimal] = []
    for entry in sheet.entries:
        amount = single_amount(entry.amounts.get(others[0], ""))
        if amount is None or amount < 0:
            return None
        waiting.append(amount)
        stated = single_amount(entry.amounts[balances[0]]) if balances[0] in entry.amounts else None
        if stated is None:
            continue
        if before is None:
            return None
        moved = stated - before
        if abs(moved) != sum(waiting):
            return None
        signs.extend([1 if moved >= 0 else -1] * len(waiting))
        before, waiting = stated, []
    return signs if not waiting else None
