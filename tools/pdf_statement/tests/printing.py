"""Prints made-up statements as PDF: lines of text at places, the way banks lay them out."""

from io import BytesIO

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = 595, 842


class Printer:
    """Prints from the top of the page down; a cell is ``(x, text)``, with a negative x right-aligned at ``-x``."""

    def __init__(self, *, password=None, size=9, step=14):
        self._file = BytesIO()
        secret = StandardEncryption(password, canPrint=1) if password else None
        self._canvas = Canvas(self._file, pagesize=(WIDTH, HEIGHT), encrypt=secret, invariant=1)
        self._size, self._step = size, step
        self._y = HEIGHT - 50
        self._canvas.setFont("Helvetica", size)

    def line(self, *cells, step=None):
        for x, text in cells:
            if x < 0:
                self._canvas.drawRightString(-x, self._y, text)
            else:
                self._canvas.drawString(x, self._y, text)
        self._y -= step or self._step
        return self

    def gap(self):
        self._y -= 2 * self._step
        return self

    def page(self):
        self._canvas.showPage()
        self._canvas.setFont("Helvetica", self._size)
        self._y = HEIGHT - 50
        return self

    def content(self):
        self._canvas.save()
        return self._file.getvalue()


def table(printer, header, rows, places):
    """Print a header and rows, each cell at its column's place; empty cells are left out."""
    for row in (header, *rows):
        printer.line(*[(place, text) for place, text in zip(places, row, strict=True) if text])
    return printer
