"""Generated statements come back exactly, both ways of reading agree; damaged ones are read or refused."""

from datetime import date
from decimal import Decimal
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools._shared.tests.damage import EDITS, amounts_written_nowhere, damaged, read_or_refused
from tools.camt_statement import read_statement
from tools.camt_statement.tests.golden import SAMPLES
from tools.contract import StatementRefusedError

_TEXT = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FFF, exclude_categories=("Cc", "Cs", "Zs")), max_size=30
)
_DAY = st.dates(date(1950, 1, 1), date(2100, 12, 31))
_AMOUNT = st.decimals(min_value=0, max_value=10**12, places=2, allow_nan=False)
_ROW = st.tuples(_DAY, _AMOUNT, st.booleans(), st.booleans(), _TEXT, _TEXT, st.booleans())
_CONTENTS = [sample.read_bytes() for sample in SAMPLES]
_NOTHING = {"NONREF", "NOTPROVIDED", "NOTAVAILABLE", "NOREF", "N/A"}


def _file(rows, *, comment="", prefix="", balances=""):
    entries = []
    for day, amount, is_credit, is_reversal, name, purpose, is_pending in rows:
        party = "Dbtr" if is_credit != is_reversal else "Cdtr"
        details = (
            f"<NtryDtls><TxDtls><RltdPties><{party}><Nm>{escape(name)}</Nm></{party}></RltdPties>"
            f"<RmtInf><Ustrd>{escape(purpose)}</Ustrd></RmtInf></TxDtls></NtryDtls>"
        )
        entries.append(
            f"<Ntry><Amt Ccy='EUR'>{amount:f}</Amt><CdtDbtInd>{'CRDT' if is_credit else 'DBIT'}</CdtDbtInd>"
            f"<RvslInd>{str(is_reversal).lower()}</RvslInd><Sts>{'PDNG' if is_pending else 'BOOK'}</Sts>"
            f"<BookgDt><DtTm>{day}T23:59:59.999-11:00</DtTm></BookgDt>{details if name or purpose else ''}</Ntry>\n"
        )
    text = (
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt>"
        f"<GrpHdr><MsgId>1</MsgId></GrpHdr><Stmt><Id>1</Id>{comment}<Acct><Ccy>EUR</Ccy></Acct>{balances}{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    )
    if prefix:
        text = text.replace("</", "\0").replace("<", f"<{prefix}:").replace("\0", f"</{prefix}:")
        text = text.replace("xmlns=", f"xmlns:{prefix}=")
    return text.encode()


@given(rows=st.lists(_ROW, max_size=8), prefix=st.sampled_from(["", "ns2"]))
def test_generated_statements_it_reads_back_exactly(rows, prefix):
    (statement,) = read_statement(_file(rows, prefix=prefix), "").statements

    assert [(line.date, line.amount, line.counterparty, line.status) for line in statement.lines] == [
        (day, amount if is_credit else -amount, name or None, "pending" if is_pending else "booked")
        for day, amount, is_credit, _, name, _, is_pending in rows
    ]
    for line, row in zip(statement.lines, rows, strict=True):
        assert not row[5].split() or row[5].upper() in _NOTHING or row[5] in line.description


@given(rows=st.lists(_ROW, max_size=8))
def test_a_comment_makes_the_parser_read_it_and_changes_nothing_else(rows):
    (usual,) = read_statement(_file(rows), "").statements
    (parsed,) = read_statement(_file(rows, comment="<!-- <Ntry> -->"), "").statements

    assert [line._replace(place={}) for line in parsed.lines] == [
        line._replace(place={}) for line in usual.lines
    ]


@settings(max_examples=300, deadline=None)
@given(content=st.sampled_from(_CONTENTS), edits=EDITS)
def test_damaged_bytes_it_reads_or_refuses(content, edits):
    broken = damaged(content, edits)

    reading = read_or_refused(read_statement, broken)

    text = broken.replace(b"\0", b"").decode("utf-8", "replace")
    assert amounts_written_nowhere(reading, text) == []


@given(cut=st.integers(0, 10_000), content=st.sampled_from(_CONTENTS))
def test_a_cut_file_it_never_reads_with_fewer_lines(cut, content):
    with pytest.raises(StatementRefusedError, match=r"\.$"):
        read_statement(content[: min(cut, len(content.rstrip()) - 4)], "")


@pytest.mark.parametrize("entity", ["&#x26;", "&#38;", "&amp;"], ids=["hexadecimal", "decimal", "named"])
def test_an_entity_of_xml_it_reads(entity):
    content = _file([(date(2026, 1, 1), Decimal(1), True, False, "A", "B", False)]).replace(
        b"<Nm>A", f"<Nm>A{entity}".encode()
    )

    assert read_statement(content, "").statements[0].lines[0].counterparty == "A&"


def test_an_entity_that_nobody_declared_it_refuses():
    content = _file([(date(2026, 1, 1), Decimal(1), True, False, "A", "B", False)]).replace(
        b"<Nm>A", b"<Nm>A&bomb;"
    )

    with pytest.raises(StatementRefusedError, match="no complete XML"):
        read_statement(content, "")


@pytest.mark.parametrize(
    "kind", [b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'>"]
)
def test_a_document_type_it_refuses(kind):
    with pytest.raises(StatementRefusedError, match="document type"):
        read_statement(kind + _file([]), "")
    with pytest.raises(StatementRefusedError, match="document type"):
        read_statement((kind + _file([])).decode().encode("utf-16"), "")


_INTERIM = (
    "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
    "<Dt><Dt>{day}</Dt></Dt></Bal>"
)


@pytest.mark.parametrize(
    ("balances", "expected"),
    [
        ([("OPBD", "1.00", "2026-01-01"), ("CLBD", "9.00", "2026-01-31")], ("1.00", "9.00")),
        ([("PRCD", "1.00", "2025-12-31"), ("CLBD", "9.00", "2026-01-31")], ("1.00", "9.00")),
        (
            [
                ("OPBD", "1", "2026-01-01"),
                ("CLBD", "2", "2026-01-01"),
                ("OPBD", "2", "2026-01-02"),
                ("CLBD", "9", "2026-01-02"),
            ],
            ("1", "9"),
        ),
        ([("OPBD", "1", "2026-01-01"), ("OPBD", "2", "2026-01-01")], (None, None)),
        ([("OPBD", "1", "2026-01-01"), ("ITBD", "6", "2026-01-02")], ("1", "6")),
        ([("OPBD", "1", "2026-01-01"), ("ITBD", "7", "2026-01-02")], ("1", None)),
        ([("ITBD", "2", "2026-01-01"), ("ITBD", "7", "2026-01-01")], ("2", "7")),
        ([("ITBD", "2", "2026-01-01"), ("ITBD", "8", "2026-01-01")], (None, None)),
        (
            [("OPAV", "1", "2026-01-01"), ("CLAV", "9", "2026-01-01"), ("INFO", "3", "2026-01-01")],
            (None, None),
        ),
    ],
)
def test_booked_balances_alone_it_takes_interim_ones_where_they_fit(balances, expected):
    stated = "".join(_INTERIM.format(code=code, amount=amount, day=day) for code, amount, day in balances)
    rows = [(date(2026, 1, 1), Decimal(5), True, False, "", "", False)]

    (statement,) = read_statement(_file(rows, balances=stated), "").statements

    assert (statement.opening_balance, statement.closing_balance) == tuple(
        Decimal(amount) if amount else None for amount in expected
    )


def test_an_entry_outside_of_its_statement_it_refuses():
    rows = [(date(2026, 1, 1), Decimal(1), True, False, "", "", False)]
    content = _file(rows)
    entry = content[content.index(b"<Ntry>") : content.index(b"</Ntry>") + len(b"</Ntry>")]

    with pytest.raises(StatementRefusedError, match="belong to no account"):
        read_statement(content.replace(b"<Stmt>", entry + b"<Stmt>"), "")
    with pytest.raises(StatementRefusedError, match="belong to none"):
        read_statement(content.replace(b"</Stmt>", b"</Stmt>" + entry), "")


def test_an_encoding_of_endless_name_it_refuses():
    content = f"<?xml version='1.0' encoding='utf-{'8' * 300}'?><Document/>".encode()

    with pytest.raises(StatementRefusedError, match="an encoding that is not known"):
        read_statement(content, "a.xml")


def test_pages_are_of_one_statement_by_its_number_whatever_their_ids():
    (sample,) = (each.read_text() for each in SAMPLES if each.name == "page_missing.xml")
    two = sample.replace("<PgNb>3<", "<PgNb>2<")
    alike, number = "<Id>S14</Id>", "<ElctrncSeqNb>14</ElctrncSeqNb>"
    first, second, third = two.split(alike)

    def missing(text):
        return [each.missing_pages for each in read_statement(text.encode(), "").statements]

    assert missing(f"{first}<Id>A</Id>{second}<Id>B</Id>{third}") == [None, None]
    assert missing(two.replace(number, "")) == [None, None]
    assert missing(two.replace(number, number.replace("14", "15"), 1)) == [
        "page 2 is missing",
        "page 1 of 2 is missing",
    ]


@pytest.mark.parametrize(
    ("done", "day"),
    [("2026-01-02T23:10:00+01:00", "2026-01-02"), ("2026-01-05T01:00:00Z", None), ("soon", None)],
)
@pytest.mark.parametrize("count", [1, 3], ids=["parsed", "by its plan"])
def test_when_a_transaction_was_done_is_kept_where_it_is_another_day(done, day, count):
    entry = (
        "<Ntry><Amt Ccy='EUR'>1.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>"
        "<BookgDt><Dt>2026-01-05</Dt></BookgDt>"
        f"<NtryDtls><TxDtls><RltdDts><TxDtTm>{done}</TxDtTm></RltdDts></TxDtls></NtryDtls></Ntry>"
    )
    content = (
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt><Stmt>"
        f"<Acct><Ccy>EUR</Ccy></Acct>{entry * count}</Stmt></BkToCstmrStmt></Document>"
    )
    (statement,) = read_statement(content.encode(), "").statements

    days = [line.transaction_date and line.transaction_date.isoformat() for line in statement.lines]
    assert days == [day] * count
