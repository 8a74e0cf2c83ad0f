"""A month as banks write it out: the same movements in every format, worded as each does."""

from decimal import Decimal

from tools.pdf_statement.tests.printing import Printer, table

#: Day, amount, name and memo of each row.
Rows = tuple[tuple[str, str, str, str], ...]


def ofx(rows: Rows) -> bytes:
    written = "".join(
        f"<STMTTRN><TRNTYPE>OTHER<DTPOSTED>{day.replace('-', '')}<TRNAMT>{amount}<FITID>{day}{number}"
        f"<NAME>{name}<MEMO>{memo}</STMTTRN>"
        for number, (day, amount, name, memo) in enumerate(rows)
    )
    return (
        "<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>1</BANKACCTFROM>"
        f"<BANKTRANLIST>{written}</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    ).encode()


def camt(rows: Rows) -> bytes:
    written = ""
    for number, (day, amount, name, memo) in enumerate(rows):
        party, direction = ("Cdtr", "DBIT") if amount.startswith("-") else ("Dbtr", "CRDT")
        written += (
            f"<Ntry><Amt Ccy='EUR'>{amount.lstrip('-')}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts>BOOK</Sts>"
            f"<BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>C{number}</AcctSvcrRef><NtryDtls><TxDtls><RltdPties>"
            f"<{party}><Nm>{name}</Nm></{party}></RltdPties><RmtInf><Ustrd>{memo}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        )
    return (
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'><BkToCstmrStmt><Stmt>"
        f"<Acct><Ccy>EUR</Ccy></Acct>{written}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def mt940(rows: Rows) -> bytes:
    written = ""
    for day, amount, name, memo in rows:
        mark = "D" if amount.startswith("-") else "C"
        written += f":61:{day[2:].replace('-', '')}{mark}{amount.lstrip('-').replace('.', ',')}NTRFNONREF\n"
        written += f":86:166?20SVWZ+{memo}?32{name}\n"
    closing = sum(Decimal(amount) for _day, amount, _name, _memo in rows)
    return (
        f":20:A\n:25:1\n:60F:C260101EUR0,\n{written}:62F:C260131EUR{closing:.2f}".replace(".", ",") + "\n-\n"
    ).encode()


def qif(rows: Rows) -> bytes:
    written = "".join(f"D{day}\nT{amount}\nP{name}\nM{memo}\n^\n" for day, amount, name, memo in rows)
    return f"!Type:Bank\n{written}".encode()


def csv(rows: Rows) -> bytes:
    return ("Date,Amount,Payee,Memo\n" + "".join(",".join(row) + "\n" for row in rows)).encode()


def pdf(rows: Rows) -> bytes:
    balance, printed = Decimal(0), []
    for day, amount, name, memo in rows:
        balance += Decimal(amount)
        printed.append((day, f"{name} {memo}".strip(), amount, f"{balance:.2f}"))
    return table(Printer(), ("Date", "Text", "Amount", "Balance"), printed, (40, 120, -450, -550)).content()
