"""What stands at the start of a line (dates), and what a line above a table announces (a header)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from tools._shared.dates import MONTH_BY_NAME, fold, read_day
from tools._shared.tables import is_header
from tools._shared.vocabulary import Role, roles_of_header
from tools.pdf_statement._document import Word
from tools.pdf_statement._lines import Cell, Line, Money, cells_of

_DATE_ROLES = frozenset({Role.BOOKING_DATE, Role.DATE, Role.VALUE_DATE, Role.OTHER_DATE})
_MONEY_ROLES = (Role.OUT, Role.IN, Role.AMOUNT, Role.BALANCE)
_DATE_GAP = 1.0
_MOST_HEADER_WORDS = 24
_HEADER_GAP = 0.8
_WEEKDAYS = frozenset(
    {"mon", "tue", "wed", "thu", "fri", "sat", "sun", "mo", "di", "mi", "do", "fr", "sa", "so", "lun", "mar", "mie",
     "mer", "jue", "jeu", "vie", "ven", "sab", "sam", "dom", "dim"}
)  # fmt: skip
_NUMERIC = re.compile(r"(\d{1,2})([/.\-])(\d{1,2})\2?")
_DAY_NAME = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\.?[\s\-./]*(?:de )?([^\W\d_]{3,12})\.?,?")
_NAME_DAY = re.compile(r"([^\W\d_]{3,12})\.?[\s\-./]*(\d{1,2})(?:st|nd|rd|th)?,?")
#: A check's number; the mark behind it leads to a note, such as that numbers before it are missing.
_NUMBER_BEFORE = re.compile(r"#?\d{1,12}[*^.)·•†‡~+]{0,2}")


class Dated(NamedTuple):
    """A date at the start of a line: as printed, whether with its year, and the words it takes."""

    text: str
    has_year: bool
    first: int
    after: int
    x0: float


@dataclass(frozen=True, slots=True)
class Header:
    """The columns that a line announces, and whether words are among them.

    ``starts`` are where each of several tables side by side begins, with the cell above its amounts.
    """

    dates: tuple[Cell, ...]
    money: tuple[tuple[Cell, Role], ...]
    has_words: bool = True
    starts: tuple[tuple[float, Cell], ...] = ()

    @property
    def has_movements(self) -> bool:
        """Whether a column holds movements and not only balances."""
        return any(role is not Role.BALANCE for _, role in self.money)


@dataclass(slots=True)
class Row:
    """A line of a table as it was found, with the lines that continue its description.

    ``words`` are the line's, moved under the first of several tables side by side; ``others`` are further lines that
    they were taken from.
    """

    line: Line
    words: Sequence[Word]
    dates: list[Dated]
    money: list[Money]
    continued: list[Line] = field(default_factory=list)
    others: list[Line] = field(default_factory=list)


@lru_cache(maxsize=4096)
def _known_day(text: str) -> bool:
    return read_day(text) is not None


@lru_cache(maxsize=4096)
def is_partial(text: str) -> bool:
    """Whether the text is a day and a month without a year."""
    numeric = _NUMERIC.fullmatch(text)
    if numeric:
        one, two = int(numeric[1]), int(numeric[3])
        return (0 < one <= 31 and 0 < two <= 12) or (0 < two <= 31 and 0 < one <= 12)
    named = _DAY_NAME.fullmatch(text)
    if named:
        return fold(named[2]) in MONTH_BY_NAME and 0 < int(named[1]) <= 31
    named = _NAME_DAY.fullmatch(text)
    return named is not None and fold(named[1]) in MONTH_BY_NAME and 0 < int(named[2]) <= 31


@lru_cache(maxsize=8192)
def _may_begin(text: str) -> bool:
    """Whether a word may be the first of a date: it begins with a digit, or is a month or a day of the week."""
    if text[0].isdigit():
        return True
    letters = re.split(r"[\d.,\-/]", fold(text), maxsplit=1)[0]
    return letters in MONTH_BY_NAME or letters in _WEEKDAYS


def date_at(words: Sequence[Word], first: int, *, short_years: bool) -> Dated | None:
    """Return the date that begins with a word; ``short_years`` says that two digits after a month's name are a year."""
    partial: Dated | None = None
    full: Dated | None = None
    text = ""
    if not _may_begin(words[first].text):
        return None
    for at in range(first, min(first + 4, len(words))):
        if at > first and words[at].x0 - words[at - 1].x1 > _DATE_GAP * words[at].height:
            break
        text = f"{text} {words[at].text}" if text else words[at].text
        if len(text) > 24:
            break
        plain = text.rstrip(",;")
        if len(plain) >= 6 and _known_day(plain):
            full = Dated(plain, True, first, at + 1, words[first].x0)
        elif len(plain) >= 3 and is_partial(plain):
            partial = Dated(plain, False, first, at + 1, words[first].x0)
    if full and partial and not short_years and not re.search(r"\d{4}", full.text):
        return partial
    return full or partial


