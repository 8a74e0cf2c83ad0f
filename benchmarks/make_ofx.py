"""Write a large, lifelike OFX file: ``python -m benchmarks.make_ofx LINES OUT``.

Shares no code with the reader, so that the benchmark cannot agree with itself. The same count gives the same
file.
"""

import random
import sys
from datetime import date, timedelta
from pathlib import Path

_HEADER = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX>
<SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS>
<DTSERVER>20260702120000[-5:EST]<LANGUAGE>ENG<FI><ORG>Example Bank<FID>1001</FI></SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>USD
<BANKACCTFROM><BANKID>121099999<ACCTID>999988<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST>
<DTSTART>20210101000000[-5:EST]
<DTEND>20260630235959[-5:EST]
"""
_FOOTER = """</BANKTRANLIST>
<LEDGERBAL><BALAMT>{balance}<DTASOF>20260630235959[-5:EST]</LEDGERBAL>
</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""
_PLACES = (
    "SPRINGFIELD OH",
    "PORTLAND OR",
    "AUSTIN TX",
    "MADISON WI",
    "ALBANY NY",
    "RENO NV",
    "BOISE ID",
    "MOBILE AL",
)
TRADES = (
    "COFFEE",
    "HARDWARE",
    "GROCERY",
    "FUEL",
    "PHARMACY",
    "BOOKS",
    "INSURANCE",
    "TELECOM",
    "PAYROLL",
    "RENT",
)


def money(cents: int) -> str:
    """Return ``-1.05`` for -105."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def transaction(number: int, lines: int, source: random.Random) -> tuple[str, int]:
    """Return the text of one transaction and its amount in cents; banks write the oldest first, or the newest."""
    posted = date(2021, 1, 1) + timedelta(days=number * 2006 // lines)
    cents = source.randint(-250_000, 250_000) or 1
    kind = "CREDIT" if cents > 0 else "DEBIT"
    amount = money(cents)
    trade = source.choice(TRADES)
    check = f"<CHECKNUM>{number % 10_000}\n" if number % 20 == 0 else ""
    text = (
        f"<STMTTRN>\n<TRNTYPE>{kind}\n<DTPOSTED>{posted:%Y%m%d}120000[-5:EST]\n<TRNAMT>{amount}\n"
        f"<FITID>{posted:%Y%m%d}{number:08d}\n{check}<NAME>{trade} {source.randint(1, 4_000)}\n"
        f"<MEMO>CARD {source.randint(1000, 9999)} PURCHASE {trade} {source.choice(_PLACES)} "
        f"REF {source.randint(10**9, 10**10)}\n</STMTTRN>\n"
    )
    return text, cents


def write_ofx(lines: int, out: Path) -> None:
    """Write a file of ``lines`` transactions to ``out``."""
    source = random.Random(20260101)
    total = 0
    with out.open("w", encoding="ascii", newline="\n") as file:
        file.write(_HEADER)
        for number in range(lines):
            text, cents = transaction(number, lines, source)
            total += cents
            file.write(text)
        file.write(_FOOTER.format(balance=money(total)))


if __name__ == "__main__":
    write_ofx(int(sys.argv[1]), Path(sys.argv[2]))
