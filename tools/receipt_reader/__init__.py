"""What a receipt states: seller, date, total, tax and currency, each with its place on the page."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from tools.contract import Manifest, Permissions
from tools.receipt_reader._dates import find_date
from tools.receipt_reader._document import read_lines
from tools.receipt_reader._lines import Box, Line, Spot
from tools.receipt_reader._money import find_currency, find_tax, find_total
from tools.receipt_reader._seller import find_seller

__all__ = ["read_receipt"]

MANIFEST = Manifest(
    version="1.0.0",
    kind="receipt_reader",
    summary="Reads seller, date, total, tax and currency of a receipt: PDF, or a picture with the extra ocr.",
    permissions=Permissions(
        timeout_seconds=60,
        memory_bytes=1536 * 1024 * 1024,
        output_bytes=128 * 1024,
        calls_a_minute=60,
        calls_a_day=5_000,
    ),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where it stands: the page from 1 on, and left, top, right and bottom in thousandths of the page.

    ``line`` is the whole line as it was read.
    """

    page: int
    box: Box
    line: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text that the receipt states."""

    value: str
    place: Place


@dataclass(frozen=True, slots=True)
class Day:
    """A day that the receipt states."""

    value: date
    place: Place


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount that the receipt states, as printed; nothing is computed."""

    value: Decimal
    place: Place


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was found. ``None`` says that it is not stated or not sure; ``unsure`` says why, in sentences.

    ``read_by`` says whether the text stands in the file or was recognized in a picture, where letters can be mistaken.
    """

    read_by: Literal["text layer", "OCR"]
    seller: Text | None
    date: Day | None
    total: Amount | None
    tax: Amount | None
    currency: Text | None
    unsure: tuple[str, ...]


def read_receipt(
    content: Annotated[bytes, Field(description="The receipt: PDF, PNG, JPEG or WebP.")],
    *,
    home_currency: Annotated[
        str | None, Field(description="What a sign of several currencies means, such as USD for $.")
    ] = None,
    day_first: Annotated[
        bool | None, Field(description="Whether 04/05/2026 is the 4th of May; left out: it is unsure.")
    ] = None,
) -> Receipt:
    """Read what a receipt states.

    :raises ToolError: the file is no receipt that can be read; the message says why and what to do.
    """
    read_by, lines = read_lines(content)
    unsure: list[str] = []
    total = find_total(lines, unsure)
    tax = find_tax(lines, unsure)
    day = find_date(lines, unsure, day_first=day_first)
    currency = find_currency(lines, unsure, near=total and total[1], home=home_currency)
    seller = find_seller(lines)
    return Receipt(
        read_by=read_by,
        seller=Text(seller[0], _place(seller[1], lines)) if seller else None,
        date=Day(day[0], _place(day[1], lines)) if day else None,
        total=Amount(total[0], _place(total[1], lines)) if total else None,
        tax=Amount(tax[0], _place(tax[1], lines)) if tax else None,
        currency=Text(currency[0], _place(currency[1], lines)) if currency else None,
        unsure=tuple(unsure),
    )


def _place(spot: Spot, lines: tuple[Line, ...]) -> Place:
    line = lines[spot.line]
    return Place(line.page, line.box_of(spot), line.text)
