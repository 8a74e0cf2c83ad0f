"""What stands at a line's place in its file: the page with its box, the element, the row, the text."""

import contextlib
import io
import re
import time

import pytest
from django.core.cache import cache
from django.test import Client
from PIL import Image

from ledgerflow.books.models import Role
from ledgerflow.classification.services import classify_lines
from ledgerflow.documents.page_images import PageError, drawn_page
from ledgerflow.documents.services import store_document
from ledgerflow.ledger.services.opening import open_book
from ledgerflow.statements.models import Sighting
from ledgerflow.statements.places import query
from ledgerflow.statements.reading import read_file
from ledgerflow.statements.services import create_bank_account, import_statement
from ledgerflow.toolbox.sandbox import Sandbox
from tests.booked import NOW
from tests.factories import BookFactory, MembershipFactory, UserFactory
from tests.made import made_once
from tools.pdf_statement.tests.layouts import german_pages
from tools.pdf_statement.tests.printing import Printer, table
from tools.xlsx_statement.tests.books import one

pytestmark = pytest.mark.django_db

CAMT = """<?xml version="1.0"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr>
<Stmt><Id>A</Id><Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Ntry><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-01-05</Dt></BookgDt></Ntry>
<Ntry><Amt Ccy="EUR">20.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-01-06</Dt></BookgDt>
<AddtlNtryInf>Sun &amp; sand</AddtlNtryInf></Ntry>
</Stmt></BkToCstmrStmt></Document>""".replace("\n", "")


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


class TakenIn:
    """A book that took a file in: its document, statements and sightings."""

    def __init__(self, name: str, content: bytes, password: str | None = None) -> None:
        self.owner = UserFactory()
        self.book = open_book(name="Shop", base_currency="EUR", chart="generic", owner=self.owner, now=NOW)
        stored = store_document(book=self.book, name=name, content=content, uploaded_by=self.owner, now=NOW)
        self.document = stored.document
        reading = read_file(content=content, name=name, password=password)
        assert reading.status == "read", reading.error
        bank = create_bank_account(book=self.book, name="Bank", kind="bank", currency="EUR", number="1")
        outcomes = import_statement(
            document=self.document,
            reading=reading,
            bank_accounts=[bank] * len(reading.statements),
            now=NOW,
        )
        classify_lines(book=self.book, line_ids=outcomes[0].new_line_ids)
        self.statement = outcomes[0].statement
        self.sightings = list(Sighting.objects.filter(statement=self.statement).order_by("no"))

    def client(self, role: Role = Role.VIEWER) -> Client:
        client = Client()
        client.force_login(MembershipFactory(book=self.book, role=role).user)
        return client

    def address(self, path: str) -> str:
        return f"/books/{self.book.slug}/{path}"

    def source(self, sighting: Sighting, client: Client | None = None) -> str:
        """Return what the pane shows of the line."""
        address = self.address(f"statements/document/{self.document.pk}/source/?{query(sighting.place)}")
        page = (client or self.client()).get(address)
        assert page.status_code == 200
        return page.content.decode()


def _protected() -> bytes:
    rows = [("2026-05-01", "Cafe", "15.00", "", "85.00"), ("2026-05-02", "Pay", "", "10.00", "95.00")]
    header, places = ("Date", "Text", "Money out", "Money in", "Balance"), (40, 120, -350, -450, -550)
    return table(Printer(password="open sesame"), header, rows, places).content()


@made_once
def pdf() -> TakenIn:
    return TakenIn("march.pdf", german_pages()[0])


def _box(source: str) -> dict[str, float]:
    rect = re.search(r"<rect [^>]*>", source)
    assert rect is not None, source
    return {name: float(value) for name, value in re.findall(r' (x|y|width|height)="([^"]+)"', rect[0])}


