"""Generated statements come back exactly; damaged ones are read or refused, nothing else."""

from datetime import date
from decimal import Decimal
from html import escape

from hypothesis import given, settings
from hypothesis import strategies as st

from tools.contract import Reading, StatementRefusedError
from tools.ofx_statement import _transactions, read_statement
from tools.ofx_statement.tests.golden import SAMPLES

_TEXT = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")),
    max_size=30,
).map(lambda text: text.strip("\x85\u2028\u2029"))
_DAY = st.dates(date(1950, 1, 1), date(2100, 12, 31))
_AMOUNT = st.decimals(min_value=-(10**12), max_value=10**12, places=2, allow_nan=False)
_ROW = st.tuples(_DAY, _AMOUNT, _TEXT, _TEXT, _TEXT, _TEXT)
_CONTENTS = [sample.read_bytes() for sample in SAMPLES]


def _file(rows, *, closed, reordered=False):
    def element(name, value):
        return f"<{name}>{escape(value, quote=False)}" + (f"</{name}>" if closed else "") + "\n"

    blocks = []
    for day, amount, bank_id, check, name, memo in rows:
        parts = [
            element("TRNTYPE", "OTHER"),
            element("DTPOSTED", f"{day:%Y%m%d}233000[+13:NZDT]"),
            element("TRNAMT", f"{amount:f}"),
            element("FITID", bank_id),
            element("CHECKNUM", check),
            element("NAME", name),
            element("MEMO", memo),
        ]
        blocks.append("<STMTTRN>\n" + "".join(reversed(parts) if reordered else parts) + "</STMTTRN>\n")
    return (
        "OFXHEADER:100\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD\n<BANKACCTFROM><ACCTID>1\n</BANKACCTFROM>"
        f"<BANKTRANLIST>{''.join(blocks)}</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    ).encode()


@given(rows=st.lists(_ROW, max_size=8), closed=st.booleans())
def test_generated_statements_it_reads_back_exactly(rows, closed):
    (statement,) = read_statement(_file(rows, closed=closed), "").statements

    assert [
        (line.date, line.amount, line.bank_id, line.reference, line.counterparty) for line in statement.lines
    ] == [
        (day, amount, bank_id or None, check or None, name or None)
        for day, amount, bank_id, check, name, _ in rows
    ]
    assert all(memo in line.description for line, (*_, memo) in zip(statement.lines, rows, strict=True))


@given(rows=st.lists(_ROW, min_size=1, max_size=8))
def test_elements_in_another_order_it_reads_the_same(rows):
    usual = read_statement(_file(rows, closed=True), "").statements[0].lines
    other = read_statement(_file(rows, closed=True, reordered=True), "").statements[0].lines

    assert other == usual


def test_long_runs_it_reads_like_single_blocks(monkeypatch):
    rows = [
        (date(2026, 1, 1 + number % 28), Decimal(number) / 100, f"id{number}", "", f"name {number}", "memo")
        for number in range(500)
    ]
    content = _file(rows, closed=False)
    single = read_statement(content, "")

    monkeypatch.setattr(_transactions, "_CHUNK", 500)

    assert read_statement(content, "") == single
    assert len(single.statements[0].lines) == len(rows)


@settings(max_examples=300)
@given(data=st.data())
def test_damaged_bytes_it_reads_or_refuses(data):
    content = bytearray(data.draw(st.sampled_from(_CONTENTS)))
    for _ in range(data.draw(st.integers(1, 6))):
        where = data.draw(st.integers(0, max(len(content) - 1, 0)))
        match data.draw(st.sampled_from(["set", "drop", "cut", "repeat"])):
            case "set":
                content[where : where + 1] = bytes([data.draw(st.integers(0, 255))])
            case "drop":
                del content[where : where + data.draw(st.integers(1, 40))]
            case "cut":
                del content[where:]
            case "repeat":
                content[where:where] = content[where : where + data.draw(st.integers(1, 200))]

    try:
        reading = read_statement(bytes(content), "damaged.ofx")
    except StatementRefusedError as refusal:
        said = str(refusal)
    else:
        said = "." if isinstance(reading, Reading) else ""

    assert said.endswith(".")


@given(cut=st.integers(0, 10_000), content=st.sampled_from(_CONTENTS))
def test_a_cut_file_it_never_reads_with_fewer_lines(cut, content):
    try:
        whole = read_statement(content, "")
    except StatementRefusedError:
        return
    end = content.rstrip(b"\0\n >").rfind(b"<")  # cutting only the last end tag's tail leaves nothing out
    try:
        part = read_statement(content[: min(cut, end)], "")
    except StatementRefusedError:
        return

    assert part.statements == whole.statements
