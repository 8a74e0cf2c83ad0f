"""A point before three digits: a decimal mark as the standard says, or a thousands mark as some banks write."""

import pytest

from tools.contract import StatementRefusedError
from tools.ofx_statement import read_statement


def _file(amounts, currency="EUR", balance="0"):
    blocks = "".join(
        f"<STMTTRN><TRNTYPE>OTHER<DTPOSTED>20260105<TRNAMT>{amount}<FITID>{at}<NAME>a</STMTTRN>\n"
        for at, amount in enumerate(amounts)
    )
    return (
        f"<OFX><STMTRS><CURDEF>{currency}<BANKACCTFROM><ACCTID>1</BANKACCTFROM><BANKTRANLIST>{blocks}</BANKTRANLIST>"
        f"<LEDGERBAL><BALAMT>{balance}</LEDGERBAL></STMTRS></OFX>"
    ).encode()


@pytest.mark.parametrize(
    ("amounts", "currency", "read"),
    [
        (["-25.000", "-1.250.000", "-500"], "COP", ["-25000", "-1250000", "-500"]),
        (["-25.000", "-500"], "CLP", ["-25000", "-500"]),
        (["-12,50", "-1.234"], "EUR", ["-12.50", "-1234"]),
        (["-25.000"] * 1000 + ["-1.234,50"], "EUR", ["-25000"] * 1000 + ["-1234.50"]),
        (["-4.884", "-12.500"], "KWD", ["-4.884", "-12.500"]),
        (["-4.884", "-12.50"], "EUR", ["-4.884", "-12.50"]),
        (["-4.884", "-1234.500"], "EUR", ["-4.884", "-1234.500"]),
    ],
)
def test_all_amounts_together_settle_what_a_point_means(amounts, currency, read):
    reading = read_statement(_file(amounts, currency), "")

    assert [str(line.amount) for line in reading.statements[0].lines] == read
    grouped = any("." in stated and "." not in amount for stated, amount in zip(amounts, read, strict=True))
    assert any("thousands mark" in warning for warning in reading.warnings) == grouped


@pytest.mark.parametrize(
    "amounts", [["-25.000", "-1.250"], ["-25.000", "-500"], ["-1.234", "-1.50", "-2,50"]]
)
def test_points_that_nothing_settles_it_refuses(amounts):
    with pytest.raises(StatementRefusedError, match="can be read in two ways"):
        read_statement(_file(amounts), "")


def test_a_balance_with_a_point_that_nothing_settles_it_leaves_out():
    reading = read_statement(_file(["-500"], balance="1.234"), "")

    assert reading.statements[0].closing_balance is None
    assert "“1.234” can be read in two ways" in " ".join(reading.warnings)
