"""The lines of a document sorted into accounts, tables and rows, with the balances and totals printed among them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import inf

from tools._shared.accounts import stated_account
from tools._shared.amounts import single_amount
from tools._shared.vocabulary import Role
from tools.pdf_statement._document import Word
from tools.pdf_statement._lines import Line, Money, money_of
from tools.pdf_statement._rows import Dated, Header, Row, header_at, leading_dates
from tools.pdf_statement._titles import (
    Section,
    balance_label,
    is_on_day,
    is_owed,
    is_plain_total,
    is_total_label,
    is_unbooked,
    section_of,
)

_CONTINUATION_GAP = 0.9
_MOST_CONTINUED = 8
_DATE_SLACK = 14.0


@dataclass(slots=True)
class Block:
    """Rows under one header and one title; ``sign`` is what the title gives, ``None`` where no title does."""

    header: Header | None
    sign: Section | None
    rows: list[Row] = field(default_factory=list)
    total: Decimal | None = None


@dataclass(slots=True)
class Part:
    """What a document states about one account.

    ``sums`` may be totals or its closing balance, ``unplaced`` are totals of rows that stand elsewhere.
    """

    openings: list[Decimal] = field(default_factory=list)
    closings: list[Decimal] = field(default_factory=list)
    sums: list[Decimal] = field(default_factory=list)
    unplaced: list[Decimal] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    account: str | None = None

    @property
    def rows(self) -> list[Row]:
        """Every row in the order of the pages."""
        return [row for block in self.blocks for row in block.rows]


def _moved(word: Word, off: float) -> Word:
    return word._replace(x0=word.x0 - off, x1=word.x1 - off)


def trailing(words: int, found: Sequence[Money]) -> list[Money]:
    """Return the amounts with which a line ends."""
    kept: list[Money] = []
    end = words
    for money in reversed(found):
        if money.after != end:
            break
        kept.append(money)
        end = money.first
    return kept[::-1]


class PartBuilder:
    """Takes the lines of all pages in order."""

    def __init__(self, *, short_years: bool, by_account: bool) -> None:
        self._short_years, self._by_account = short_years, by_account
        self.parts = [Part()]
        self._header: Header | None = None
        self._sign: Section | None = None
        self._block: Block | None = None
        self._last: Row | None = None
        self._is_unbooked = False

    def take_page(self, lines: Sequence[Line]) -> None:
        """Take one page; a header stays in force on the next."""
        self._last = None
        at = 0
        while at < len(lines):
            found = header_at(lines, at)
            if found:
                self._header, count = found
                self._block = self._last = None
                if self._sign == 0 and self._header.has_words and not self._is_unbooked:
                    self._sign = None  # the end of a summary
                self._part.texts.extend(line.text for line in lines[at : at + count])
                at += count
                continue
            for line, words in self._split(lines[at]):
                self._take(line, words)
            at += 1

    @property
    def _part(self) -> Part:
        return self.parts[-1]

    def _split(self, line: Line) -> list[tuple[Line, Sequence[Word]]]:
        """Return the pieces of a line that belong to tables side by side, with their words moved under the first."""
        starts = self._header.starts if self._header else ()
        if not starts or not leading_dates(line.words, short_years=self._short_years):
            return [(line, line.words)]
        pieces: list[tuple[Line, Sequence[Word]]] = []
        for at, (start, amount) in enumerate(starts):
            end = starts[at + 1][0] if at + 1 < len(starts) else inf
            low = start - _DATE_SLACK if at else -inf
            words = tuple(word for word in line.words if low <= word.x0 < end - _DATE_SLACK)
            if words:
                off, money_off = start - starts[0][0], amount.x1 - starts[0][1].x1
                moved = [_moved(word, money_off if word.x1 > amount.x0 else off) for word in words]
                pieces.append((Line(line.page, words, line.top, line.bottom), moved))
        return pieces

    def _take(self, line: Line, words: Sequence[Word]) -> None:
        dates = leading_dates(words, short_years=self._short_years)
        start = dates[-1].after if dates else 0
        every = [each for each in money_of(words) if each.first >= start]
        money = trailing(len(words), every)
        sure = [each for each in money if each.is_sure]
        stated = [each for each in every if each.is_sure]
        label = " ".join(word.text for word in words[start : stated[0].first if stated else len(words)])
        if stated and self._is_balance(
            label, stated[:1] if len(stated) > len(sure) else sure, dated=bool(dates)
        ):
            self._part.texts.append(line.text)
            self._last = None
            return
        if sure and not dates and is_total_label(label):
            self._take_total(label, sure)
            self._last = None
            return
        if self._sign == 0 or (self._header is not None and not self._header.has_movements):
            if not money and self._is_title(line):
                return
            self._last = None
            return
        if dates and self._is_dated(dates, sure):
            self._add(Row(line, words, dates, money))
        elif sure and self._last is not None and self._block is not None:
            self._add(Row(line, words, [], money))
        elif sure or not self._is_title(line):
            if sure and self._header is not None and self._part.blocks:
                self._part.strays.append(line.text)
            self._continue_or_note(line)

    def _take_total(self, label: str, money: Sequence[Money]) -> None:
        amount = single_amount(money[-1].text)
        if amount is None:
            return
        block = self._block
        if is_plain_total(label):
            self._part.sums.append(amount)
        elif block is not None and block.rows and block.total is None and len(money) == 1:
            block.total = amount
        elif amount and len(money) == 1:
            self._part.unplaced.append(abs(amount))

    def _is_balance(self, label: str, money: list[Money], *, dated: bool) -> bool:
        kind = balance_label(label, dated=dated)
        if kind is None and self._header is not None and not dated and is_on_day(label):
            kind = "closing" if self._part.rows else "opening"
        if kind is None or len(money) > 2:
            return False
        amount = single_amount(money[-1].text)
        if amount is None:
            return kind == "carried"
        amount = -abs(amount) if is_owed(label) else amount
        part = self._part
        if kind == "new":
            part.sums.append(amount)
        elif kind == "closing":
            part.closings.append(amount)
        elif kind == "opening" or not part.openings:
            if kind == "opening" and part.rows and part.openings and amount not in part.openings:
                self._begin()
            self._part.openings.append(amount)
        return True

    def _begin(self) -> None:
        self.parts.append(Part())
        self._block = self._last = self._header = self._sign = None

    def _is_title(self, line: Line) -> bool:
        if len(line.words) > 10 or self._is_continuation(line):
            return False
        sign = section_of(line.text)
        if sign is None:
            return False
        if sign != self._sign:
            self._block = None
        self._sign, self._last = sign, None
        self._is_unbooked = is_unbooked(line.text)
        if self._header is not None and self._header.starts:
            self._header = None
        self._part.texts.append(line.text)
        return True

    def _is_dated(self, dates: Sequence[Dated], money: Sequence[Money]) -> bool:
        """Whether the line's date stands in the column of dates and is not the start of a continued description."""
        x0 = dates[0].x0
        if self._block is not None and self._block.rows:
            return any(abs(x0 - row.dates[0].x0) <= _DATE_SLACK for row in self._block.rows[-3:] if row.dates)
        if self._header is not None:
            return any(
                cell.x0 - 2 * _DATE_SLACK <= x0 <= cell.x1 + _DATE_SLACK for cell in self._header.dates
            )
        return bool(money)

    def _add(self, row: Row) -> None:
        if self._block is None:
            self._block = Block(self._header, self._sign)
            self._part.blocks.append(self._block)
        self._block.rows.append(row)
        self._last = row

    def _is_continuation(self, line: Line) -> bool:
        last = self._last
        if last is None or len(last.continued) >= _MOST_CONTINUED:
            return False
        above = last.continued[-1] if last.continued else last.line
        after = last.words[last.dates[-1].after - 1].x1 if last.dates else last.words[0].x0
        close = line.top - above.bottom < _CONTINUATION_GAP * line.height and line.page == above.page
        before = last.money[0].x0 if last.money else inf
        return close and line.words[0].x0 > after - 2 and line.words[-1].x1 < before + 2

    def _continue_or_note(self, line: Line) -> None:
        if self._is_continuation(line) and self._last is not None:
            self._last.continued.append(line)
            return
        self._last = None
        number = stated_account([line.text], "") if len(line.words) < 16 else None
        if number and self._by_account and self._part.account not in {None, number} and self._part.rows:
            self._begin()
        if number and self._part.account is None:
            self._part.account = number
        self._part.texts.append(line.text)


def has_columns(header: Header | None, *roles: Role) -> bool:
    """Whether a header names columns of one of the roles."""
    return header is not None and any(role in roles for _, role in header.money)
