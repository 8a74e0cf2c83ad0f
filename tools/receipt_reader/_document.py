"""From the bytes of a file to its lines: the text layer of a PDF, or what is recognized in a picture."""

import itertools
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Literal

import pypdfium2
from PIL import Image

from tools._shared.pictures import PictureRefusedError, is_picture, open_picture
from tools._shared.recognition import RecognizerMissingError, recognize
from tools.contract import ToolError
from tools.receipt_reader._lines import Line, Word, lines_of

_MOST_PAGES = 5
_MOST_WORDS = 5_000
_LONGEST_SIDE = 2_000
_LEAST_LETTERS = 20
_LEAST_SURE = 0.6
_THOUSAND = 1000
_NO_OCR = (
    "Reading a picture needs the extra ocr, which is not installed: pip install 'ledgerflow[ocr]'. A PDF with text is "
    "read without it."
)
_WORD = re.compile(r"\S+")


def read_lines(content: bytes) -> tuple[Literal["text layer", "OCR"], tuple[Line, ...]]:
    """Return how the file was read, and its lines.

    :raises ToolError: it is no PDF or picture, is protected, too large, or holds no text.
    """
    if content.lstrip()[:5] == b"%PDF-":
        words = list(itertools.islice(_pdf_words(content), _MOST_WORDS + 1))
        if len(words) > _MOST_WORDS:
            raise ToolError(f"The PDF has more than {_MOST_WORDS:,} words, so it is no receipt.")
        if sum(len(word.text) for word in words) >= _LEAST_LETTERS:
            return "text layer", lines_of(words)
        pictures = _pdf_pictures(content)
    else:
        pictures = iter([_picture(content)])
    lines = lines_of(_recognized(pictures))
    if not lines:
        raise ToolError("No text was recognized on the receipt; take the picture again in good light.")
    return "OCR", lines


@contextmanager
def _opened(content: bytes) -> Iterator[pypdfium2.PdfDocument]:
    try:
        with closing(pypdfium2.PdfDocument(content)) as document:
            if len(document) > _MOST_PAGES:
                raise ToolError(f"The PDF has {len(document)} pages; a receipt has {_MOST_PAGES} at most.")
            yield document
    except pypdfium2.PdfiumError as error:
        why = "protected by a password" if "password" in str(error).lower() else "damaged"
        raise ToolError(f"The PDF is {why}, so it cannot be read.") from None


def _pdf_words(content: bytes) -> Iterator[Word]:
    with _opened(content) as document:
        for number, page in enumerate(document, start=1):
            width, height = page.get_size()
            text_page = page.get_textpage()
            characters = text_page.count_chars()
            for match in _WORD.finditer(text_page.get_text_range()):
                boxes = [
                    text_page.get_charbox(at) for at in range(match.start(), min(match.end(), characters))
                ]
                if boxes:
                    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
                    left, right = min(lefts) / width, max(rights) / width
                    top, bottom = 1 - max(tops) / height, 1 - min(bottoms) / height
                    yield Word(match[0], number, _thousandths((left, top, right, bottom)))


def _pdf_pictures(content: bytes) -> Iterator[Image.Image]:
    with _opened(content) as document:
        for page in document:
            scale = min(3, _LONGEST_SIDE / max(page.get_size()))
            yield page.render(scale=scale).to_pil().convert("RGB")


def _picture(content: bytes) -> Image.Image:
    if not is_picture(content):
        raise ToolError("The file is neither a PDF nor a picture (PNG, JPEG, WebP).")
    try:
        return open_picture(content, longest_side=_LONGEST_SIDE)
    except PictureRefusedError as refusal:
        raise ToolError(str(refusal)) from None


def _recognized(pictures: Iterator[Image.Image]) -> Iterator[Word]:
    try:
        for found in recognize(pictures):
            if found.score >= _LEAST_SURE:
                box = (found.left, found.top, found.right, found.bottom)
                yield Word(found.text, found.number, _thousandths(box))
    except RecognizerMissingError:
        raise ToolError(_NO_OCR) from None


def _thousandths(box: tuple[Any, Any, Any, Any]) -> tuple[int, int, int, int]:
    left, top, right, bottom = (max(0, min(_THOUSAND, round(value * _THOUSAND))) for value in box)
    return left, top, right, bottom
