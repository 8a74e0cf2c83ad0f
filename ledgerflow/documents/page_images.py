"""Pages of PDFs as pictures. They are drawn in a child process with limits, never in this one, and cached."""

import json
import threading
from typing import Any, NamedTuple

from ledgerflow.core import cached
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.documents.models import Document
from ledgerflow.documents.selectors import content as content_of
from ledgerflow.toolbox.sandbox import Limits, Sandbox, SandboxError

_SANDBOX = Sandbox("ledgerflow.toolbox.rendering")
#: Somebody waits for the page, and others for their turn; a page takes a tenth of a second.
_LIMITS = Limits(memory_bytes=512 * 1024 * 1024, cpu_seconds=5, wall_seconds=8, output_bytes=16 * 1024 * 1024)
#: The scale: the longer side of a picture in pixels.
LONGEST_SIDE = 1_600
#: Points around the words of a line, so that the box does not touch them.
_MARGIN = 2.0
_SIDES = 4
#: A larger picture is drawn each time, so that a few scans cannot fill the cache.
_MOST_CACHED = 4 * 1024 * 1024
#: How long a page that could not be drawn is not tried again, so that a bad file does not keep the others waiting.
_PROBLEM_SECONDS = 60
#: Drawing takes a processor for a moment; whoever opens many pages waits for each other, and the rest goes on.
_ONE_AT_A_TIME = threading.Lock()


class PageError(LedgerFlowError):
    """The page cannot be shown."""


class Box(NamedTuple):
    """A box in points from the top left of its page, as the page is shown."""

    left: float
    top: float
    width: float
    height: float

    @classmethod
    def around(cls, sides: object) -> "Box | None":
        """Return the box a little outside of left, top, right and bottom; ``None`` where these are no four numbers."""
        if not isinstance(sides, list) or len(sides) != _SIDES:
            return None
        left, top, right, bottom = map(float, sides)
        return cls(
            left - _MARGIN,
            top - _MARGIN,
            max(right - left, 0) + 2 * _MARGIN,
            max(bottom - top, 0) + 2 * _MARGIN,
        )


class Word(NamedTuple):
    """A word of a page and where it stands, in points from the top left of the page."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """How wide it is."""
        return max(self.right - self.left, 0)

    @property
    def height(self) -> float:
        """How high it is."""
        return max(self.bottom - self.top, 0)

    def is_within(self, box: Box) -> bool:
        """Whether its middle is inside the box."""
        across, down = (self.left + self.right) / 2 - box.left, (self.top + self.bottom) / 2 - box.top
        return 0 <= across <= box.width and 0 <= down <= box.height


class DrawnPage(NamedTuple):
    """A page as PNG, its size in points as it is shown, how many pages the document has, and the words of this one."""

    picture: bytes
    width: float
    height: float
    pages: int
    words: tuple[Word, ...]


def drawn_page(*, document: Document, page: int) -> DrawnPage:
    """Return a page of the document, counted from 1; from the cache where it was drawn before.

    :raises PageError: there is no such page, or the file is damaged, protected, or too much to draw.
    :raises DocumentDamagedError: the stored file is missing or another one.
    """
    version = f"{document.sha256}-{page}-{LONGEST_SIDE}-words"
    found = cached.peek(cached.PAGES, book_id=document.book_id, version=version)
    if found is None:
        try:
            found = _draw(content_of(document), page)
        except PageError as error:
            found = str(error)
        if len(found[0]) <= _MOST_CACHED:
            seconds = _PROBLEM_SECONDS if isinstance(found, str) else None
            cached.keep(cached.PAGES, book_id=document.book_id, version=version, value=found, seconds=seconds)
    if isinstance(found, str):
        raise PageError(found)
    picture, width, height, pages, words = found
    return DrawnPage(picture, width, height, pages, tuple(Word(*each) for each in words))


def _draw(content: bytes, page: int) -> tuple[Any, ...]:
    """Return what :class:`DrawnPage` holds, as plain values for the cache."""
    request = {"page": page, "longest_side": LONGEST_SIDE}
    try:
        with _ONE_AT_A_TIME:
            lines = _SANDBOX.run("draw", content=content, request=request, limits=_LIMITS)
        said = json.loads(lines[0])
        outcome = said["outcome"]
    except (SandboxError, ValueError, IndexError):
        raise PageError(f"Page {page} cannot be drawn; download the file to look at it.") from None
    if outcome == "none":
        raise PageError(f"The file has no page {page}.")
    if outcome == "protected":
        raise PageError(
            "The PDF is protected by a password, which is kept nowhere, so its pages cannot be shown; download the "
            "file to look at it."
        )
    if outcome != "drawn":
        raise PageError("The PDF is damaged; download it to look at it.")
    return b"".join(lines[1:]), said["width"], said["height"], said["pages"], said["words"]