@pytest.mark.parametrize("role", list(Role))
def test_a_line_of_a_pdf_is_a_box_on_the_picture_of_its_page(pdf, role):
    client = pdf.client(role)
    first, second = (pdf.source(each, client) for each in pdf.sightings)

    assert "Page 1 of 2" in first
    assert "Page 2 of 2" in second
    left, top, right, bottom = pdf.sightings[0].place["box"]
    assert _box(first) == pytest.approx(
        {"x": left - 2, "y": top - 2, "width": right - left + 4, "height": bottom - top + 4}, abs=0.02
    )
    picture = client.get(pdf.address(f"statements/document/{pdf.document.pk}/pages/2/"))
    assert picture["Content-Type"] == "image/png"
    image = Image.open(io.BytesIO(picture.content))
    assert max(image.size) == 1600
    # The box is where the ink is: the same share of the picture holds dark points, the one beside it none.
    box, scale = _box(second), image.width / 595
    inside = image.convert("L").crop(
        tuple(
            round(side * scale)
            for side in (box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"])
        )
    )
    assert inside.getextrema()[0] < 100


def test_the_words_of_the_line_stand_where_they_are_on_its_page(pdf):
    for sighting in pdf.sightings:
        source, (left, top, right, bottom) = pdf.source(sighting), sighting.place["box"]
        words = re.findall(r'<rect data-word="([^"]+)" x="([^"]+)" y="([^"]+)" width="([^"]+)"', source)

        said = " ".join(word for word, *_ in words)
        assert sighting.line.description.split()[0] in said
        assert re.sub(r"\D", "", f"{sighting.line.amount:.2f}") in said.replace(".", "").replace(",", "")
        for _, x, y, width in words:
            assert left - 3 <= float(x) <= float(x) + float(width) <= right + 3
            assert top - 3 <= float(y) <= bottom + 3


def test_a_page_is_drawn_once_and_then_comes_from_the_cache_and_the_browser(pdf, monkeypatch):
    client, address = pdf.client(), pdf.address(f"statements/document/{pdf.document.pk}/pages/1/")
    first = client.get(address)
    monkeypatch.setattr(Sandbox, "run", _never)

    start = time.perf_counter()
    second = client.get(address)
    took = time.perf_counter() - start

    assert second.content == first.content
    assert took < 0.15
    assert "private" in second["Cache-Control"]
    assert client.get(address, headers={"If-None-Match": second["ETag"]}).status_code == 304
    assert "data-box" in pdf.source(pdf.sightings[0], client)


def _never(*_arguments: object, **_options: object) -> None:
    pytest.fail("The page was drawn again.")


def test_pages_of_a_protected_pdf_are_not_shown_because_the_password_is_kept_nowhere(monkeypatch):
    file = TakenIn("may.pdf", _protected(), password="open sesame")

    assert "password, which is kept nowhere" in file.source(file.sightings[0])
    monkeypatch.setattr(Sandbox, "run", _never)
    assert "password, which is kept nowhere" in file.source(file.sightings[1])
    assert (
        file.client().get(file.address(f"statements/document/{file.document.pk}/pages/1/")).status_code == 404
    )


@pytest.mark.parametrize("size", [(14_400, 14_400), (1, 14_400), (20_000_000, 3), (0, 0)])
def test_a_page_of_any_size_is_a_picture_of_bounded_size_or_a_sentence(size):
    content = german_pages()[0].replace(b"/MediaBox [ 0 0 595 842 ]", b"/MediaBox [ 0 0 %d %d ]" % size)
    assert content != german_pages()[0]
    book = BookFactory()
    document = store_document(book=book, name="a.pdf", content=content, uploaded_by=None, now=NOW).document

    with contextlib.suppress(PageError):
        drawn = drawn_page(document=document, page=1)
        assert max(Image.open(io.BytesIO(drawn.picture)).size) <= 1601


@pytest.mark.parametrize(("code", "words"), [(b"0041", ["A", "total", "12"]), (b"0002", [])])
def test_a_page_with_characters_that_its_text_leaves_out_has_no_words_rather_than_others(code, words):
    document = store_document(
        book=BookFactory(), name="a.pdf", content=_mapped(code), uploaded_by=None, now=NOW
    ).document

    drawn = drawn_page(document=document, page=1)

    assert [word.text for word in drawn.words] == words
    assert drawn.picture


def _mapped(code: bytes) -> bytes:
    """Return a PDF whose font says that the first letter of its text is the character of this code."""
    text = b"BT /F 20 Tf 20 50 Td (A total 12) Tj ET"
    mapping = b"begincmap 1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfchar <41> <%s> endbfchar endcmap"
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 100]/Resources<</Font<</F 5 0 R>>>>/Contents 4 0 R>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(mapping % code), mapping % code),
    ]
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % each for each in enumerate(parts, 1))
    return b"%PDF-1.4\n" + body + b"trailer<</Size 7/Root 1 0 R>>\n%%EOF"


