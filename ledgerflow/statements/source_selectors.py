"""What stands at a place of a file: the page with its box, the lines of text, the element, the row.

What is not plain text is opened in a child process with limits, and what comes of it is cached: a file never changes.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledgerflow.core import cached
from ledgerflow.documents.excerpt import ExcerptLine, shown
from ledgerflow.documents.models import Document
from ledgerflow.documents.page_images import Box, DrawnPage, PageError, Word, drawn_page
from ledgerflow.documents.selectors import DocumentDamagedError, content
from ledgerflow.statements.page_selectors import record_excerpt
from ledgerflow.statements.reading import show_place
from ledgerflow.toolbox.selectors import enabled_readers

_LONGEST_CELL = 200
_NOT_SHOWN = "What stands there cannot be shown; download the file to look at it."


@dataclass(frozen=True, slots=True)
class PageSource:
    """A page as it is drawn, its number, and the box of the line."""

    number: int
    drawn: DrawnPage
    box: Box | None

    @property
    def words(self) -> list[Word]:
        """The words of the line."""
        return [word for word in self.drawn.words if self.box is not None and word.is_within(self.box)]

    @property
    def previous(self) -> int | None:
        """The page before, if any."""
        return self.number - 1 if self.number > 1 else None

    @property
    def following(self) -> int | None:
        """The page after, if any."""
        return self.number + 1 if self.number < self.drawn.pages else None


@dataclass(frozen=True, slots=True)
class RowSource:
    """A row of a sheet as it is shown."""

    number: int
    cells: tuple[str, ...]
    is_marked: bool


@dataclass(frozen=True, slots=True)
class Source:
    """What stands at the place, in one of three shapes; ``damage`` says why nothing can be shown."""

    lines: Sequence[ExcerptLine] = ()
    rows: Sequence[RowSource] = ()
    page: PageSource | None = None
    damage: str = ""


def source_at(*, document: Document, place: Mapping[str, Any]) -> Source:
    """Return what stands at a place of the document, as readers name places. Never raises for what the file holds."""
    try:
        if place.get("page"):
            return Source(page=_page(document, place))
        if place.get("row") or place.get("xpath"):
            found = _excerpt(document, place)
            if found is not None:
                return found
        if place.get("line"):
            original = content(document)
            return Source(
                lines=record_excerpt(
                    document=document, original=original, line=place["line"], last=place.get("last")
                )
            )
    except (PageError, DocumentDamagedError) as error:
        return Source(damage=str(error))
    return Source(damage=_NOT_SHOWN)


def _page(document: Document, place: Mapping[str, Any]) -> PageSource:
    number = int(place["page"])
    return PageSource(number, drawn_page(document=document, page=number), Box.around(place.get("box")))


def _excerpt(document: Document, place: Mapping[str, Any]) -> Source | None:
    asked = {name: place[name] for name in ("sheet", "row", "xpath") if name in place}
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    version = f"{document.sha256}-{digest}"
    found = cached.peek(cached.EXCERPTS, book_id=document.book_id, version=version)
    if found is None:
        found = show_place(
            content=content(document), name=document.name, place=asked, readers=enabled_readers()
        )
        if found is None:
            return None
        cached.keep(cached.EXCERPTS, book_id=document.book_id, version=version, value=found)
    rows = [
        (number, cells, number in found["marked"])
        for number, cells in zip(found["numbers"], found["rows"], strict=True)
    ]
    if "row" in asked:
        return Source(
            rows=[
                RowSource(number, tuple(shown(cell, _LONGEST_CELL) for cell in cells), is_marked)
                for number, cells, is_marked in rows
            ]
        )
    return Source(lines=[ExcerptLine(number, shown(cells[0]), marked) for number, cells, marked in rows])
