"""Receipts for the demo books, drawn as shops and suppliers send them. The same movements give the same files."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reportlab.lib.pagesizes import A5
from reportlab.pdfgen.canvas import Canvas

from ledgerflow.pipeline.demo_statements import DemoFile, Movement

_MARGIN, _LEADING = 40, 16


@dataclass(frozen=True, slots=True)
class DemoReceipt:
    """A receipt as it would be scanned or mailed, and the movements that it is for."""

    name: str
    content: bytes
    movements: tuple[Movement, ...]


def receipts_for(file: DemoFile) -> Iterator[DemoReceipt]:
    """Yield receipts for some of a file's movements: an invoice for all ads of the month, a ticket, a mail."""
    month = file.movements[0].day.strftime("%Y-%m")
    ads = tuple(each for each in file.movements if each.kind == "advertising")
    if ads:
        rows = [(f"{each.day:%b %d} {each.text}", each.cents) for each in ads]
        yield DemoReceipt(f"google-ads-{month}.pdf", _invoice("Google Ads", f"Invoice {month}", rows), ads)
    for each in file.movements:
        if each.kind == "travel":
            rows = [(f"{each.day:%b %d} {each.text}", each.cents)]
            yield DemoReceipt(
                f"ticket-{month}.pdf", _invoice("Alaska Airlines", "E-ticket receipt", rows), (each,)
            )
        elif each.text.startswith("ADOBE"):
            text = f"Adobe\r\nYour receipt of {each.day:%B %d, %Y}\r\nCreative Cloud  {_amount(each.cents)} USD\r\n"
            yield DemoReceipt(f"adobe-{month}.txt", text.encode(), (each,))


def _invoice(sender: str, title: str, rows: Sequence[tuple[str, int]]) -> bytes:
    # Without its moment and random name, so that the same receipt has the same bytes.
    page = Canvas(io.BytesIO(), pagesize=A5, invariant=1)
    page.setTitle(f"{sender}, {title}")
    width, height = A5
    page.setFont("Helvetica-Bold", 16)
    page.drawString(_MARGIN, height - 60, sender)
    page.setFont("Helvetica", 10)
    page.drawString(_MARGIN, height - 80, f"{title} to Hartwell Design")
    at = height - 120
    for text, cents in (*rows, ("Total USD", sum(cents for _, cents in rows))):
        page.drawString(_MARGIN, at, text)
        page.drawRightString(width - _MARGIN, at, _amount(cents))
        at -= _LEADING
    return bytes(page.getpdfdata())


def _amount(cents: int) -> str:
    return f"{Decimal(abs(cents)).scaleb(-2):,.2f}"
