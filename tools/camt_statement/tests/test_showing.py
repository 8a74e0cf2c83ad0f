"""The entry of a place is shown as it is written, whatever the file's lines, prefixes and encoding."""

import pytest

from tools.camt_statement import read_statement, show
from tools.contract import StatementRefusedError

_ENTRY = """\
<{p}Ntry><{p}Amt Ccy="EUR">{amount}.00</{p}Amt><{p}CdtDbtInd>CRDT</{p}CdtDbtInd><{p}Sts>BOOK</{p}Sts>
<{p}BookgDt><{p}Dt>2026-01-0{amount}</{p}Dt></{p}BookgDt><{p}AddtlNtryInf>Café {amount}</{p}AddtlNtryInf></{p}Ntry>
"""
_ENTRIES = "".join(_ENTRY.replace("{amount}", amount) for amount in "123")
_HEAD = '<Document xmlns{x}="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><{p}BkToCstmrStmt>'
_STATEMENT = "<{p}Stmt><{p}Id>{n}</{p}Id><{p}Acct><{p}Ccy>EUR</{p}Ccy></{p}Acct>"


def _camt(*, prefix: str = "", encoding: str = "utf-8", one_line: bool = False) -> bytes:
    colon = f"{prefix}:" if prefix else ""
    head = _HEAD.replace("{x}", f":{prefix}" if prefix else "").replace("{p}", colon)
    if prefix:
        head = head.replace("<Document", f"<{prefix}:Document")
    body = "".join(
        (_STATEMENT.replace("{n}", name) + _ENTRIES + "</{p}Stmt>").replace("{p}", colon) for name in "AB"
    )
    text = f'<?xml version="1.0" encoding="{encoding}"?>{head}{body}</{colon}BkToCstmrStmt></{colon}Document>'
    return (text.replace("\n", "") if one_line else text).encode(encoding)


@pytest.mark.parametrize("one_line", [False, True])
@pytest.mark.parametrize(
    ("prefix", "encoding"), [("", "utf-8"), ("ns2", "utf-8"), ("", "iso-8859-1"), ("", "utf-16")]
)
def test_every_entry_is_found_again_and_nothing_of_its_neighbors(prefix, encoding, one_line):
    content = _camt(prefix=prefix, encoding=encoding, one_line=one_line)
    reading = read_statement(content, "a.xml")
    lines = [line for statement in reading.statements for line in statement.lines]

    assert len(lines) == 6
    for line in lines:
        shown = show(content, line.place)
        text = "\n".join(row[0] for row in shown.rows)
        assert f">{line.amount}<" in text
        assert f"Café {line.amount:.0f}" in text
        assert text.count("CdtDbtInd") == 2
        assert len(shown.numbers) == len(shown.rows) > 1
        assert set(shown.marked) == set(shown.numbers)


@pytest.mark.parametrize(
    "xpath",
    ["", "(//Stmt)[3]/Ntry[1]", "(//Stmt)[1]/Ntry[4]", "//Ntry", "(//Stmt)[1]/Ntry[1]/Amt", "document('x')"],
)
def test_what_is_no_place_of_an_entry_is_nothing(xpath):
    assert show(_camt(), {"xpath": xpath}) is None


def test_a_document_type_is_refused_before_the_parser_sees_it():
    content = _camt().replace(b"<Document", b'<!DOCTYPE a [<!ENTITY b "c">]><Document', 1)

    with pytest.raises(StatementRefusedError):
        show(content, {"xpath": "(//Stmt)[1]/Ntry[1]"})
