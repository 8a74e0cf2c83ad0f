"""What the child process does to show a page of a PDF, or a picture of one: draw it.

Runs inside :mod:`ledgerflow.toolbox.child` only.
"""

import io
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import closing

import pypdfium2
from PIL import Image

from tools._shared.pictures import PictureRefusedError, as_document, is_picture

__all__ = ["draw", "warm_up"]

_MOST_SCALE = 3.0
#: Of a picture; its page is a picture again.
_LONGEST_SIDE = 2_600
#: Pages are text in few colors: with a palette the picture is a third as large.
_COLORS = 64
_WRONG_PASSWORD = 4
#: A page with more has no words that can be chosen.
_MOST_CHARACTERS = 30_000
_WORD = re.compile(r"[^\s\0\ufffe]+")
_write_as = Image.Image.save


def warm_up() -> None:
    """Everything is imported already."""


def draw(content: bytes, request: Mapping[str, object]) -> Iterator[bytes]:
    """Yield what became of it as a line of JSON, then the page as PNG if there is one.

    ``request`` holds ``page`` (from 1) and ``longest_side`` in pixels. Outcomes: ``drawn`` (with ``width`` and
    ``height`` of the page in points, as it is shown, ``pages``, and its ``words``, each with left, top, right and
    bottom; none of a page that is shown turned or is a picture), ``none`` (there is no such page), ``protected`` by a
    password, and ``damaged``.
    """
    number, longest = int(str(request["page"])), int(str(request["longest_side"]))
    try:
        with closing(pypdfium2.PdfDocument(_as_pdf(content))) as document:
            if not 1 <= number <= len(document):
                yield _outcome("none")
                return
            page = document[number - 1]
            width, height = page.get_size()
            scale = min(_MOST_SCALE, longest / max(width, height, 1.0))
            drawn = io.BytesIO()
            _write_as(page.render(scale=scale).to_pil().convert("RGB").quantize(_COLORS), drawn, "PNG")
            words = _words(page)
            pages = len(document)
    except PictureRefusedError:
        yield _outcome("damaged")
    except pypdfium2.PdfiumError as error:
        is_protected = getattr(error, "err_code", None) == _WRONG_PASSWORD or "password" in str(error).lower()
        yield _outcome("protected" if is_protected else "damaged")
    else:
        yield _outcome("drawn", width=width, height=height, pages=pages, words=words)
        yield drawn.getvalue()


def _as_pdf(content: bytes) -> bytes:
    return as_document(content, longest_side=_LONGEST_SIDE) if is_picture(content) else content


def _words(page: pypdfium2.PdfPage) -> list[tuple[str, float, float, float, float]]:
    """Return the words; none where their places are not sure, because a page is looked at without them, too."""
    left, _, _, top = page.get_cropbox()
    try:
        with closing(page.get_textpage()) as layer:
            count = layer.count_chars()
            text = layer.get_text_range() if 0 < count <= _MOST_CHARACTERS and not page.get_rotation() else ""
            # PDFium leaves some characters out of the text, and counts those beyond 16 bits twice: places would be
            # those of other words.
            if len(text) != count or any(character > "\uffff" for character in text):
                return []
            return [(found[0], *_around(layer, found, left, top)) for found in _WORD.finditer(text)]
    except pypdfium2.PdfiumError:
        return []


def _around(
    layer: pypdfium2.PdfTextPage, found: re.Match[str], left: float, top: float
) -> tuple[float, float, float, float]:
    """Return the place of a word, by its first and its last character."""
    boxes = [layer.get_charbox(at, loose=True) for at in (found.start(), found.end() - 1)]
    return (
        min(box[0] for box in boxes) - left,
        top - max(box[3] for box in boxes),
        max(box[2] for box in boxes) - left,
        top - min(box[1] for box in boxes),
    )


def _outcome(outcome: str, **facts: object) -> bytes:
    return json.dumps({"outcome": outcome, **facts}).encode("ascii") + b"\n"
