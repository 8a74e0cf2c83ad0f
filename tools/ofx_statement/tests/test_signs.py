"""Debits that a bank states without a minus."""

import pytest

from tools.contract import StatementRefusedError
from tools.ofx_statement import read_statement


def _file(*rows, extra=""):
    blocks = "".join(
        f"<STMTTRN><TRNTYPE>{kind}<DTPOSTED>20260105{extra}<TRNAMT>{amount}<FITID>{at}<NAME>a</STMTTRN>"
        for at, (kind, amount) in enumerate(rows)
    )
    return (
        "<OFX><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>1</BANKACCTFROM>"
        f"<BANKTRANLIST>{blocks}</BANKTRANLIST></STMTRS></OFX>"
    ).encode()


def _amounts(reading):
    return [str(line.amount) for line in reading.statements[0].lines]


@pytest.mark.parametrize("count", [1, 1000])
def test_where_no_amount_has_a_minus_debits_are_money_out(count):
    rows = [("DEBIT", "12.50"), ("CREDIT", "100.00"), ("DEBIT", "0.00"), ("DEP", "3.00")] * count
    reading = read_statement(_file(*rows), "")

    assert _amounts(reading) == ["-12.50", "100.00", "0.00", "3.00"] * count
    assert reading.warnings == (
        f"No amount is negative; the {count} lines that are marked DEBIT were read as money out.",
    )


@pytest.mark.parametrize(
    "rows",
    [
        [("DEBIT", "12.50"), ("DEBIT", "2.50"), ("CHECK", "100.00")],
        [("DEBIT", "12.50"), ("DEBIT", "2.50"), ("CREDIT", "-100.00")],
    ],
)
def test_debits_that_are_all_positive_and_settled_by_nothing_it_refuses(rows):
    with pytest.raises(StatementRefusedError, match="All 2 transactions that are marked DEBIT"):
        read_statement(_file(*rows), "")


def test_a_debit_that_comes_back_keeps_its_sign():
    reading = read_statement(_file(("DEBIT", "-12.50"), ("DEBIT", "2.50"), ("CREDIT", "7.00")), "")

    assert _amounts(reading) == ["-12.50", "2.50", "7.00"]
    assert "1 lines are marked DEBIT" in reading.warnings[0]


@pytest.mark.parametrize("available", ["00000000", "0", "31/01/2026"])
def test_a_value_date_that_is_no_day_it_leaves_out(available):
    reading = read_statement(_file(("OTHER", "1.00"), ("OTHER", "2.00"), extra=f"<DTAVAIL>{available}"), "")

    assert [line.value_date for line in reading.statements[0].lines] == [None, None]
    assert reading.warnings == (
        "The value dates of 2 lines (the first on line 1) are no days; they are left out.",
    )


@pytest.mark.parametrize(
    ("done", "day"),
    [("20260103120000[-5:EST]", "2026-01-03"), ("20260105", None), ("00000000", None), ("", None)],
)
@pytest.mark.parametrize("rare", ["", "<SRVRTID>9"], ids=["fast", "tag by tag"])
def test_the_day_on_which_it_was_done_it_keeps_where_it_is_another(done, day, rare):
    reading = read_statement(_file(("OTHER", "1.00"), ("OTHER", "2.00"), extra=f"<DTUSER>{done}{rare}"), "")

    days = [
        line.transaction_date and line.transaction_date.isoformat() for line in reading.statements[0].lines
    ]
    assert days == [day, day]
