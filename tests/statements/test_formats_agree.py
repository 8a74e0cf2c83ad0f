"""One month in every text format gives the same movements, in the words by which lines are known again."""

import pytest

from ledgerflow.statements.reading import read_file
from ledgerflow.statements.recognition import text_key

_MONTH = (
    ("2026-01-05", "-12.50", "Corner Bakery", "Card 1234 bread"),
    ("2026-01-15", "750.00", "Sample Trading GmbH", "Invoice 2026-001"),
    ("2026-01-31", "-3.00", "Sample Bank", "Account fee January"),
)


def _ofx():
    rows = "".join(
        f"<STMTTRN><TRNTYPE>OTHER<DTPOSTED>{day.replace('-', '')}<TRNAMT>{amount}<FITID>{day}"
        f"<NAME>{name}<MEMO>{memo}</STMTTRN>"
        for day, amount, name, memo in _MONTH
    )
    return (
        "<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>1</BANKACCTFROM>"
        f"<BANKTRANLIST>{rows}</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    )


def _camt():
    rows = ""
    for day, amount, name, memo in _MONTH:
        party, direction = ("Cdtr", "DBIT") if amount.startswith("-") else ("Dbtr", "CRDT")
        rows += (
            f"<Ntry><Amt Ccy='EUR'>{amount.lstrip('-')}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts>BOOK</Sts>"
            f"<BookgDt><Dt>{day}</Dt></BookgDt><NtryDtls><TxDtls><RltdPties><{party}><Nm>{name}</Nm></{party}></RltdPties>"
            f"<RmtInf><Ustrd>{memo}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        )
    return (
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'><BkToCstmrStmt><Stmt>"
        f"<Acct><Ccy>EUR</Ccy></Acct>{rows}</Stmt></BkToCstmrStmt></Document>"
    )


def _mt940():
    rows = ""
    for day, amount, name, memo in _MONTH:
        mark = "D" if amount.startswith("-") else "C"
        rows += f":61:{day[2:].replace('-', '')}{mark}{amount.lstrip('-').replace('.', ',')}NTRFNONREF\n"
        rows += f":86:166?20SVWZ+{memo}?32{name}\n"
    return f":20:A\n:25:1\n:60F:C260101EUR0,\n{rows}:62F:C260131EUR734,5\n-\n"


def _qif():
    return "!Type:Bank\n" + "".join(
        f"D{day}\nT{amount}\nP{name}\nM{memo}\n^\n" for day, amount, name, memo in _MONTH
    )


def _csv():
    return "Date,Amount,Payee,Memo\n" + "".join(",".join(row) + "\n" for row in _MONTH)


@pytest.mark.parametrize(
    "write", [_ofx, _camt, _mt940, _qif, _csv], ids=["ofx", "camt", "mt940", "qif", "csv"]
)
def test_a_month_it_knows_again_whatever_the_format(write):
    reading = read_file(content=write().encode(), name="statement")

    assert (reading.status, reading.error) == ("read", None)
    (statement,) = reading.statements
    assert [
        (str(line.date), str(line.amount), line.counterparty, text_key(line.description, line.counterparty))
        for line in statement.lines
    ] == [(day, amount, name, text_key(name, memo)) for day, amount, name, memo in _MONTH]
