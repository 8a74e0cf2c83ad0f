"""Receipts that are drawn here: as PDF with text, as PDF with a picture, and as a picture. None is a real one."""

import io

from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfgen.canvas import Canvas

Row = tuple[str, str]

RECEIPTS: dict[str, tuple[Row, ...]] = {
    "cafe_dollar": (
        ("Blue Finch Coffee", ""),
        ("12 Grand Avenue, Oakland CA", ""),
        ("Receipt 4412", ""),
        ("Date: Nov 27, 2026 09:14", ""),
        ("2 Espresso", "7.00"),
        ("1 Croissant", "4.25"),
        ("Subtotal", "11.25"),
        ("Sales tax 9.25 %", "1.04"),
        ("Total", "$12.29"),
        ("Cash", "$20.00"),
        ("Change", "$7.71"),
    ),
    "market_euro": (
        ("KASSENBON", ""),
        ("Grünmarkt Nord GmbH", ""),
        ("Hafenstr. 3, 28195 Bremen", ""),
        ("27.11.2026 18:02", ""),
        ("Äpfel", "2,49"),
        ("Fahrradschlauch", "1.234,50"),
        ("Zwischensumme", "1.236,99"),
        ("MwSt 19 %", "197,50"),
        ("SUMME EUR", "1.236,99"),
        ("USt-IdNr. DE123456789", ""),
    ),
    "two_taxes": (
        ("Papeterie Lune SARL", ""),
        ("Date 2026-11-27", ""),
        ("Carnet", "10,00 €"),
        ("TVA 5,5 %", "0,52 €"),
        ("TVA 20 %", "1,67 €"),
        ("Total TTC", "10,00 €"),
    ),
    "two_totals": (
        ("Harbor Hardware Ltd", ""),
        ("03/04/2026", ""),
        ("Total", "£10.00"),
        ("Total", "£12.00"),
    ),
    "yen": (("Tanuki Books", ""), ("2026-11-27", ""), ("Novel", "¥1,480"), ("Total", "¥1,480")),
    "invoice_with_due_day": (
        ("INVOICE", ""),
        ("Northwind Software LLC", ""),
        ("Invoice date: 27 November 2026", ""),
        ("Due: 27 December 2026", ""),
        ("Subscription", "USD 90.00"),
        ("Total excl. tax", "USD 90.00"),
        ("Tax", "USD 9.00"),
        ("Amount due", "USD 99.00"),
    ),
    "nothing_to_find": (("lorem ipsum dolor sit amet", ""), ("consectetur adipiscing elit", "")),
}


def as_pdf(rows: tuple[Row, ...]) -> bytes:
    """A PDF with a text layer."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(300, 60 + 20 * len(rows)), invariant=True)
    for at, (left, right) in enumerate(rows):
        down = 30 + 20 * (len(rows) - at)
        canvas.drawString(20, down, left)
        canvas.drawRightString(280, down, right)
    canvas.save()
    return file.getvalue()


def as_picture(rows: tuple[Row, ...], form: str = "PNG") -> bytes:
    """A picture of black text on white."""
    picture = Image.new("RGB", (900, 120 + 60 * len(rows)), "white")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(36)
    for at, (left, right) in enumerate(rows):
        draw.text((50, 50 + 60 * at), left, "black", font)
        draw.text((850 - draw.textlength(right, font), 50 + 60 * at), right, "black", font)
    file = io.BytesIO()
    picture.save(file, form)
    return file.getvalue()


def as_scan(rows: tuple[Row, ...]) -> bytes:
    """A PDF that holds a picture alone."""
    file = io.BytesIO()
    Image.open(io.BytesIO(as_picture(rows))).save(file, "PDF")
    return file.getvalue()
