"""What the child process does to show a page of a PDF: draw it. Runs inside :mod:`ledgerflow.toolbox.child` only."""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import closing

import pypdfium2
from PIL import Image

__all__ = ["draw", "warm_up"]

_MOST_SCALE = 3.0
#: Pages are text in few colors: with a palette the picture is a third as large.
_COLORS = 64
_WRONG_PASSWORD = 4
_write_as = Image.Image.save


def warm_up() -> None:
    """Everything is imported already."""


def draw(content: bytes, request: Mapping[str, object]) -> Iterator[bytes]:
    """Yield what became of it as a line of JSON, then the page as PNG if there is one.

    ``request`` holds ``page`` (from 1) and ``longest_side`` in pixels. Outcomes: ``drawn`` (with ``width`` and
    ``height`` of the page in points, as it is shown, and ``pages``), ``none`` (there is no such page), ``protected`` by
    a password, and ``damaged``.
    """
    number, longest = int(str(request["page"])), int(str(request["longest_side"]))
    try:
        with closing(pypdfium2.PdfDocument(content)) as document:
            if not 1 <= number <= len(document):
                yield _outcome("none")
                return
            page = document[number - 1]
            width, height = page.get_size()
            scale = min(_MOST_SCALE, longest / max(width, height, 1.0))
            drawn = io.BytesIO()
            _write_as(page.render(scale=scale).to_pil().convert("RGB").quantize(_COLORS), drawn, "PNG")
            pages = len(document)
    except pypdfium2.PdfiumError as error:
        is_protected = getattr(error, "err_code", None) == _WRONG_PASSWORD or "password" in str(error).lower()
        yield _outcome("protected" if is_protected else "damaged")
    else:
        yield _outcome("drawn", width=width, height=height, pages=pages)
        yield drawn.getvalue()


def _outcome(outcome: str, **facts: float) -> bytes:
    return json.dumps({"outcome": outcome, **facts}).encode("ascii") + b"\n"
