import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tools
from ledgerflow.statements import claiming, reading
from ledgerflow.statements.looks import describe
from ledgerflow.statements.reading import FileReading, read_file, read_in_order
from ledgerflow.statements.sandboxed import SANDBOX
from ledgerflow.toolbox.sandbox import Limits
from ledgerflow.toolbox.values import Layout, OpenOrder, OrderedDays

_OFX = b"""OFXHEADER:100

<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD<BANKACCTFROM><BANKID>1<ACCTID>42</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20261001<DTEND>20261003
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20261001203000[-5:EST]<TRNAMT>-3.10<FITID>1<NAME>TEA</STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>7.00<DTASOF>20261003</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""


def _zip(*names):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return buffer.getvalue()


def test_a_statement_it_reads_by_its_content_whatever_its_name():
    reading = read_file(content=_OFX, name="download.pdf")

    assert (reading.status, reading.reader, reading.format, reading.error) == (
        "read",
        "ofx_statement",
        "ofx",
        None,
    )
    (line,) = reading.statements[0].lines
    assert (line.date, line.amount, line.place) == (date(2026, 10, 1), Decimal("-3.10"), {"line": 5})


def test_a_file_without_lines_it_calls_empty_and_says_so():
    content = _OFX[: _OFX.index(b"<STMTTRN>")] + _OFX[_OFX.index(b"</BANKTRANLIST>") :]

    reading = read_file(content=content, name="a.ofx")

    assert reading.status == "empty"
    assert "no bank or card transactions" in reading.error
    assert reading.statements[0].closing_balance == Decimal("7.00")


def test_a_cut_file_it_refuses_with_the_reader_s_sentence():
    reading = read_file(content=_OFX[:-60], name="a.ofx")

    assert (reading.status, reading.statements) == ("refused", ())
    assert "cut off" in reading.error


@pytest.mark.parametrize(
    ("content", "look"),
    [
        (b"", "empty"),
        (b"{\\rtf1 Dear customer}", "a text document (RTF)"),
        (b"GIF89a", "an image"),
        (b"\x89PNG\r\n\x1a\n", "picture is damaged"),
        (b"\xff\xd8\xff\xe0", "picture is damaged"),
        (_zip("[Content_Types].xml", "word/document.xml"), "a text document"),
        (b"<!DOCTYPE html><html><body>Session expired</body></html>", "a web page (HTML)"),
        (b"<?xml version='1.0'?><note/>", "an XML file"),
        (bytes(range(1, 32)) * 50, "binary data"),
    ],
)
def test_what_no_reader_takes_it_refuses_and_says_what_it_looks_like(content, look):
    reading = read_file(content=content, name="statement.ofx")

    assert reading.status == "refused"
    assert look in reading.error


def test_the_formats_that_are_read_it_names():
    assert "OFX" in read_file(content=b"GIF89a", name="a.pdf").error


@pytest.mark.parametrize(
    ("content", "look"),
    [
        (b" \r\n\0", "an empty file"),
        (_zip("mimetype", "word/document.xml"), "a text document"),
        (b"\x1f\x8b\x08", "a compressed file (gzip)"),
        (b"!Type:Bank\nD1/2/26", "a QIF file"),
        (b"{1:F01BANKDEFF", "an MT940 statement (SWIFT)"),
        (b"hello there", "plain text"),
    ],
)
def test_a_look_it_puts_in_words(content, look):
    assert describe(content) == look


def test_only_the_named_readers_it_asks():
    assert read_file(content=_OFX, name="a", readers=["ofx_statement"]).status == "read"
    assert read_file(content=_OFX, name="a", readers=["csv_statement"]).status == "refused"


def test_two_readers_that_claim_a_file_are_an_error_to_show():
    reading = read_file(content=_OFX, name="a", readers=["ofx_statement", "ofx_statement"])

    assert reading.status == "refused"
    assert "more than one way" in reading.error


@pytest.mark.parametrize("reader", ["nothing", "contract", "_shared", "ofx_statement._reader", "../etc"])
def test_a_reader_that_does_not_exist_it_refuses(reader):
    reading = read_file(content=_OFX, name="a", readers=[reader])

    assert reading.status == "refused"
    assert reader.split(".")[0] in reading.error


def test_a_password_it_gives_to_no_reader_that_takes_none():
    assert read_file(content=_OFX, name="a", password="secret").status == "read"


def test_files_it_reads_from_threads_at_once():
    with ThreadPoolExecutor(8) as pool:
        readings = list(pool.map(lambda number: read_file(content=_OFX, name=f"{number}"), range(24)))

    assert [(reading.name, reading.status) for reading in readings] == [
        (str(number), "read") for number in range(24)
    ]


def test_xml_with_a_document_type_fetches_and_expands_nothing():
    bomb = b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'><!ENTITY c '&b;&b;&b;'>]>"
    content = _OFX.replace(b"<OFX>", bomb + b"<OFX>").replace(b"TEA", b"&b;&c;")

    reading = read_file(content=content, name="a")

    assert reading.statements[0].lines[0].description == "&b;&c;"


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damaged_bytes_it_always_answers(data):
    content = bytearray(_OFX)
    for _ in range(data.draw(st.integers(1, 8))):
        where = data.draw(st.integers(0, len(content) - 1))
        content[where : where + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))

    reading = read_file(content=bytes(content), name="damaged")

    assert reading.status in ("read", "empty", "refused")
    assert reading.status == "read" or reading.error.endswith(".")


_STUCK = """
import time
from tools.contract import Manifest
__all__ = ["claims", "read_statement"]
MANIFEST = Manifest(version="1.0", kind="statement_reader", summary="Is stuck.")
{import_}
def claims(content, name):
    {claims}
