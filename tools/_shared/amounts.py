"""Amounts as banks print them, read by column: the decimal mark is settled by all rows, never by one cell.

Every decision is made on *shapes* (the cell with the digits 1 to 9 replaced by 9): a column of a million cells has
a few hundred shapes at most.
"""
# ruff: noqa: RUF001 - the characters that banks print are the subject, look-alikes among them

import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

from tools._shared.currencies import is_currency_text

Mark = Literal[".", ","]
MARKS: tuple[Mark, ...] = (".", ",")

_LONGEST_CELL = 48
_SEPARATOR = "\x1f"
#: The digits 0 to 9 of scripts in which banks print amounts, and the Arabic marks of decimals and thousands.
_DIGITS = ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "０１２３４５６７８９", "०१२३४५६७८९")
_ARABIC_POINT, _ARABIC_COMMA = "٫", "٬"
_SHAPE = str.maketrans(
    {
        **dict.fromkeys("12345678", "9"),
        **{digit: "9" if value else "0" for digits in _DIGITS for value, digit in enumerate(digits)},
        _ARABIC_POINT: ".",
        _ARABIC_COMMA: ",",
        **dict.fromkeys("−–—﹣－", "-"),
        **dict.fromkeys("\u00a0\u202f\u2009\u2007\u2008\t", " "),
        **dict.fromkeys("’ʼ`´", "'"),
        **dict.fromkeys(
            "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff", None
        ),
        "＋": "+",
    }
)
_AFFIX = r"(?:[^\W\d_]{1,4}\.?|[^\W\d_]{0,2}[$€£¥￥₹₽₺₴₩₪฿₫₱₦₸₾₨]|[^\W\d_]\.[^\W\d_]\.?|S/)"
_CELL = re.compile(
    rf"(?P<open>\()?\s*(?P<first>[-+])?\s*(?P<before>{_AFFIX})?\s*(?P<second>[-+])?\s*"
    rf"(?P<number>[09][09., ']*(?<! )|[.,][09]+)"
    rf"\s*(?P<third>[-+])?\s*(?P<after>{_AFFIX})?\s*(?P<mark>[A-Za-z]{{1,2}}\.?)?\s*(?P<close>\))?"
)
_POINT = re.compile(
    r"[09]+(?:\.[09]*)?|\.[09]+|9[09]{0,2}(?P<group>[,' ])[09]{3}(?:(?P=group)[09]{3})*(?:\.[09]+)?"
)
_INDIAN = re.compile(r"9[09]?(?:,[09]{2})+,[09]{3}(?:\.[09]+)?")
_SWAP = str.maketrans(".,", ",.")
_IN_MARKS = frozenset({"cr", "c", "h"})
_OUT_MARKS = frozenset({"dr", "db", "d", "s"})
BLANKS = frozenset({"", "-", "--", "---", "n/a", "N/A", "na", "null", "NULL"})
"""Cells that state nothing where an amount could stand."""
#: Shapes of cells that Decimal reads as they stand.
_LITERAL = re.compile(r"[-+]?[09]+(?:\.[09]+)?")


@dataclass(frozen=True, slots=True)
class Shape:
    """How one shape is written: its possible decimal marks, sign, in/out letters and currency text."""

    marks: frozenset[Mark]
    sign: Literal["", "+", "-"]
    letters: Literal["", "in", "out"]
    affix: str
    has_mark: bool


@dataclass(frozen=True, slots=True)
class AmountColumn:
    """What the cells of one column have in common, before the decimal mark is settled."""

    cells: Sequence[str]
    known: dict[str, Shape]
    marks: frozenset[Mark]
    filled: int
    bad: int

    @property
    def shapes(self) -> list[str]:
        """The shape of each cell."""
        return _shapes(self.cells)

    @property
    def is_amounts(self) -> bool:
        """Whether there are cells and each of them is an amount under one decimal mark."""
        return self.filled > 0 and self.bad == 0 and bool(self.marks)

    @property
    def is_mark_open(self) -> bool:
        """Whether cells such as 4,884 leave open what is the decimal mark."""
        return len(self.marks) > 1 and any(shape.has_mark for shape in self.known.values())

    @property
    def is_signed(self) -> bool:
        """Whether any cell prints a minus, a plus, parentheses or in/out letters."""
        return any(shape.sign or shape.letters for shape in self.known.values())

    @property
    def has_money_marks(self) -> bool:
        """Whether a cell has decimals, thousands marks or a currency: more than a bare whole number."""
        return any(shape.has_mark or shape.affix for shape in self.known.values())

    @property
    def affixes(self) -> set[str]:
        """The currency texts beside the numbers."""
        return {shape.affix for shape in self.known.values() if shape.affix}

    def first_bad(self) -> int | None:
        """Return the index of the first cell that is no amount."""
        return next(
            (
                at
                for at, shape in enumerate(self.shapes)
                if shape not in self.known and self.cells[at] not in BLANKS
            ),
            None,
        )

    def values(self, mark: Mark) -> list[Decimal | None]:
        """Return the amounts exactly as stated; ``None`` where the cell is empty or no amount.

        A column that marks only money in ("12.00 CR") means the others as money out, and the reverse.
        """
        is_full = self.filled == len(self.cells) and not self.bad
        if mark == "." and is_full and all(map(_LITERAL.fullmatch, self.known)):
            with suppress(InvalidOperation):  # a shape does not tell a minus from a dash
                return list(map(Decimal, self.cells))
        letters = {shape.letters for shape in self.known.values()}
        unmarked = "-" if letters == {"", "in"} else ""
        other = "," if mark == "." else "."
        table = {**_REMOVED, ord(other): None, ord(mark): "."}
        table |= {ord(_ARABIC_POINT): table[ord(".")], ord(_ARABIC_COMMA): table[ord(",")]}
        plain = {text for text, shape in self.known.items() if not unmarked and _is_plain(text, shape)}
        if is_full and len(plain) == len(self.known):
            texts = _SEPARATOR.join(self.cells).translate(table).split(_SEPARATOR)
            if len(texts) == len(self.cells):
                return list(map(Decimal, texts))
        values: list[Decimal | None] = []
        for cell, text in zip(self.cells, self.shapes, strict=True):
            shape = self.known.get(text)
            if shape is None:
                values.append(None)
            elif text in plain:
                values.append(Decimal(cell.translate(table)))
            else:
                match = _CELL.fullmatch(text)
                number = _readable(cell)[match.start("number") : match.end("number")] if match else ""
                values.append(Decimal(_sign(shape, unmarked) + number.translate(table)))
        return values