def leading_dates(words: Sequence[Word], *, short_years: bool) -> list[Dated]:
    """Return up to three dates with which a line starts; a number of the row may stand before them."""
    found: list[Dated] = []
    at = 0
    if not words or not any(mark.isdigit() for word in words[:4] for mark in word.text):
        return found
    first = date_at(words, 0, short_years=short_years)
    if first is None and len(words) > 1 and _NUMBER_BEFORE.fullmatch(words[0].text):
        first = date_at(words, 1, short_years=short_years)
    while first is not None and len(found) < 3:
        found.append(first)
        at = first.after
        first = date_at(words, at, short_years=short_years) if at < len(words) else None
    return found


@lru_cache(maxsize=8192)
def _roles(text: str) -> frozenset[Role]:
    return frozenset(roles_of_header(text))


def _money_role(text: str) -> Role | None:
    roles = _roles(text)
    return next((role for role in _MONEY_ROLES if role in roles), None)


def header_at(lines: Sequence[Line], at: int) -> tuple[Header, int] | None:
    """Return the header that begins with a line, and how many lines it takes."""
    line = lines[at]
    if len(line.words) > _MOST_HEADER_WORDS or sum(map(str.isdigit, line.text)) > 8:
        return None
    cells = cells_of(line.words)
    roles = [_roles(cell.text) for cell in cells]
    if not any(found & _DATE_ROLES or found & set(_MONEY_ROLES) for found in roles):
        return None
    for count in (1, 2, 3):
        if count > 1:
            below = _cells_below(lines, at + count - 1)
            if not below or _as_header(below) is not None:
                return None
            cells = _stacked(cells, below)
        header = _as_header(cells)
        if header is not None:
            return header, count
    return None


def _cells_below(lines: Sequence[Line], at: int) -> list[Cell]:
    """Return the cells of a line that may belong to the header line right above it."""
    if at >= len(lines):
        return []
    above, line = lines[at - 1], lines[at]
    close = line.page == above.page and line.top - above.bottom < _HEADER_GAP * above.height
    return cells_of(line.words) if close and not any(map(str.isdigit, line.text)) else []


def _stacked(upper: Sequence[Cell], lower: Sequence[Cell]) -> list[Cell]:
    """Return the cells of two lines with what stands above each other put together."""
    found = list(upper)
    for cell in lower:
        over = next(
            (at for at, each in enumerate(found) if min(each.x1, cell.x1) > max(each.x0, cell.x0)), None
        )
        if over is None:
            found.append(cell)
        else:
            each = found[over]
            found[over] = Cell(f"{each.text} {cell.text}", min(each.x0, cell.x0), max(each.x1, cell.x1))
    return sorted(found, key=lambda each: each.x0)


def _as_header(cells: Sequence[Cell]) -> Header | None:
    if not is_header([cell.text for cell in cells]):
        return None
    dates = tuple(cell for cell in cells if _roles(cell.text) & _DATE_ROLES and not _money_role(cell.text))
    money = tuple(
        (cell, role) for cell in cells if cell not in dates and (role := _money_role(cell.text)) is not None
    )
    if not any(_is_row_date(cell.text) for cell in dates) or not money:
        return None
    texts = [cell.text.casefold() for cell in cells]
    repeats = [at for at, text in enumerate(texts) if text == texts[0]]
    width = repeats[1] if len(repeats) > 1 else 0
    if width > 1 and len(texts) == width * len(repeats) and texts == texts[:width] * len(repeats):
        amounts = [cell for cell, _ in money if cell.text.casefold() == money[0][0].text.casefold()]
        if len(amounts) == len(repeats):
            starts = tuple((cells[at].x0, cell) for at, cell in zip(repeats, amounts, strict=True))
            return Header(dates[:1], money[:1], width > 2, starts)
    return Header(dates, money, len(cells) > len(dates) + len(money))


def _is_row_date(text: str) -> bool:
    """Whether a column of dates may be that of the rows: not when payment is due or the statement was made."""
    found = [role for role in roles_of_header(text) if role in _DATE_ROLES]
    return bool(found) and found[0] is not Role.OTHER_DATE
