"""Reads the text inside the boxes of lines anew, by PDFium alone, and holds it against what was stored.

Nothing of the reader is used but its table of months: whoever looks at the box must find amount and date there.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pypdfium2

from tools._shared.dates import MONTH_BY_NAME, fold

_SLACK = 0.5
_LONGEST_AMOUNT = 4
#: A day with its month, in numbers or with a name.
_DATED = re.compile(
    r"\b\d{1,2}(?:[/-]\d|\.\d{1,2}\.)|\b\d{1,2}\.?[ -]?[^\W\d_]{3,9}\b|\b[^\W\d_]{3,9}\.? \d{1,2}\b"
)
_LETTERS = re.compile(r"[^\W\d_]+")


class Reread(NamedTuple):
    """A line, and whether its box holds its amount and its date."""

    line: object
    text: str
    has_amount: bool
    has_date: bool

    @property
    def agrees(self):
        return self.has_amount and self.has_date


def reread(content, reading, password=None) -> Iterator[Reread]:
    """Yield each line of the reading with what its box says.

    Where banks print a date once for several rows, the rows below hold none; their date is that of the line before.
    """
    document = pypdfium2.PdfDocument(content, password=password)
    pages = {}
    for statement in reading.statements:
        before = None
        for line in sorted(statement.lines, key=lambda line: (line.place["page"], line.place["box"][1])):
            number = line.place["page"]
            if number not in pages:
                pages[number] = list(_pieces(document[number - 1]))
            text = _text(pages[number], line.place["box"])
            is_below = before == line.date and not _DATED.search(text)
            yield Reread(
                line, text, _holds_amount(text, line.amount), is_below or _holds_date(text, line.date)
            )
            before = line.date


def _pieces(page):
    """Yield what PDFium takes for a piece of a line of type, with its box from the top left."""
    text_page = page.get_textpage()
    x, _, _, high = page.get_cropbox()
    for at in range(text_page.count_rects()):
        left, bottom, right, top = text_page.get_rect(at)
        yield (
            text_page.get_text_bounded(left, bottom, right, top),
            (left - x, high - top, right - x, high - bottom),
        )


def _text(pieces, box):
    """The pieces whose middle stands in the box, from left to right."""
    left, top, right, bottom = box
    inside = [
        (x0, text)
        for text, (x0, y0, x1, y1) in pieces
        if left - _SLACK <= (x0 + x1) / 2 <= right + _SLACK
        and top - _SLACK <= (y0 + y1) / 2 <= bottom + _SLACK
    ]
    return "  ".join(" ".join(text.split()) for _, text in sorted(inside))


def _holds_amount(text, amount):
    """Whether words that follow each other have just the digits of the amount."""
    digits = re.sub(r"\D", "", f"{abs(amount):f}").lstrip("0")
    words = [re.sub(r"\D", "", word) for word in text.split()]
    runs = (
        "".join(words[at : at + length]).lstrip("0")
        for at in range(len(words))
        for length in range(1, _LONGEST_AMOUNT + 1)
    )
    return digits in set(runs)


def _holds_date(text, day):
    """Whether a day of the month stands beside its month, as a number or a name, in either order."""
    numbers = [
        (match[0], match.start()) for match in re.finditer(r"\d+", text) if len(match[0]) in {1, 2, 4, 6, 8}
    ]
    names = [(MONTH_BY_NAME.get(fold(match[0])), match.start()) for match in _LETTERS.finditer(text)]
    months = [at for number, at in numbers if len(number) <= 2 and int(number) == day.month]
    months += [at for month, at in names if month == day.month]
    days = [at for number, at in numbers if len(number) <= 2 and int(number) == day.day]
    together = {
        f"{day:%Y%m%d}",
        f"{day:%d%m%Y}",
        f"{day:%m%d%Y}",
        f"{day:%y%m%d}",
        f"{day:%d%m}",
        f"{day:%m%d}",
    }
    near = any(one != other and abs(one - other) <= _NEAR for one in months for other in days)
    return near or any(number in together for number, _ in numbers)


#: Letters between the beginnings of day and month: "September 3".
_NEAR = 12