def _is_plain(text: str, shape: Shape) -> bool:
    """Whether a number stands alone or behind its sign, so that taking out its thousands marks leaves a literal."""
    return not shape.letters and not shape.affix and not text.endswith("-") and "(" not in text


_READABLE = {key: value for key, value in _SHAPE.items() if not chr(key).isdigit()}
_REMOVED: dict[int, str | int | None] = {
    **dict.fromkeys(_READABLE),
    **dict.fromkeys(map(ord, "+' ")),
    **dict.fromkeys(map(ord, "−–—﹣－"), "-"),
}


def _readable(cell: str) -> str:
    """Return the cell character by character as its shape stands, with its own digits."""
    return cell.translate(_READABLE)


def _sign(shape: Shape, unmarked: str) -> str:
    if shape.letters:
        return {"in": "", "out": "-"}[shape.letters]
    return "-" if shape.sign == "-" else unmarked


def _marks(number: str) -> frozenset[Mark]:
    found: set[Mark] = set()
    if _POINT.fullmatch(number) or _INDIAN.fullmatch(number):
        found.add(".")
    swapped = number.translate(_SWAP)
    if _POINT.fullmatch(swapped) or _INDIAN.fullmatch(swapped):
        found.add(",")
    return frozenset(found)


def read_shape(text: str) -> Shape | None:
    """Return how a shape is written, or ``None`` when it is no amount."""
    match = _CELL.fullmatch(text) if len(text) <= _LONGEST_CELL else None
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    printed = [sign for sign in (match["first"], match["second"], match["third"]) if sign]
    if len(printed) + bool(match["open"]) > 1:
        return None
    affixes = [affix for affix in (match["before"], match["after"]) if affix]
    letters = (match["mark"] or "").rstrip(".").casefold()
    if not letters and len(affixes) == 1 and match["after"]:
        candidate = affixes[0].rstrip(".").casefold()
        if candidate in _IN_MARKS | _OUT_MARKS:
            letters, affixes = candidate, []
    if letters and letters not in _IN_MARKS | _OUT_MARKS:
        return None
    if not all(is_currency_text(affix) for affix in affixes) or (letters and printed):
        return None
    number = match["number"]
    marks = _marks(number)
    if not marks:
        return None
    return Shape(
        marks=marks,
        sign="-" if match["open"] or printed == ["-"] else "+" if printed else "",
        letters="" if not letters else "in" if letters in _IN_MARKS else "out",
        affix=affixes[0] if affixes else "",
        has_mark="." in number or "," in number,
    )


def amount_column(cells: Sequence[str]) -> AmountColumn:
    """Look at all cells of a column together."""
    shapes = _shapes(cells)
    known: dict[str, Shape] = {}
    marks: frozenset[Mark] = frozenset({".", ","})
    once = set(shapes)
    bad, blank = set[str](), BLANKS.intersection(once)
    for text in once - blank:
        shape = read_shape(text)
        if shape is None:
            bad.add(text)
        else:
            known[text] = shape
            marks &= shape.marks
    counts = Counter(shapes) if bad or blank else {}
    filled = len(cells) - sum(counts[text] for text in blank)
    return AmountColumn(cells, known, marks, filled, sum(counts[text] for text in bad))


def _shapes(cells: Sequence[str]) -> list[str]:
    shapes = _SEPARATOR.join(cells).translate(_SHAPE).split(_SEPARATOR)
    if len(shapes) != len(cells):  # a cell holds the separator itself
        return [cell.translate(_SHAPE).replace(_SEPARATOR, "?") for cell in cells]
    return shapes


def settle_mark(columns: Sequence[AmountColumn]) -> Mark | None:
    """Return the decimal mark that every column allows; ``None`` when the columns leave it open or disagree.

    Whole numbers everywhere leave nothing open: the point is returned.
    """
    allowed: set[Mark] = {".", ","}
    for column in columns:
        allowed &= column.marks
    if len(allowed) == 1:
        return allowed.pop()
    return "." if allowed and not any(column.is_mark_open for column in columns) else None


def single_amount(text: str) -> Decimal | None:
    """Return the amount of a lone cell where its decimal mark is certain, else ``None``."""
    column = amount_column([text.strip()])
    if not column.is_amounts or column.is_mark_open:
        return None
    return column.values(settle_mark([column]) or ".")[0]