def test_a_page_that_the_file_does_not_have_is_said(pdf):
    page = pdf.client().get(pdf.address(f"statements/document/{pdf.document.pk}/source/?page=9"))

    assert "The file has no page 9" in page.content.decode()


def test_a_stranger_gets_neither_page_nor_source(pdf):
    client = Client()
    client.force_login(UserFactory())
    for path in ("pages/1/", "source/?page=1"):
        assert client.get(pdf.address(f"statements/document/{pdf.document.pk}/{path}")).status_code == 404


def test_another_book_does_not_lend_its_pages(pdf):
    other = TakenIn("march.pdf", german_pages()[0])

    page = other.client().get(other.address(f"statements/document/{pdf.document.pk}/pages/1/"))

    assert page.status_code == 404


def test_the_page_of_a_pdf_shows_its_pages_one_by_one(pdf):
    client, address = pdf.client(), pdf.address(f"statements/document/{pdf.document.pk}/")

    assert "Page 1 of 2" in client.get(address).content.decode()
    text = client.get(f"{address}?{query(pdf.sightings[1].place)}").content.decode()
    assert "Page 2 of 2" in text
    assert "data-box" in text
    assert 'href="?page=1"' in text


def test_each_row_of_a_statement_leads_to_its_place(pdf):
    text = pdf.client().get(pdf.address(f"statements/{pdf.statement.pk}/")).content.decode()

    for sighting in pdf.sightings:
        assert query(sighting.place).replace("&", "&amp;") in text
    assert text.count("data-place=") == 2


def test_review_and_line_ask_for_the_page_by_itself(pdf):
    line = pdf.sightings[0].line_id
    asked = f"/source/?{query(pdf.sightings[0].place)}".replace("&", "&amp;")
    client = pdf.client(Role.REVIEWER)

    assert asked in client.get(pdf.address(f"review/line/{line}/evidence/")).content.decode()
    assert asked in client.get(pdf.address(f"journal/line/{line}/")).content.decode()


def test_an_entry_of_an_xml_document_is_shown_tag_by_tag_and_escaped():
    file = TakenIn("january.xml", CAMT.encode())

    text = file.source(file.sightings[1])

    assert "&lt;AddtlNtryInf&gt;Sun &amp;amp; sand&lt;/AddtlNtryInf&gt;" in text
    assert "20.00" in text
    assert "10.00" not in text
    assert text.count("<mark>") > 5


def test_a_row_of_a_workbook_is_shown_with_its_neighbors_and_header():
    rows = [["Date", "Text", "Amount"], *([f"2026-01-{day:02}", f"Shop {day}", -day] for day in range(1, 20))]
    file = TakenIn("january.xlsx", one(rows))

    text = file.source(file.sightings[11])

    assert "<mark>Shop 12</mark>" in text
    assert "Shop 9<" in text
    assert "Shop 8<" not in text
    assert "<td" in text.partition("Amount")[0]
    assert text.count("<mark>") == 3


def test_control_characters_are_seen_and_long_lines_are_cut():
    content = "Date,Text,Amount\r\n2026-01-05,Shop\x1b[2J\u202e<b>,-1\r\n2026-01-06," + "x" * 3000 + ",-2\r\n"
    file = TakenIn("a.csv", content.encode())

    text = file.source(file.sightings[0])

    assert "Shop␛[2J⟨U+202E⟩&lt;b&gt;" in text
    assert "x" * 300 in text
    assert "x" * 500 not in text
    assert "…" in text


@pytest.mark.parametrize(
    "place",
    [
        "",
        "page=0",
        "page=1&box=1,2,nan,4",
        "row=3&sheet=None",
        "xpath=//x",
        "line=99999",
        "page=9999999",
        "line=1&page=x",
    ],
)
def test_a_place_that_is_none_is_a_sentence_or_nothing(pdf, place):
    page = pdf.client().get(pdf.address(f"statements/document/{pdf.document.pk}/source/?{place}"))

    assert page.status_code == 200
    assert "data-box" not in page.content.decode()
