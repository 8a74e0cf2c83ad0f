"""Files that a guess would read wrongly without a word: each is read rightly, read with a warning, or refused."""

from time import perf_counter

import pytest

from tools._shared.row_words import is_taken_back
from tools.contract import StatementRefusedError
from tools.csv_statement import describe, read_statement

SIGNED = "Date,Description,Amount"
BALANCED = "Date,Description,Amount,Balance"


def _reading(*rows, name="a.csv", layouts=()):
    return read_statement("\n".join(rows).encode(), name, layouts)


def _amounts(reading):
    return [str(line.amount) for statement in reading.statements for line in statement.lines]


def _refusal(*rows, name="a.csv"):
    with pytest.raises(StatementRefusedError) as caught:
        _reading(*rows, name=name)
    return str(caught.value)


def test_one_balance_does_not_turn_amounts_without_a_sign_round():
    reading = _reading(BALANCED, "13/02/2026,Salary,3000.00,3900.00", "13/02/2026,Bonus,14.00,3914.00")

    assert _amounts(reading) == ["3000.00", "14.00"]
    assert any("has a sign" in warning for warning in reading.warnings)


def test_amounts_without_a_sign_go_the_way_in_which_the_balance_stands_after_them():
    rising = ["13/02/2026,A,9.00,90.00", "13/02/2026,B,5.00,95.00", "13/02/2026,C,3.00,98.00"]
    falling = ["13/02/2026,A,5.00,85.00", "13/02/2026,B,3.00,90.00", "13/02/2026,C,9.00,93.00"]

    assert _amounts(_reading(BALANCED, *rising)) == ["9.00", "5.00", "3.00"]
    assert _amounts(_reading(BALANCED, *falling)) == ["-9.00", "-3.00", "-5.00"]


def test_amounts_without_a_sign_that_follow_both_ways_it_refuses():
    rows = [f"13/02/2026,A,5.00,{balance}.00" for balance in (90, 95, 100)]

    assert "from money in as well as from money out" in _refusal(BALANCED, *rows)


OLDEST_FIRST = ["13/02/2026,A,-3.50,96.50", "14/02/2026,B,1.00,97.50", "15/02/2026,C,-2.00,95.50"]


@pytest.mark.parametrize("rows", [OLDEST_FIRST, OLDEST_FIRST[::-1]], ids=["oldest first", "newest first"])
@pytest.mark.parametrize(
    "said", ["Credit limit", "Available balance", "Minimum payment due", "Estimated fee"]
)
def test_a_row_without_a_day_at_the_end_that_no_balance_proves_it_refuses(rows, said):
    assert "Line 5 has an amount but no date" in _refusal(BALANCED, *rows, f",{said},1000.00,")


def test_a_row_without_a_day_between_balances_is_of_the_day_above():
    rows = ["13/02/2026,A,-3.50,96.50", ",B,1.00,", "15/02/2026,C,-2.00,95.50", ",D,5.50,101.00"]

    assert _amounts(_reading(BALANCED, *rows)) == ["-3.50", "1.00", "-2.00", "5.50"]


def test_a_chosen_column_of_money_in_keeps_its_minus_where_no_word_and_no_balance_says_otherwise():
    header = "Date,Text,Debit,Credit"
    (table,) = describe(f"{header}\n2026-02-13,A,12.50,\n2026-02-14,B,,900.00".encode(), "a.csv").tables

    reading = _reading(header, "15/02/2026,Cheque 12 bounced,,-50.00", layouts=[table.layout])

    assert _amounts(reading) == ["-50.00"]
    assert any("as printed" in warning for warning in reading.warnings)


@pytest.mark.parametrize("said", ["Credit reversal", "Payment reversed NSF", "Payment received - returned"])
def test_money_in_with_a_minus_that_was_taken_back_it_refuses(said):
    rows = ["Date,Description,Debit,Credit", "2026-02-13,A,12.50,", f"2026-02-14,{said},,-50.00"]

    assert "which rows are money out" in _refusal(*rows)


def test_money_in_with_a_minus_beside_an_empty_column_of_money_out_needs_thanks_or_a_balance():
    header = "Date,Description,Debit,Credit"

    assert _amounts(_reading(header, "2026-02-14,Payment received thank you,,-50.00")) == ["50.00"]
    assert "which rows are money out" in _refusal(header, "2026-02-14,Deposit,,-50.00")


@pytest.mark.parametrize("said", ["Rücklastschrift", "Recibo impagado", "Rejet de prélèvement", "Chargeback"])
def test_words_for_a_payment_that_did_not_hold(said):
    assert is_taken_back(said)


