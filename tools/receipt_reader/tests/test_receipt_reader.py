"""Receipts drawn here, as text and as pictures: what is stated is found in its place, what is unsure is said to be."""

import io
import sys
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tools.contract import ToolError
from tools.receipt_reader import read_receipt
from tools.receipt_reader._dates import find_date
from tools.receipt_reader._lines import Line, Word, lines_of
from tools.receipt_reader._money import find_currency, find_tax, find_total
from tools.receipt_reader.tests.drawing import RECEIPTS, as_pdf, as_picture, as_scan
from tools.receipt_reader.tests.golden import expected_path, result_of


def lines(*texts):
    return tuple(Line(1, (Word(text, 1, (0, at, 10, at + 1)),), text) for at, text in enumerate(texts))


@pytest.mark.parametrize("name", RECEIPTS)
def test_a_receipt_it_reads_as_reviewed(name):
    assert result_of(name) == expected_path(name).read_text(encoding="utf-8")


def values(receipt):
    found = (receipt.date, receipt.total, receipt.tax, receipt.currency)
    return [each and each.value for each in found]


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_picture_says_the_same_as_the_text(form):
    rows = RECEIPTS["cafe_dollar"]

    of_picture = read_receipt(as_picture(rows, form), home_currency="USD")

    of_text = read_receipt(as_pdf(rows), home_currency="USD")
    assert (of_picture.read_by, of_text.read_by) == ("OCR", "text layer")
    assert values(of_picture) == values(of_text)
    assert of_picture.seller.value == "Blue Finch Coffee"


def test_a_scan_is_recognized_and_its_places_are_those_of_the_page():
    receipt = read_receipt(as_scan(RECEIPTS["market_euro"]))

    assert receipt.read_by == "OCR"
    assert values(receipt) == [date(2026, 11, 27), Decimal("1236.99"), Decimal("197.50"), "EUR"]
    left, top, right, bottom = receipt.total.place.box
    assert left > 700
    assert 700 < top < bottom < 850
    assert right < 1000


def test_a_receipt_on_its_side_is_turned_as_the_camera_says():
    picture = Image.open(io.BytesIO(as_picture(RECEIPTS["cafe_dollar"]))).transpose(Image.Transpose.ROTATE_90)
    exif = picture.getexif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    file = io.BytesIO()
    picture.save(file, "JPEG", exif=exif)

    assert read_receipt(file.getvalue(), home_currency="USD").total.value == Decimal("12.29")


def test_without_the_extra_a_picture_is_refused_and_a_text_is_read(monkeypatch):
    monkeypatch.setitem(sys.modules, "rapidocr", None)

    with pytest.raises(ToolError, match=r"pip install 'ledgerflow\[ocr\]'"):
        read_receipt(as_picture(RECEIPTS["yen"]))
    assert read_receipt(as_pdf(RECEIPTS["yen"])).total.value == Decimal(1480)


@pytest.mark.parametrize(
    ("texts", "total"),
    [
        (["Subtotal 1.00", "Total 2.00"], "2.00"),
        (["Total 2.00", "Grand total 3.00"], "3.00"),
        (["Total", "2.00"], "2.00"),
        (["Total", "Thank you 2.00"], None),
        (["Total 2.00", "Total 2.00"], "2.00"),
        (["Total 2.00", "Total 3.00"], None),
        (["Total items 2.00", "Total savings 3.00"], None),
        (["Total 1,234.56"], "1234.56"),
        (["Gesamt 1.234,56"], "1234.56"),
        (["Gesamt 1'234.56"], "1234.56"),
        (["Total 1.234.56"], None),
        (["Total 12.345"], None),
        (["Total 19.00 %"], None),
        (["Refund total -5.00"], "-5.00"),
        (["Total JPY 1,480"], "1480"),
        (["A tot 3.00"], None),
    ],
)
def test_the_total_is_an_amount_beside_a_word_for_it(texts, total):
    found = find_total(lines(*texts), [])

    assert (found and str(found[0])) == total


@pytest.mark.parametrize(
    ("texts", "tax"),
    [
        (["Sales tax 1.04"], "1.04"),
        (["VAT 20 % 2.00"], "2.00"),
        (["Total incl. VAT 12.00"], None),
        (["Tax ID 12.34"], None),
        (["USt-IdNr. 12,34"], None),
        (["Tax exempt 0.00"], None),
        (["MwSt 7 % 1,00", "MwSt 19 % 2,00"], None),
        (["Taxi 12.00"], None),
    ],
)
def test_the_tax_is_an_amount_beside_a_word_for_it(texts, tax):
    found = find_tax(lines(*texts), [])

    assert (found and str(found[0])) == tax


