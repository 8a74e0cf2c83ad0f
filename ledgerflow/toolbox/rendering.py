"""What the child process does to show a page of a PDF: draw it. Runs inside :mod:`ledgerflow.toolbox.child` only."""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import closing

import pypdfium2

__all__ = ["draw", "warm_up"]

_MOST_SCALE = 3.0


def warm_up() -> None:
    """Everything is imported already."""


def draw(content: bytes, request: Mapping[str, object]) -> Iterator[bytes]:
    """Yield what became of it as a line of JSON, then the page as PNG if there is one.

    ``request`` holds ``page`` (from 1) and ``longest_side`` in pixels. Outcomes: ``drawn``, ``none`` (there is no such
    page) and ``damaged`` (or protected).
    """
    number, longest = int(str(request["page"])), int(str(request["longest_side"]))
    try:
        with closing(pypdfium2.PdfDocument(content)) as document:
            if not 1 <= number <= len(document):
                yield _outcome("none")
                return
            page = document[number - 1]
            scale = min(_MOST_SCALE, longest / max(*page.get_size(), 1.0))
            drawn = io.BytesIO()
            page.render(scale=scale).to_pil().convert("RGB").save(drawn, "PNG")
    except pypdfium2.PdfiumError:
        yield _outcome("damaged")
    else:
        yield _outcome("drawn")
        yield drawn.getvalue()


def _outcome(outcome: str) -> bytes:
    return json.dumps({"outcome": outcome}).encode("ascii") + b"\n"
