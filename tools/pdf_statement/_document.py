"""The words of a PDF and where they stand, through PDFium. Only ever called in the child process of the sandbox."""

import ctypes
from collections.abc import Iterator
from typing import NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from tools.contract import StatementRefusedError

MOST_PAGES = 1_000
_MOST_CHARACTERS = 5_000_000
_LEAST_HEIGHT = 3.0
_WRONG_PASSWORD = 4
_UPRIGHT, _QUARTER, _UPSIDE_DOWN = 0, 1, 2


class Word(NamedTuple):
    """A word in points from the top left of its page, as the page is shown."""

    page: int
    text: str
    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def height(self) -> float:
        """The height of its line of type."""
        return self.bottom - self.top


class Page(NamedTuple):
    """A page's words in the order of the file, and whether it shows pictures."""

    words: list[Word]
    has_pictures: bool


def read_pages(content: bytes, password: str | None) -> list[Page]:
    """Return the pages of a document.

    Raises:
        StatementRefusedError: The document is damaged, needs a password or is too long.
    """
    document = _open(content, password)
    try:
        if len(document) > MOST_PAGES:
            raise StatementRefusedError(f"The PDF has more than {MOST_PAGES:,} pages. Give a shorter period.")
        return list(_pages(document))
    except pdfium.PdfiumError as error:
        raise StatementRefusedError("A page of the PDF is damaged. Download it again.") from error
    finally:
        document.close()


def _pages(document: pdfium.PdfDocument) -> Iterator[Page]:
    left = _MOST_CHARACTERS
    for number in range(len(document)):
        page, count = _page(document, number, left)
        left -= count
        yield page


def _open(content: bytes, password: str | None) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(content, password=password)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) != _WRONG_PASSWORD and "password" not in str(error).lower():
            raise StatementRefusedError("The PDF is damaged or cut off. Download it again.") from error
        if password is None:
            raise StatementRefusedError(
                "The PDF is protected by a password. Give the password together with the file; it is kept nowhere."
            ) from error
        raise StatementRefusedError(
            "The password does not open the PDF. Give the one that the bank uses."
        ) from error


def _page(document: pdfium.PdfDocument, number: int, left: int) -> tuple[Page, int]:
    page = document[number]
    text_page = page.get_textpage()
    try:
        count = text_page.count_chars()
        if count > left:
            raise StatementRefusedError("The PDF holds more text than any statement. Give a shorter period.")
        text = text_page.get_text_range() if count else ""
        found = list(_words(text_page, page, number + 1, text)) if text else []
        pictures = not found and any(
            each.type == pdfium_c.FPDF_PAGEOBJ_IMAGE for each in page.get_objects(max_depth=3)
        )
        return Page(found, pictures), count
    finally:
        text_page.close()
        page.close()


def _words(text_page: pdfium.PdfTextPage, page: pdfium.PdfPage, number: int, text: str) -> Iterator[Word]:
    """Yield the words; only the first and last character of each is asked for its place, which makes it fast."""
    box = pdfium_c.FS_RECTF()
    where = ctypes.byref(box)
    ask = pdfium_c.FPDFText_GetLooseCharBox
    raw = text_page.raw
    left, bottom, right, top = page.get_cropbox()
    turn = (page.get_rotation() // 90) % 4
    beyond = any(character > "\uffff" for character in text)
    start = -1
    at = begin = 0
    for position, character in enumerate(f"{text} "):
        if character.isspace() or character in "\0\ufffe":
            if start >= 0:
                word = text[begin:position]
                ask(raw, start, where)
                x0, y0, x1, y1 = box.left, box.bottom, box.right, box.top
                if position - begin > 1:
                    ask(raw, at - 1, where)
                    x0, y0, x1, y1 = (
                        min(x0, box.left),
                        min(y0, box.bottom),
                        max(x1, box.right),
                        max(y1, box.top),
                    )
                sides = _turned(turn, (x0 - left, top - y1, x1 - left, top - y0), right - left, top - bottom)
                if sides[3] - sides[1] >= _LEAST_HEIGHT and sides[2] > sides[0]:
                    yield Word(number, word, *sides)
                start = -1
        elif start < 0:
            start, begin = at, position
        at += 2 if beyond and character > "\uffff" else 1


def _turned(
    turn: int, sides: tuple[float, float, float, float], width: float, height: float
) -> tuple[float, float, float, float]:
    """Return a box as it stands on the page that is shown turned clockwise by so many quarters."""
    x0, top, x1, bottom = sides
    if turn == _UPRIGHT:
        return sides
    if turn == _QUARTER:
        return height - bottom, x0, height - top, x1
    if turn == _UPSIDE_DOWN:
        return width - x1, height - bottom, width - x0, height - top
    return top, width - x1, bottom, width - x0
