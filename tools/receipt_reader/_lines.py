"""Words with their places, gathered into lines from top to bottom."""

from collections.abc import Iterable
from dataclasses import dataclass

#: Of a longer line the rest is not looked at; no receipt is that wide.
_LONGEST_LINE = 400

#: Left, top, right, bottom in thousandths of the page, from its upper left corner.
Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or a run of words that was recognized as one."""

    text: str
    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class Spot:
    """A part of a line: which line, and from which to which character of its text."""

    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Line:
    """Words of one height, from left to right, with single spaces between them in ``text``."""

    page: int
    words: tuple[Word, ...]
    text: str

    def box_of(self, spot: Spot) -> Box:
        """Return the box around the words that the part of the text touches."""
        touched = []
        at = 0
        for word in self.words:
            if at < spot.end and at + len(word.text) > spot.start:
                touched.append(word.box)
            at += len(word.text) + 1
        lefts, tops, rights, bottoms = zip(*touched, strict=True)
        return min(lefts), min(tops), max(rights), max(bottoms)


def lines_of(words: Iterable[Word]) -> tuple[Line, ...]:
    """Gather words into lines: a word belongs to a line if its middle lies within the line's height."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda each: (each.page, each.box[1] + each.box[3], each.box[0])):
        row = rows[-1] if rows else []
        middle = (word.box[1] + word.box[3]) // 2
        if row and row[0].page == word.page and row[0].box[1] <= middle <= row[0].box[3]:
            row.append(word)
        else:
            rows.append([word])
    return tuple(_line(sorted(row, key=lambda each: each.box[0])) for row in rows)


def _line(row: list[Word]) -> Line:
    return Line(row[0].page, tuple(row), " ".join(word.text for word in row)[:_LONGEST_LINE])
