from decimal import Decimal
from itertools import accumulate

import pytest

from tools.contract import StatementRefusedError
from tools.csv_statement import claims, read_statement


def refused(text, name="statement.csv"):
    with pytest.raises(StatementRefusedError) as caught:
        read_statement(text.encode(), name)
    return str(caught.value)


def _followed(moved, left, *moves, start=0):
    """A table of numbers under ``moved``, each with what they add up to from ``start`` on under ``left``."""
    rows = zip(moves, accumulate(map(Decimal, moves), initial=Decimal(start)), strict=False)
    table = [
        f"2026-01-{day:02d},A,{move},{total + Decimal(move)}"
        for day, (move, total) in enumerate(rows, start=1)
    ]
    return "\n".join([f"Date,Description,{moved},{left}", *table, ""])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"  \n",
        b"OFXHEADER:100\nDATA:OFXSGML\n<OFX><STMTTRN><DTPOSTED>20260101<TRNAMT>1.00</OFX>",
        b"<?xml version='1.0'?><Document><Amt>1.00</Amt></Document>",
        b"!Type:Bank\nD01/02/2026\nT-1.00\n^\n",
        b"{1:F01X}{4:\n:20:X\n:25:1\n:60F:C260101EUR1,00\n:61:2601010101D1,00NMSC\n-}",
        b"%PDF-1.4 2026-01-01,1.00",
        b"PK\x03\x04 zip",
        b'[{"date": "2026-01-01", "amount": 1}]',
        b"Dear customer,\nyour balance, as of today, is fine.\n",
        b"\x00\x01\x02\x03",
        b"name,colour\nbox,red\n",
    ],
)
def test_it_claims_no_other_content(content):
    assert not claims(content, "statement.csv")


def test_it_refuses_days_and_months_that_nothing_settles():
    sentence = refused("Date,Description,Amount\n03/04/2026,A,-1.00\n03/04/2026,B,2.00\n")

    assert "2026-04-03 or 2026-03-04" in sentence


def test_it_takes_the_day_and_month_that_another_row_settles():
    reading = read_statement(b"Date,Description,Amount\n03/04/2026,A,-1.00\n25/04/2026,B,2.00\n", "x.csv")

    assert [line.date.isoformat() for line in reading.statements[0].lines] == ["2026-04-03", "2026-04-25"]


def test_it_takes_the_day_and_month_that_the_file_name_settles():
    content = b"Date,Description,Amount\n10/02/2026,A,-1.00\n"

    reading = read_statement(content, "export_20260226.csv")

    assert reading.statements[0].lines[0].date.isoformat() == "2026-02-10"


def test_it_refuses_dates_in_two_orders():
    sentence = refused("Date,Description,Amount\n13/04/2026,A,-1.00\n04/25/2026,B,2.00\n")

    assert "more than one order" in sentence


def test_it_never_reads_a_thousands_mark_as_a_decimal_mark():
    assert "4,884" in refused('Date,Description,Amount\n2026-04-13,A,"-4,884"\n')


def test_it_reads_a_thousands_mark_that_another_row_settles():
    content = b'Date,Description,Amount\n2026-04-13,A,"-4,884"\n2026-04-14,B,"1,280.80"\n'

    reading = read_statement(content, "x.csv")

    assert [str(line.amount) for line in reading.statements[0].lines] == ["-4884", "1280.80"]


