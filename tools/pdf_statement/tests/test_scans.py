"""Scanned statements: taken where sums prove what is recognized and nothing else is in doubt, refused else."""

import io
from datetime import date
from decimal import Decimal

import pypdfium2
import pytest
from PIL import Image

from tools._shared.recognition import Recognized
from tools.contract import ScannedError, StatementRefusedError
from tools.pdf_statement import _reading, _scans, read_statement
from tools.pdf_statement._document import read_pages
from tools.pdf_statement.tests.layouts import LAYOUTS
from tools.pdf_statement.tests.printing import Printer, table

_DOTS = 200


def scanned(content: bytes) -> bytes:
    """Return the pages as a scanner makes them of paper: pictures alone."""
    pages = [page.render(scale=_DOTS / 72).to_pil().convert("L") for page in pypdfium2.PdfDocument(content)]
    file = io.BytesIO()
    pages[0].save(file, "PDF", save_all=True, append_images=pages[1:], resolution=_DOTS)
    return file.getvalue()


def photographed(content: bytes, askew: float = 0.0) -> bytes:
    """Return the first page as a phone sees it that is held so many degrees askew."""
    page = pypdfium2.PdfDocument(content)[0].render(scale=_DOTS / 72).to_pil().convert("RGB")
    file = io.BytesIO()
    turned = page.rotate(askew, expand=True, fillcolor=(205, 200, 190), resample=Image.Resampling.BICUBIC)
    turned.save(file, "JPEG", quality=80)
    return file.getvalue()


def movements(content: bytes, **options: bool) -> list[list[tuple[date, Decimal]]]:
    reading = read_statement(content, "statement.pdf", **options)
    return [[(line.date, line.amount) for line in each.lines] for each in reading.statements]


def refused(content: bytes, password: str | None = None, *, recognize: bool = True) -> str:
    with pytest.raises(StatementRefusedError) as refusal:
        read_statement(content, "statement.pdf", password, recognize=recognize)
    return str(refusal.value)


@pytest.fixture
def recognizing(monkeypatch):
    """Make the recognizer find words that are given, as if in a scan of the pages."""

    def hand(content: bytes, score: float = 1.0) -> bytes:
        words = [word for page in read_pages(content, None) for word in page.words]
        found = [
            Recognized(
                word.page, word.text, score, word.x0 / 595, word.top / 842, word.x1 / 595, word.bottom / 842
            )
            for word in words
        ]
        monkeypatch.setattr(_scans, "recognize", lambda *_, **__: iter(found))
        return scanned(content)

    return hand


@pytest.mark.parametrize("layout", ["swiss", "card"])
def test_what_is_scanned_is_recognized_proved_and_said_to_be(layout):
    content = LAYOUTS[layout]()[0]

    reading = read_statement(scanned(content), "statement.pdf", recognize=True)

    assert movements(scanned(content), recognize=True) == movements(content)
    assert "its text recognized" in reading.warnings[-1]


@pytest.mark.parametrize("askew", [0, -3.3])
def test_a_photo_of_a_page_is_straightened_and_read_as_a_scan_is(askew):
    content = LAYOUTS["american"]()[0]

    assert movements(photographed(content, askew), recognize=True) == movements(content)


def test_pictures_that_are_no_pages_are_refused(monkeypatch):
    photo = photographed(LAYOUTS["american"]()[0])
    small = io.BytesIO()
    Image.new("RGB", (40, 30)).save(small, "PNG")

    assert "40 by 30 pixels, too small" in refused(small.getvalue())
    assert "picture is damaged" in refused(photo[: len(photo) // 2])
    with pytest.raises(ScannedError):
        read_statement(photo, "photo.jpg")
    monkeypatch.setattr(_reading, "is_installed", lambda: False)
    assert "pip install 'ledgerflow[ocr]'" in refused(photo)


def test_it_asks_for_the_limits_of_recognition_first_and_for_the_extra_where_it_is_missing(monkeypatch):
    content = scanned(LAYOUTS["swiss"]()[0])
    with pytest.raises(ScannedError):
        read_statement(content, "statement.pdf")
    assert "Take its password off" in refused(content, "secret")

    monkeypatch.setattr(_reading, "is_installed", lambda: False)

    assert "pip install 'ledgerflow[ocr]'" in refused(content)
    assert "pip install 'ledgerflow[ocr]'" in refused(content, recognize=False)


def test_a_number_that_the_recognizer_is_not_sure_of_stops_everything(recognizing):
    content = recognizing(LAYOUTS["swiss"]()[0], score=0.89)

    assert "may be something else" in refused(content)


def _page(*rows: tuple[str, str], closing: str = "70.00", opening: str = "100.00") -> bytes:
    printer = Printer().line((40, "Statement date 31/07/2026"))
    printer.line((40, "Opening balance"), (-550, opening)).gap()
    given = [(day, text, amount) for (day, amount), text in zip(rows, ("Café", "Market"), strict=True)]
    table(printer, ("Date", "Description", "Amount"), given, (40, 170, -550))
    return printer.line((40, "Closing balance"), (-550, closing)).content()


@pytest.mark.parametrize(
    ("rows", "closing", "says"),
    [
        ((("02/07/2026", "-10.00"), ("09/07/2026", "-20.00")), "70.00", None),
        ((("09/07/2026", "-10.00"), ("21/07/2026", "-20.00")), "71.00", "cannot be read for certain"),
        ((("02/07/2026", "-10.00"), ("", "-20.00")), "70.00", "not proved in full"),
    ],
)
def test_only_what_is_proved_and_beyond_doubt_is_taken(recognizing, rows, closing, says):
    content = recognizing(_page(*rows, closing=closing))

    if says is None:
        assert movements(content, recognize=True)
    else:
        assert says in refused(content)


def test_days_out_of_order_are_refused(recognizing):
    printer = Printer().line((40, "Opening balance"), (-550, "100.00")).gap()
    rows = [("02/07/2026", "A", "-10.00"), ("29/07/2026", "B", "-20.00"), ("09/07/2026", "C", "-30.00")]
    table(printer, ("Date", "Description", "Amount"), rows, (40, 170, -550))
    content = recognizing(printer.line((40, "Closing balance"), (-550, "40.00")).content())

    assert "not in order" in refused(content)


def test_more_pages_than_there_is_time_for_are_refused():
    file = io.BytesIO()
    pages = [Image.new("L", (100, 140), "white")] * 13
    pages[0].save(file, "PDF", save_all=True, append_images=pages[1:])

    assert "more than 12 pages" in refused(file.getvalue())