def test_a_counterpartys_account_over_a_header_that_stands_again_divides_nothing():
    header = "Datum;Text;Betrag;Saldo"
    first = ["Konto: 111-222-333", header, "03.02.2026;Rent;-500,00;1500,00"]
    rest = [header, "13.02.2026;Pay;100,00;1600,00", "14.02.2026;Shop;-20,00;1580,00"]
    continued = ";to DE89 3704 0044 0532 0130 00 Landlord;;"

    for between in (
        continued,
        continued.lstrip(";"),
        "Landlord IBAN DE89370400440532013000;;;",
        "Account 9988776655;;;",
    ):
        reading = _reading(*first, between, *rest)
        assert [statement.account for statement in reading.statements] == ["111-222-333"]


def test_a_line_over_a_header_that_may_be_a_title_divides_where_the_balance_breaks_or_refuses():
    header = "Datum;Text;Betrag;Saldo"
    rows = [
        "03.02.2026;Rent;-500,00;1500,00",
        "Everyday Saver account 99887766;;;",
        header,
        "04.02.2026;A;-1,00;7,00",
    ]

    reading = _reading("Konto: 111-222-333", header, *rows)

    assert [statement.account for statement in reading.statements] == ["111-222-333", "99887766"]
    without_balances = [row.rpartition(";")[0] for row in rows]
    assert "Line 4 names another account" in _refusal(
        "Konto: 111-222-333", "Datum;Text;Betrag", *without_balances
    )


def test_an_account_without_rows_gives_its_title_to_no_other():
    rows = ["Account: 111-222", SIGNED, "13/02/2026,A,-1.00", "Account: 333-444", SIGNED, "Account: 555-666"]

    reading = _reading(*rows, SIGNED, "14/02/2026,B,-2.00")

    assert [statement.account for statement in reading.statements] == ["111-222", "555-666"]


def test_thousands_of_headers_are_looked_at_once():
    row, headers = "13/02/2026,Shop,-1.00", [SIGNED] * 2000
    started = perf_counter()

    _reading(SIGNED, *[row] * 1000, *headers, row)

    assert perf_counter() - started < 5


def test_a_last_movement_that_its_balance_proves_is_none_of_the_rows_left_out():
    rows = [
        "2026-02-13;-10,00;990,00;;Shop;",
        "2026-02-14;-50,00;940,00;;Rent;",
        "2026-02-15;-20,00;920,00;;Fuel;",
        "2026-02-16;-100,00;820,00;DE89370400440532013000;;",
    ]

    assert _amounts(_reading(*rows)) == ["-10.00", "-50.00", "-20.00", "-100.00"]


def test_a_last_row_that_may_be_a_movement_or_a_balance_it_refuses():
    rows = ["2026-02-13;-10,00;;Shop", "2026-02-14;-50,00;;Rent", "2026-02-15;-20,00;DE89370400440532013000;"]

    assert "Line 3 may be the last transaction or the balance" in _refusal(*rows)


@pytest.mark.parametrize("above", [["Currency: EUR"], []])
def test_what_was_bought_in_is_not_the_currency_of_the_account(above):
    rows = ["2026-02-13,A,-1.00,", "2026-02-14,B,-2.00,USD", "2026-02-15,C,-3.00,SEK"]

    (statement,) = _reading(*above, f"{SIGNED},Bought in", *rows).statements

    assert statement.currency == ("EUR" if above else "XXX")
    assert len(statement.lines) == 3


def test_a_column_of_payments_is_money_out_beside_one_of_money_in_alone():
    alone = _reading("Date,Customer,Payment", "2026-02-13,A,12.50")
    beside = _reading("Date,Payee,Payment,Receipts", "2026-02-13,A,12.50,", "2026-02-14,B,,900.00")

    assert (_amounts(alone), _amounts(beside)) == (["12.50"], ["-12.50", "900.00"])
    assert any("has a sign" in warning for warning in alone.warnings)


def test_the_balance_before_the_movement_is_seen_in_all_rows():
    balance, rows = 0, []
    for at in range(2100):
        amount = -1 if at < 2050 else -at
        rows.append(f"13/02/2026,Shop {at},{amount}.00,{balance}.00")
        balance += amount

    (statement,) = _reading(BALANCED, *rows).statements

    assert (statement.opening_balance, statement.closing_balance) == (0, balance)


def test_a_row_called_turnover_is_left_out_where_it_is_a_sum():
    header = "Date,Description,Kind,Amount"
    kept = _reading(header, "13/02/2026,VAT payment,Turnover,-10.00", "14/02/2026,Shop,Card,-5.00")
    equal = _reading(header, "13/02/2026,VAT payment,Turnover,-10.00", "14/02/2026,Shop,Card,-10.00")
    summed = _reading(
        header, "13/02/2026,A,Card,-10.00", "14/02/2026,B,Card,-5.00", "28/02/2026,,Turnover,-15.00"
    )

    assert _amounts(kept) == ["-10.00", "-5.00"]
    assert _amounts(equal) == ["-10.00", "-10.00"]
    assert _amounts(summed) == ["-10.00", "-5.00"]


