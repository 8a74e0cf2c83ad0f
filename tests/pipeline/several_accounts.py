"""Files that hold statements of several accounts, each charged the same fee on the same day."""

from tools.xlsx_statement.tests.books import sheet_xml, xlsx

_FEE = "<STMTTRN><TRNTYPE>FEE<DTPOSTED>20260105<TRNAMT>-5.00<FITID>{id}<NAME>FEE</STMTTRN>"


def bank(number, currency="USD", fitid="1"):
    return (
        f"<STMTTRNRS><STMTRS><CURDEF>{currency}<BANKACCTFROM><ACCTID>{number}</BANKACCTFROM><BANKTRANLIST>"
        f"{_FEE.format(id=fitid)}</BANKTRANLIST></STMTRS></STMTTRNRS>"
    )


def card(number):
    return (
        f"<CREDITCARDMSGSRSV1><CCSTMTTRNRS><CCSTMTRS><CURDEF>USD<CCACCTFROM><ACCTID>{number}</CCACCTFROM><BANKTRANLIST>"
        f"{_FEE.format(id=1)}</BANKTRANLIST></CCSTMTRS></CCSTMTTRNRS></CREDITCARDMSGSRSV1>"
    )


def ofx(*banks, cards=""):
    return f"<OFX><BANKMSGSRSV1>{''.join(banks)}</BANKMSGSRSV1>{cards}</OFX>".encode()


def workbook(sheets, *, notes=()):
    """Return a workbook of visible sheets by name, and of one with notes."""
    kept = sheets | ({"Notes": [[note] for note in notes]} if notes else {})
    return xlsx(*((name, "visible", sheet_xml(rows)) for name, rows in kept.items()))


_WALLET = (
    "Date,Description,Amount,Currency\n2026-01-05,Fee,-5.00,EUR\n2026-01-05,Fee,-5.00,USD\n"
    "2026-01-20,Coffee,-3.00,EUR\n2026-01-21,Tea,-4.00,USD\n"
)
_ONE_IBAN = "".join(
    f"{row},{'IBAN' if not at else 'DE89370400440532013000'}\n" for at, row in enumerate(_WALLET.splitlines())
)
SHEETS = {
    "Everyday": [["Date", "Description", "Amount"], ["2026-01-05", "Fee", -5], ["2026-01-20", "Coffee", -3]],
    "Savings": [["Date", "Description", "Amount"], ["2026-01-05", "Fee", -5], ["2026-01-21", "Tea", -4]],
}

#: By what they are: the name, the bytes and how many accounts.
FILES = {
    "bank and card": ("two.ofx", ofx(bank("111222333"), cards=card("4000123412341234")), 2),
    "three accounts": ("three.ofx", ofx(bank("222333444"), bank("444555666"), bank("777888999")), 3),
    "two sheets": ("book.xlsx", workbook(SHEETS), 2),
    "a wallet": ("wallet.csv", _WALLET.encode(), 2),
    "one IBAN in two currencies": ("iban.csv", _ONE_IBAN.encode(), 2),
}