@pytest.mark.parametrize(
    ("texts", "home", "currency"),
    [
        (["Total $2.00"], None, None),
        (["Total $2.00"], "CAD", "CAD"),
        (["Total $2.00"], "EUR", None),
        (["Total US$2.00"], "CAD", "USD"),
        (["Total 2,00 €", "incl. CHF 3.00"], None, "EUR"),
        (["Total 2.00", "All amounts in CHF"], None, "CHF"),
        (["Total 2.00", "EUR 1.00", "USD 1.10"], None, None),
        (["Total 20.00 kr"], "SEK", "SEK"),
        (["Total 20.00", "krill"], "SEK", None),
    ],
)
def test_the_currency_is_never_guessed_from_a_sign_of_several(texts, home, currency):
    stated = lines(*texts)
    total = find_total(stated, [])

    found = find_currency(stated, [], near=total[1], home=home)

    assert (found and found[0]) == currency


@pytest.mark.parametrize(
    ("texts", "day_first", "day"),
    [
        (["27.11.2026"], None, "2026-11-27"),
        (["27.11.26 18:02"], None, "2026-11-27"),
        (["11/27/2026"], None, "2026-11-27"),
        (["27/11/2026"], None, "2026-11-27"),
        (["03/04/2026"], None, None),
        (["03/04/2026"], True, "2026-04-03"),
        (["03/04/2026"], False, "2026-03-04"),
        (["04/04/2026"], None, "2026-04-04"),
        (["27. November 2026"], None, "2026-11-27"),
        (["27 févr. 2026"], None, None),
        (["le 27 fevrier 2026"], None, "2026-02-27"),
        (["2026-11-27", "2026-11-28"], None, None),
        (["Date 2026-11-27", "printed 2026-11-28"], None, "2026-11-27"),
        (["2026-11-27", "Return by 2026-12-27"], None, "2026-11-27"),
        (["2026-02-30"], None, None),
        (["tel 555-11-27-2026"], None, None),
    ],
)
def test_the_day_is_stated_once_or_named(texts, day_first, day):
    found = find_date(lines(*texts), [], day_first=day_first)

    assert (found and str(found[0])) == day


def test_words_of_one_height_are_a_line_in_reading_order():
    words = [
        Word("2.00", 1, (80, 11, 99, 19)),
        Word("Total", 1, (0, 10, 20, 20)),
        Word("x", 2, (0, 10, 20, 20)),
    ]

    found = lines_of(words)

    assert [(line.page, line.text) for line in found] == [(1, "Total 2.00"), (2, "x")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "neither a PDF nor a picture"),
        (b"GIF89a", "neither a PDF nor a picture"),
        (b"%PDF-1.7 nothing", "PDF is damaged"),
        (as_picture(RECEIPTS["yen"])[:600], "picture is damaged"),
        (as_picture((("", ""),)), "No text was recognized"),
    ],
)
def test_a_file_that_is_no_receipt_is_refused(content, words):
    with pytest.raises(ToolError, match=words):
        read_receipt(content)


def test_a_book_is_no_receipt():
    rows = tuple((" ".join(["word"] * 200), "") for _ in range(26))

    with pytest.raises(ToolError, match="more than 5,000 words"):
        read_receipt(as_pdf(rows))


def test_a_line_without_end_takes_no_time():
    (line,) = lines_of([Word("1.1" * 100_000, 1, (0, 0, 1, 1))])

    assert find_date((line,), [], day_first=None) is None
    assert len(line.text) == 400


def test_a_picture_that_unfolds_into_too_many_pixels_is_refused():
    file = io.BytesIO()
    Image.new("1", (10_000, 6_001)).save(file, "PNG")

    with pytest.raises(ToolError, match="more than 60 million pixels"):
        read_receipt(file.getvalue())


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_damaged_pdf_it_reads_or_refuses(data):
    content = bytearray(as_pdf(RECEIPTS["cafe_dollar"]))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(5, len(content) - 1))
        content[at : at + data.draw(st.integers(1, 30))] = data.draw(st.binary(max_size=8))

    try:
        total = read_receipt(bytes(content), home_currency="USD").total
    except ToolError as refusal:
        said = str(refusal)
    else:
        said = "." if total is None or total.value.is_finite() else ""

    assert said.endswith(".")
