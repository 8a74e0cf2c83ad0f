"""Words become lines, lines become cells: by where they stand, never by their order in the file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tools._shared.amounts import amount_column, read_shape
from tools._shared.currencies import is_currency_text
from tools.pdf_statement._document import Word

_CELL_GAP = 0.6
_NUMBER_GAP = 0.45
_SIGN_GAP = 1.3
_NUMBER_START = re.compile(r"[-+(]?\d{1,3}")
_NUMBER_REST = re.compile(r"\d{3}(?:[.,]\d{2})?[-+)]?|\d{3}")
_SHAPED = str.maketrans("12345678", "99999999")
_TRAILING = re.compile(r"(?:-|\+|CR\.?|DR\.?|Cr\.?|Dr\.?|[CDSH])", re.ASCII)
_LEADING = re.compile(r"[-+−–]")
_DIGIT_END = re.compile(r"\d(?P<rest>\D*)$")


class Cell(NamedTuple):
    """Words that stand together."""

    text: str
    x0: float
    x1: float


class Money(NamedTuple):
    """An amount of a line: the words it is made of, and where its last digit ends."""

    text: str
    first: int
    after: int
    x0: float
    right: float
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page, its words from left to right."""

    page: int
    words: tuple[Word, ...]
    top: float
    bottom: float

    @property
    def text(self) -> str:
        """The words with single spaces."""
        return " ".join(word.text for word in self.words)

    @property
    def height(self) -> float:
        """The height of its type."""
        return self.bottom - self.top


def lines_of(words: Sequence[Word]) -> list[Line]:
    """Return a page's lines from top to bottom: words are on one line where at least half their height overlaps."""
    groups: list[list[Word]] = []
    for word in sorted(words, key=lambda each: (each.top + each.bottom, each.x0)):
        group = groups[-1] if groups else None
        if group and _is_beside(group, word):
            group.append(word)
        else:
            groups.append([word])
    return [
        Line(
            group[0].page,
            tuple(sorted(group, key=lambda each: each.x0)),
            min(each.top for each in group),
            max(each.bottom for each in group),
        )
        for group in groups
    ]


def _is_beside(group: Sequence[Word], word: Word) -> bool:
    one = group[-1]
    shared = min(one.bottom, word.bottom) - max(one.top, word.top)
    middle = abs((one.top + one.bottom) - (word.top + word.bottom)) / 2
    return shared >= 0.5 * min(one.height, word.height) and middle <= 0.4 * min(one.height, word.height)


def cells_of(words: Sequence[Word]) -> list[Cell]:
    """Return the words of a line as cells, split where the gap is wider than a space."""
    found: list[Cell] = []
    for word in words:
        if found and word.x0 - found[-1].x1 <= _CELL_GAP * word.height:
            last = found[-1]
            found[-1] = Cell(f"{last.text} {word.text}", last.x0, max(last.x1, word.x1))
        else:
            found.append(Cell(word.text, word.x0, word.x1))
    return found


def money_of(words: Sequence[Word]) -> list[Money]:
    """Return the amounts among a line's words; a bare whole number is one that is not sure."""
    found: list[Money] = []
    at = 0
    while at < len(words):
        money = _money_at(words, at)
        if money:
            found.append(money)
            at = money.after
        else:
            at += 1
    return found


def _money_at(words: Sequence[Word], first: int) -> Money | None:
    """Return the longest amount that begins with a word: sign or currency, digits in groups, sign or currency."""
    at = first
    parts = [words[at].text]
    if _is_prefix(parts[0]) and at + 1 < len(words) and _near(words, at, _SIGN_GAP):
        at += 1
        parts.append(words[at].text)
        if _is_prefix(parts[-1]) and at + 1 < len(words) and _near(words, at, _SIGN_GAP):
            at += 1
            parts.append(words[at].text)
    if not any(mark.isdigit() for mark in parts[-1]):
        return None
    if _NUMBER_START.fullmatch(parts[-1]):
        while at + 1 < len(words) and _NUMBER_REST.fullmatch(words[at + 1].text) and _near(words, at, _NUMBER_GAP):
            at += 1
            parts.append(words[at].text)
    best: Money | None = None
    for extra in range(3):
        end = at + extra
        if extra:
            if end >= len(words) or not _near(words, end - 1, _SIGN_GAP):
                break
            if not (_TRAILING.fullmatch(words[end].text) or is_currency_text(words[end].text)):
                break
            parts.append(words[end].text)
        text = " ".join(parts)
        if _is_amount(text):
            best = _as_money(text, words, first, end + 1)
    return best


def _is_prefix(text: str) -> bool:
    return len(text) <= 4 and bool(_LEADING.fullmatch(text) or (is_currency_text(text) and not text.isdigit()))


def _near(words: Sequence[Word], at: int, gap: float) -> bool:
    return words[at + 1].x0 - words[at].x1 <= gap * words[at].height


def _is_amount(text: str) -> bool:
    return len(text) <= 40 and text[-1] not in ".," and amount_column([text]).is_amounts


def _as_money(text: str, words: Sequence[Word], first: int, after: int) -> Money:
    last = words[after - 1]
    digits = next(
        (at for at in range(after - 1, first - 1, -1) if any(mark.isdigit() for mark in words[at].text)), first
    )
    word = words[digits]
    trailing = _DIGIT_END.search(word.text)
    behind = len(trailing["rest"]) if trailing else 0
    right = word.x1 - behind * (word.x1 - word.x0) / max(1, len(word.text))
    shape = read_shape(text.translate(_SHAPED)) or read_shape(amount_column([text]).shapes[0])
    is_sure = bool(shape and (shape.has_mark or shape.affix)) and last.x1 > words[first].x0
    return Money(text, first, after, words[first].x0, right, is_sure)
