"""Words become lines, lines become cells: by where they stand, never by their order in the file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from tools._shared.amounts import amount_column
from tools._shared.currencies import is_currency_text
from tools.pdf_statement._document import Word

_CELL_GAP = 0.6
_LONGEST = 40
_NUMBER_GAP = 0.45
_SIGN_GAP = 1.3
_NUMBER_START = re.compile(r"[-+(]?\d{1,3}")
_NUMBER_REST = re.compile(r"\d{3}(?:[.,]\d{2})?[-+)]?|\d{3}")
_SHAPED = str.maketrans("12345678", "99999999")
_TRAILING = re.compile(r"(?:-|\+|CR\.?|DR\.?|Cr\.?|Dr\.?|[CDSH])", re.ASCII)
_LEADING = re.compile("[-+\u2212\u2013]")
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
        text = words[at].text
        money = _money_at(words, at) if text[-1].isdigit() or len(text) <= 4 or _holds_digit(text) else None
        if money:
            found.append(money)
            at = money.after
        else:
            at += 1
    return found


def _holds_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _money_at(words: Sequence[Word], first: int) -> Money | None:
    """Return the longest amount that begins with a word: sign or currency, digits in groups, sign or currency."""
    at, last = first, len(words) - 1
    text = words[at].text
    for _ in range(2):
        if (
            at < last
            and not text[-1].isdigit()
            and _is_prefix(words[at].text)
            and _near(words, at, _SIGN_GAP)
        ):
            at += 1
            text = f"{text} {words[at].text}"
    digits = words[at].text
    if not _holds_digit(digits):
        return None
    if len(digits) <= 4 and _NUMBER_START.fullmatch(digits):
        while at < last and _NUMBER_REST.fullmatch(words[at + 1].text) and _near(words, at, _NUMBER_GAP):
            at += 1
            text = f"{text} {words[at].text}"
    best = _as_money(text, words, first, at + 1)
    while at < last and len(words[at + 1].text) <= 4 and _near(words, at, _SIGN_GAP):
        after = words[at + 1].text
        if not (_TRAILING.fullmatch(after) or is_currency_text(after)):
            break
        at += 1
        text = f"{text} {after}"
        best = _as_money(text, words, first, at + 1) or best
    return best


def _is_prefix(text: str) -> bool:
    return len(text) <= 4 and bool(
        _LEADING.fullmatch(text) or (is_currency_text(text) and not text.isdigit())
    )


def _near(words: Sequence[Word], at: int, gap: float) -> bool:
    return words[at + 1].x0 - words[at].x1 <= gap * words[at].height


@lru_cache(maxsize=8192)
def _known(shape: str) -> bool | None:
    """Return whether a shape is surely an amount, ``None`` when it is none."""
    looked = amount_column([shape])
    if not looked.is_amounts:
        return None
    return looked.has_money_marks


def _as_money(text: str, words: Sequence[Word], first: int, after: int) -> Money | None:
    if len(text) > _LONGEST or text[-1] in ".,":
        return None
    is_sure = _known(text.translate(_SHAPED))
    if is_sure is None:
        return None
    digits = next((at for at in range(after - 1, first - 1, -1) if _holds_digit(words[at].text)), first)
    word = words[digits]
    trailing = _DIGIT_END.search(word.text)
    behind = len(trailing["rest"]) if trailing else 0
    right = word.x1 - behind * (word.x1 - word.x0) / max(1, len(word.text))
    return Money(text, first, after, words[first].x0, right, is_sure)