@pytest.mark.parametrize(("currency", "first"), [("", "-25000"), ("KWD", "-25.000")])
def test_groups_of_three_that_a_balance_proves_either_way_are_thousands(currency, first):
    rows = ["2026-01-13;A;-25.000;975.000", "2026-01-14;B;-1.250;973.750"]
    content = "\n".join(["Date;Description;Amount;Balance;Currency", *[f"{row};{currency}" for row in rows]])

    reading = read_statement(content.encode(), "x.csv")

    assert str(reading.statements[0].lines[0].amount) == first
    assert any("thousands mark" in warning for warning in reading.warnings) == (first == "-25000")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Date,Description,Amount\n2026-01-01,A,-1.00\n2026-01-02,B,oops\n2026-01-03,C,3.00\n", "oops"),
        ("Date,Description,Amount\n2026-01-01,A,-1.00\nyesterday,B,2.00\n2026-01-03,C,3.00\n", "Line 3"),
        ("Date,Description,Amount\n2026-01-01,A,-1.00\n,B,2.00\n2026-01-03,C,3.00\n", "Line 3"),
        (
            "Date,Description,Amount\n2026-01-01,A,1,25\n2026-01-02,B,-2,50\n2026-01-03,C,7,00,x\n",
            "delimiter",
        ),
        ("Date,Description,Amount,Note,Tag\n2026-01-01,A,-1,25\n2026-01-02,B,-2,50\n", "decimal comma"),
        (
            "Date,Description,Amount,Balance,Note,Tag\n2026-01-01,A,-1,25,8,75\n2026-01-02,B,-2,50,6,25\n",
            "decimal comma",
        ),
        ('Date,Description,Amount\n2026-01-01,"A,-1.00\n2026-01-02,B,2.00\n2026-01-03,C,3.00\n', "quot"),
        ("Date,Book balance,Value balance\n2026-01-01,1.00,1.00\n2026-01-02,2.00,2.00\n", "balances"),
        ("Date,Description,Debit,Credit\n2026-01-01,A,1.00,2.00\n2026-01-02,B,,2.00\n", "both"),
        ("Date,Description,Direction,Amount\n2026-01-01,A,neutral,1.00\n2026-01-02,B,in,2.00\n", "neutral"),
        ("Date,Name,Amount\n" + "".join(f"2026-01-0{day},A,{day}.00\n" for day in range(1, 8)), "sign"),
        ("a,b\n" + "x," * 300 + "\n", "list of transactions"),
        # A balance of what is no money, or of what was spent, follows as well as that of an account.
        (_followed("Points", "Points balance", 50, -20, 30, 10, start=100), "No column"),
        (_followed("Units", "Unit balance", 50, -20, 30, 10, start=100), "No column"),
        (_followed("Miles", "Balance", 50, -20, 30, 10, start=100), "balances, not movements"),
        (_followed("Fees", "Total fees", "3.50", "4.00", "2.00", "1.00"), "No column"),
        (_followed("Amount", "Running total", "3.50", "4.00", "2.00", "1.00"), "Nothing in the file says"),
    ],
)
def test_it_refuses_with_a_sentence(text, words):
    assert words in refused(text)


def test_it_says_that_a_header_without_rows_is_empty():
    reading = read_statement(b"Date,Description,Amount\n", "x.csv")

    assert reading.statements == ()
    assert reading.notice == "The file has a header row but no transactions."


def test_it_reads_whole_amounts_beside_two_digits_that_the_balance_proves():
    content = (
        b"Date,Description,Amount,Balance\n2026-01-01,A,-11,25\n2026-01-02,B,-12,13\n2026-01-03,C,30,43\n"
    )

    (statement,) = read_statement(content, "x.csv").statements

    assert [str(line.amount) for line in statement.lines] == ["-11", "-12", "30"]


def test_under_a_header_without_a_known_date_the_first_row_may_hold_day_and_amount_alone():
    content = (
        b"Dia;Cosa;Debe;Haber\n10/05/2026;;12,40;\n13/05/2026;sou;;1.500,00\n14/05/2026;lloguer;700,00;\n"
    )

    (statement,) = read_statement(content, "x.csv").statements

    assert [str(line.amount) for line in statement.lines] == ["-12.40", "1500.00", "-700.00"]


def test_two_amounts_with_one_quotation_mark_between_them_it_does_not_join():
    rows = 'Date,Details,In,Balance\n2026-09-24,A,"1,000","2,000"\n2026-09-25,B,"310,000,"724,670"\n'

    with pytest.raises(StatementRefusedError, match="Line 3 has a quotation mark within a number"):
        read_statement(rows.encode(), "a.csv")
