"""Write large, lifelike CAMT, MT940 and QIF files: ``python -m benchmarks.make_statements FORMAT LINES OUT``.

Shares no code with the readers, so that the benchmark cannot agree with itself. The same count gives the same file.
"""

import random
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

from benchmarks.make_ofx import TRADES, money

_OPENING = 123_456
_ENTRY = """<Ntry><NtryRef>{number}</NtryRef><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>
<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>
<AcctSvcrRef>{day:%Y%m%d}{number:08d}</AcctSvcrRef>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
<NtryDtls><TxDtls><Refs><EndToEndId>E2E-{number}</EndToEndId></Refs><Amt Ccy="EUR">{amount}</Amt>
<CdtDbtInd>{direction}</CdtDbtInd><RltdPties><Dbtr><Pty><Nm>{trade} {place} LTD</Nm></Pty></Dbtr>
<DbtrAcct><Id><IBAN>DE02120300000000202051</IBAN></Id></DbtrAcct><Cdtr><Pty><Nm>{trade} {place} LTD</Nm></Pty></Cdtr>
</RltdPties><RmtInf><Ustrd>INVOICE {reference} {trade} THANK YOU</Ustrd></RmtInf></TxDtls></NtryDtls>
<AddtlNtryInf>SEPA TRANSFER</AddtlNtryInf></Ntry>
"""
_CAMT_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId>
<CreDtTm>2026-07-02T12:00:00+02:00</CreDtTm></GrpHdr><Stmt><Id>1</Id><ElctrncSeqNb>1</ElctrncSeqNb>
<CreDtTm>2026-07-02T12:00:00+02:00</CreDtTm><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>
"""
_BALANCE = """<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt>
<CdtDbtInd>{direction}</CdtDbtInd><Dt><Dt>2026-06-30</Dt></Dt></Bal>
"""


def _movements(lines: int) -> Iterator[tuple[int, date, int, str, int, int]]:
    source = random.Random(20260101)
    for number in range(1, lines + 1):
        posted = date(2021, 1, 1) + timedelta(days=number * 2006 // lines)
        cents = source.randint(-250_000, 250_000) or 1
        yield (
            number,
            posted,
            cents,
            source.choice(TRADES),
            source.randint(1, 4_000),
            source.randint(10**9, 10**10),
        )


def _direction(cents: int) -> str:
    return "DBIT" if cents < 0 else "CRDT"


def _camt(lines: int) -> Iterator[str]:
    total = _OPENING + sum(each[2] for each in _movements(lines))
    yield _CAMT_HEAD
    for code, cents in (("OPBD", _OPENING), ("CLBD", total)):
        yield _BALANCE.format(code=code, amount=money(abs(cents)), direction=_direction(cents))
    for number, day, cents, trade, place, reference in _movements(lines):
        yield _ENTRY.format(
            number=number,
            amount=money(abs(cents)),
            direction=_direction(cents),
            day=day,
            trade=trade,
            place=place,
            reference=reference,
        )
    yield "</Stmt></BkToCstmrStmt></Document>\n"


def _comma(cents: int) -> str:
    return money(abs(cents)).replace(".", ",")


def _mt940(lines: int) -> Iterator[str]:
    total = _OPENING
    yield f":20:STARTUMS\n:25:37040044/0532013000\n:28C:00001/001\n:60F:C210101EUR{_comma(_OPENING)}\n"
    for number, day, cents, trade, place, reference in _movements(lines):
        total += cents
        mark = "D" if cents < 0 else "C"
        details = (
            f"166?00SEPA TRANSFER?109310?20EREF+E2E-{number}?21SVWZ+INVOICE {reference}?22{trade} THANK YOU"
            f"?30COBADEFFXXX?31DE02120300000000202051?32{trade} {place} LTD?34997"
        )
        wrapped = "\n".join(details[at : at + 65] for at in range(0, len(details), 65))
        yield (
            f":61:{day:%y%m%d}{day:%m%d}{mark}R{_comma(cents)}NTRFNONREF//{day:%m%d}{number:010d}\n:86:{wrapped}\n"
        )
    yield f":62F:{'D' if total < 0 else 'C'}260630EUR{_comma(total)}\n-\n"


def _qif(lines: int) -> Iterator[str]:
    yield "!Type:Bank\n"
    for number, day, cents, trade, place, reference in _movements(lines):
        check = f"N{number % 10_000}\n" if number % 20 == 0 else ""
        yield f"D{day:%m/%d/%Y}\nT{money(cents)}\n{check}P{trade} {place}\nMINVOICE {reference}\n"
        yield f"LExpenses:{trade}\n^\n"


_WRITERS: dict[str, Callable[[int], Iterator[str]]] = {"camt": _camt, "mt940": _mt940, "qif": _qif}


def write(form: str, lines: int, out: Path) -> None:
    """Write a file of ``lines`` transactions in the format to ``out``."""
    with out.open("w", encoding="ascii", newline="\n") as file:
        file.writelines(_WRITERS[form](lines))


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