def _days(reading):
    return [line.date.isoformat() for statement in reading.statements for line in statement.lines]


def _rows(*days):
    return [SIGNED, *(f"{day},Shop,-{at + 1}.00" for at, day in enumerate(days))]


YEAR_OF_A_STATEMENT = (["05.01.", "10.02.", "15.03.", "20.12."], "Kontoauszug per 31.12.2025", "a.csv")
EXPORTED = (["11/28", "12/15", "12/29", "01/03"], "", "export-2026-01-05.csv")
EXPORTED_NEWEST_FIRST = (["01/03", "12/29", "12/15", "11/28"], "", "export_2026_01_05.csv")
NAMED_BY_MONTH = (["28/12", "15/01", "30/01"], "", "statement-2026-01.csv")
NAMED_BY_YEAR = (["13/02", "14/02", "15/02"], "", "statement-2026.csv")


@pytest.mark.parametrize(
    ("file", "first", "last", "by"),
    [
        (YEAR_OF_A_STATEMENT, "2025-01-05", "2025-12-20", "the date that the file states"),
        (EXPORTED, "2025-11-28", "2026-01-03", "the date in the file's name"),
        (EXPORTED_NEWEST_FIRST, "2025-11-28", "2026-01-03", "the date in the file's name"),
        (NAMED_BY_MONTH, "2025-12-28", "2026-01-30", "the date in the file's name"),
        (NAMED_BY_YEAR, "2026-02-13", "2026-02-15", "the year in the file's name"),
    ],
)
def test_days_without_a_year_are_none_after_the_date_of_their_statement_and_it_says_so(file, first, last, by):
    days, above, name = file

    reading = _reading(above, *_rows(*days), name=name)

    assert (_days(reading)[0], _days(reading)[-1]) == (first, last)
    assert any(f"{first} to {last}, by {by}" in warning for warning in reading.warnings)


@pytest.mark.parametrize(
    ("days", "above", "name", "reason"),
    [
        (["13.02.", "14.02."], "Account opened: 12.05.2019", "a.csv", "states none"),
        (["13.02.", "14.02."], "Customer since 12 March 1980", "a.csv", "states none"),
        (["13.02.", "14.02."], "", "card ending 2019.csv", "states none"),
        (["13.02.", "14.02."], "", "Konto 1985 Max.csv", "states none"),
        (["20.01.", "03.02.", "10.02."], "Statement date: 05.02.2026", "a.csv", "in no order of time"),
        (["03.02.", "10.02."], "Statement date: 05.02.2026", "a.csv", "do not fit the date"),
        (["05.01.", "10.02.", "15.03."], "Statement date: 31.12.2025", "a.csv", "do not fit the date"),
        (["13.12.", "14.01."], "", "statement-2026.csv", "do not fit the single year in the name"),
        (["28.02.", "29.02."], "Period: 01.01.2026 - 31.12.2026", "a.csv", "“29.02.” is no day of 2026"),
        (["01/05", "02/04"], "", "a-2026.csv", "can be read with the day or the month first"),
    ],
)
def test_days_whose_year_would_be_guessed_refuse_the_file(days, above, name, reason):
    assert reason in _refusal(above, *_rows(*days), name=name)


def test_a_whole_year_is_a_period():
    reading = _reading("Period: 01.01.2025 - 31.12.2025", *_rows("05.01.", "20.12."))

    assert _days(reading) == ["2025-01-05", "2025-12-20"]
    assert reading.warnings == ()


def test_an_order_of_few_rows_settles_day_and_month_without_a_year_with_a_warning():
    few = _reading(*_rows("01/05", "02/04", "03/06"), name="a-2026.csv")
    many = _reading(*_rows("01/05", "02/04", "03/06", "04/02", "05/01"), name="a-2026.csv")

    assert _days(few) == ["2026-01-05", "2026-02-04", "2026-03-06"]
    assert [any("order of a few rows" in said for said in each.warnings) for each in (few, many)] == [
        True,
        False,
    ]


def test_a_value_date_after_the_date_of_the_statement_is_left_out_and_said():
    header = "Date,Value date,Description,Amount"

    reading = _reading("Statement date 31.12.2025", header, "10.12.,11.12.,A,-1.00", "31.12.,02.01.,B,-2.00")

    assert _days(reading) == ["2025-12-10", "2025-12-31"]
    assert any("“Value date” is left out" in warning for warning in reading.warnings)