def read_statement(content, name):
    ...
"""


@pytest.fixture
def stuck(tmp_path, monkeypatch):
    """Readers of others: one is stuck in its import, one loops over the file, one ends its process."""
    for name, import_, claims in (
        ("sleepy_statement", "time.sleep(60)", "return True"),
        ("looping_statement", "", "while True: ..."),
        ("leaving_statement", "import os", "os._exit(0)"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(_STUCK.format(import_=import_, claims=claims))
    monkeypatch.setattr(tools, "__path__", [*tools.__path__, str(tmp_path)])
    monkeypatch.setattr(claiming, "LOOK", Limits(cpu_seconds=1, wall_seconds=1.5))
    yield ["leaving_statement", "looping_statement", "ofx_statement", "sleepy_statement"]
    SANDBOX.close()


def test_a_reader_of_others_that_is_stuck_holds_up_nobody(stuck, caplog):
    reading = read_file(content=_OFX, name="a.ofx", readers=stuck)
    nobody_s = read_file(content=b"GIF89a", name="a.gif", readers=stuck)
    archive = read_file(content=_zip_of(_OFX), name="a.zip", readers=stuck)

    assert (reading.status, reading.reader) == ("read", "ofx_statement")
    assert archive.status == "read"
    assert nobody_s.status == "refused"
    assert nobody_s.error == (
        "The reader “leaving_statement” broke its process when it looked at the file, so it was left out."
    )
    for name in ("looping", "sleepy"):
        sentence = (
            f"“{name}_statement” took more than 1 seconds when it looked at the file, so it was left out."
        )
        assert sentence in caplog.text


def _zip_of(content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.ofx", content)
    return buffer.getvalue()


def test_a_file_that_goes_on_asking_for_its_dates_is_read_a_limited_number_of_times(monkeypatch):
    ways = tuple(OrderedDays(order, *[date(2026, 3, 4)] * 3) for order in ("DMY", "MDY"))
    given = []

    def asking(*, layouts=(), **_more):
        given.append(len(layouts))
        asks = OpenOrder("03/04", ways, "Nothing tells.", Layout(f"{len(layouts):032x}", ()))
        return FileReading(name="a.csv", status="refused", error="Say which it is.", asks=asks)

    monkeypatch.setattr(reading, "read_file", asking)

    assert read_in_order(content=b"x", name="a.csv", order="DMY").error == "Say which it is."
    assert given == list(range(21))
