"""The words of a PDF that holds pictures of pages: recognized, and only where the recognizer is sure of every digit."""

from collections.abc import Iterator
from contextlib import closing

import pypdfium2 as pdfium
from PIL.Image import Image

from tools._shared.recognition import Recognized, recognize
from tools.contract import StatementRefusedError
from tools.pdf_statement._document import Page, Word

#: More pages cannot be recognized in the time that a file has.
MOST_SCANNED = 12
_SCALE = 200 / 72
LONGEST_SIDE = 2_600
#: A digit that the recognizer is less sure of may be another one, and not all that is read is proved by sums.
_LEAST_SURE = 0.9


def recognize_pages(content: bytes) -> list[Page]:
    """Return the pages with the words that are recognized in them.

    Raises:
        StatementRefusedError: There are too many pages, one is damaged, or a number is not sure.
    """
    try:
        with closing(pdfium.PdfDocument(content)) as document:
            if len(document) > MOST_SCANNED:
                raise StatementRefusedError(
                    f"The PDF was scanned and has more than {MOST_SCANNED} pages, too many to recognize. Split it, or "
                    "ask the bank for the same statement as CSV, OFX or CAMT."
                )
            sizes = [page.get_size() for page in document]
            pages: list[list[Word]] = [[] for _ in sizes]
            for found in recognize(_pictures(document), is_upright=True):
                _refuse_unsure(found)
                pages[found.number - 1].extend(_words(found, *sizes[found.number - 1]))
    except pdfium.PdfiumError as error:
        raise StatementRefusedError("A page of the PDF is damaged. Scan it again.") from error
    return [Page(words, has_pictures=True) for words in pages]


def _pictures(document: pdfium.PdfDocument) -> Iterator[Image]:
    for page in document:
        scale = min(_SCALE, LONGEST_SIDE / max(page.get_size()))
        yield page.render(scale=scale).to_pil().convert("RGB")


def _refuse_unsure(found: Recognized) -> None:
    if found.score < _LEAST_SURE and any(character.isdigit() for character in found.text):
        raise StatementRefusedError(
            f"It was scanned or photographed, and “{found.text[:40]}” on page {found.number} may be something else. "
            "Scan it with 300 dots an inch, straight and without shadows, or ask the bank for it as CSV, OFX or CAMT."
        )


def _words(found: Recognized, width: float, height: float) -> Iterator[Word]:
    """Yield the words of a run, each with its share of the run's width by its letters."""
    letter = (found.right - found.left) / len(found.text)
    at = 0
    for text in found.text.split(" "):
        left = found.left + at * letter
        yield Word(
            found.number,
            text,
            left * width,
            found.top * height,
            (left + len(text) * letter) * width,
            found.bottom * height,
        )
        at += len(text) + 1
