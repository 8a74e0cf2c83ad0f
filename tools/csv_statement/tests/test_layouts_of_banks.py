"""Layouts that banks have, each read rightly or refused with the reason."""
# ruff: noqa: RUF001 - the characters that banks print are the subject, look-alikes among them

import pytest

from tools.contract import StatementRefusedError
from tools.csv_statement import read_statement


def _reading(*rows, name="a.csv"):
    return read_statement("\n".join(rows).encode(), name)


def _moved(reading):
    return [
        (line.date.isoformat(), str(line.amount))
        for statement in reading.statements
        for line in statement.lines
    ]


def _refusal(*rows, name="a.csv"):
    with pytest.raises(StatementRefusedError) as caught:
        _reading(*rows, name=name)
    return str(caught.value)


SIGN_COLUMN = [
    "No,Date,Sign,Amount (in Rs.),Remarks",
    '1,13/02/2026,-,"1,00,000.00",A',
    "2,14/02/2026,+,25.50,B",
]
DASH_COLUMN = ["13/02/2026,1000.00,-,Wages,ACME", "14/02/2026,-23.40,-,Shop,CITY"]
ISO_FLAGS = [
    "Date;Payee;Amount;Ccy;Debit/Credit",
    "13/02/2026;A;1,250.00;EUR;DBIT",
    "14/02/2026;B;2.50;EUR;CRDT",
]
GREEK_SIGNS = ["Ημ/νία;Αιτιολογία;Ποσό;Πρόσημο", "13/02/2026;A;12,50;Χ", "14/02/2026;B;900,00;Π"]
TURKISH = ["Tarih;Açıklama;İşlem Tutarı", "13.02.2026;A;-1.250,50 TL", "14.02.2026;B;+2.000,00 TL"]
PAYMENT_AND_DEPOSIT = ["Date,Payee,Payment,Deposit", "2026-02-13,A,12.50,", "2026-02-14,B,,900.00"]
NET_OF_FEE = [
    "Created,Description,Amount,Fee,Net",
    "2026-02-13,A,100.00,3.20,96.80",
    "2026-02-14,B,-50.00,0.00,-50.00",
]
LAST_ROW_IS_THE_BALANCE = [
    "13/02/2026;-45,80;Card;;SHOP;;0;Food",
    "14/02/2026;2000,00;Transfer;;WAGES;;0;Income",
    "28/02/2026;1954,20;;01234 567890A;;;;",
]
TWO_ROWS_OF_HEADER = ["Date,Text,Amount,", ",,Debit,Credit", "2026-02-13,A,12.5,", "2026-02-14,B,,900"]
ACCOUNT_OR_CARD = [
    "Data;Operazione;Dettagli;Conto o carta;Valuta;Importo",
    "13/02/2026;Shop;Pagamento POS;Conto 1000/1234;EUR;-34,50",
    "14/02/2026;Wages;Bonifico;Conto 1000/1234;EUR;1.800,00",
]

WITH_TAX = [
    "Settlement date (UTC);Total amount (incl. VAT);Currency;Counterparty name",
    "31-01-2026 10:00:00;-12,50;EUR;A",
    "15-01-2026 10:00:00;1000,00;EUR;B",
]
PLURALS = ["Fecha,Descripción,Depósitos,Retiros", "15-01-2026,A,900.00,", "30-01-2026,B,,12.50"]


@pytest.mark.parametrize(
    ("rows", "amounts"),
    [
        (SIGN_COLUMN, ["-100000.00", "25.50"]),
        (DASH_COLUMN, ["1000.00", "-23.40"]),
        (ISO_FLAGS, ["-1250.00", "2.50"]),
        (GREEK_SIGNS, ["-12.50", "900.00"]),
        (TURKISH, ["-1250.50", "2000.00"]),
        (PAYMENT_AND_DEPOSIT, ["-12.50", "900.00"]),
        (NET_OF_FEE, ["96.80", "-50.00"]),
        (LAST_ROW_IS_THE_BALANCE, ["-45.80", "2000.00"]),
        (TWO_ROWS_OF_HEADER, ["-12.5", "900"]),
        (ACCOUNT_OR_CARD, ["-34.50", "1800.00"]),
        (WITH_TAX, ["1000.00", "-12.50"]),
        (PLURALS, ["900.00", "-12.50"]),
    ],
)
def test_it_reads_each_direction_and_amount(rows, amounts):
    assert [amount for _, amount in _moved(_reading(*rows))] == amounts


def test_a_last_row_with_a_number_for_its_only_text_it_says_was_left_out():
    assert _reading(*LAST_ROW_IS_THE_BALANCE).warnings == ("Not read as a transaction: line 3.",)


def test_money_in_with_a_minus_in_every_row_it_refuses_where_no_word_says_what_it_is():
    rows = ["Date,Description,Debit,Credit", "2026-02-13,A,12.50,", "2026-02-14,B,,-2.00"]

    assert "which rows are money out" in _refusal(*rows)


def test_money_in_with_a_minus_in_every_row_goes_the_way_that_the_balance_proves():
    rows = ["Date,Description,Debit,Credit,Balance", "2026-02-13,A,12.50,,87.50", "2026-02-14,B,,-2.00,85.50"]

    reading = _reading(*rows, "2026-02-15,C,5.50,,80.00")

    assert [amount for _, amount in _moved(reading)] == ["-12.50", "-2.00", "-5.50"]


def test_amounts_in_two_stated_currencies_it_refuses():
    rows = ["Date,Description,Amount USD,Amount EUR", "2026-02-13,A,-10.00,-9.20", "2026-02-14,B,-5.00,-4.60"]

    assert "state different amounts" in _refusal(*rows)


def test_an_amount_that_only_an_unknown_column_states_refuses_the_file():
    rows = ["Date,Payee,Zahara,Deposit", "2026-02-13,A,12.50,", "2026-02-14,B,,900.00", "2026-02-15,C,,9.00"]

    assert "“Zahara”" in _refusal(*rows)


def test_an_amount_in_a_column_without_a_name_refuses_the_file():
    rows = ["Date,Payee,Amount,", "2026-02-13,A,-12.50,", "2026-02-14,B,,900", "2026-02-15,C,-9.00,"]

    assert "Line 3 states an amount in column 4" in _refusal(*rows)


def test_amounts_without_a_sign_that_a_balance_proves_leave_the_earliest_open_and_say_so():
    rows = ["Date,What,Amount,Balance", "2026-02-13,A,850.00,150.00", "2026-02-14,B,50.00,200.00"]

    (warning,) = _reading(*rows, "2026-02-15,C,10.00,210.00").warnings

    assert "all but the earliest are money in" in warning


def test_a_day_stated_once_is_not_carried_on_where_no_balance_proves_it():
    rows = ["Date,Details,Paid out,Paid in", "13 Feb 26,A,20.00,", ",B,100.00,", "14 Feb 26,C,,500.00"]

    assert "Line 3 has an amount but no date" in _refusal(*rows)


def test_parts_of_a_batch_without_a_day_are_no_rows_of_their_own():
    header = "Booked;Debit;Credit;Single amount;Balance;Text"
    rows = ["2026-02-13;-30.00;;;70.00;Batch", ";;;-10.00;;Part A", ";;;-20.00;;Part B"]

    reading = _reading(header, *rows, "2026-02-14;;5.00;;75.00;Pay", "2026-02-15;-1.00;;;74.00;Fee")

    assert [amount for _, amount in _moved(reading)] == ["-30.00", "5.00", "-1.00"]


def test_a_header_that_stands_again_under_the_same_account_divides_nothing():
    header = ["Account: 111-222-333", "Date,Description,Amount,Balance"]
    rows = ["2026-02-13,A,-3.50,96.50", *header, "2026-02-14,B,1.00,97.50", "2026-02-15,C,-2.00,95.50"]

    (statement,) = _reading(*header, *rows).statements

    assert [str(line.amount) for line in statement.lines] == ["-3.50", "1.00", "-2.00"]


HEADER = "Date,Description,Amount"
LAST_YEAR_TOO = ["From 01 Dec 2025 to 31 Jan 2026", HEADER, "24 Dec,A,-1.00", "Jan 2,B,-2.00"]
AMERICAN = ["Period: 12/01/2025 - 01/15/2026", HEADER, "12/02,A,-1.00", "01/03,B,-2.00"]
AS_AT = ["Statement as at 5 March 2026", HEADER, "13/02,A,-1.00", "04/03,B,-2.00"]
NO_YEAR = [HEADER, "13/02,A,-1.00", "14/02,B,-2.00"]


@pytest.mark.parametrize(
    ("rows", "name", "days"),
    [
        (LAST_YEAR_TOO, "a.csv", ["2025-12-24", "2026-01-02"]),
        (AMERICAN, "a.csv", ["2025-12-02", "2026-01-03"]),
        (AS_AT, "a.csv", ["2026-02-13", "2026-03-04"]),
        (NO_YEAR, "statement-2026.csv", ["2026-02-13", "2026-02-14"]),
    ],
)
def test_days_without_a_year_are_of_the_period_or_date_that_the_file_states(rows, name, days):
    assert [day for day, _ in _moved(_reading(*rows, name=name))] == days


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (
            NO_YEAR,
            "the file states none. Put the year into the file's name",
        ),
        (["Period: 01/02/2026 - 28/02/2026", HEADER, "13/07,A,-1.00"], "do not fit the period"),
        (["Year to 31 Dec 2026", HEADER, "03/04,A,-1.00"], "can be read with the day or the month first"),
    ],
)
def test_days_whose_year_or_order_the_file_leaves_open_refuse_it(rows, reason):
    assert reason in _refusal(*rows)


def test_turnovers_are_no_transactions_though_the_bank_gives_them_a_code():
    reading = _reading(
        '"Sąskaitos Nr.","","Data","Gavėjas","Paaiškinimai","Suma","Valiuta","D/K","Įrašo Nr.","Kodas"',
        '"LT127300010000000000","10","2026-01-01","","Likutis pradžiai","100.00","EUR","K","","AS"',
        '"LT127300010000000000","20","2026-01-15","MAXIMA","Pirkinys","12.90","EUR","D","1","K"',
        '"LT127300010000000000","20","2026-01-20","UAB ACME","Atlyginimas","1500.00","EUR","K","2","MK"',
        '"LT127300010000000000","82","2026-01-31","","Apyvarta","12.90","EUR","D","","K2"',
        '"LT127300010000000000","82","2026-01-31","","Apyvarta","1500.00","EUR","K","","K2"',
        '"LT127300010000000000","86","2026-01-31","","Likutis pabaigai","1587.10","EUR","K","","LS"',
    )

    [statement] = reading.statements
    assert _moved(reading) == [("2026-01-15", "-12.90"), ("2026-01-20", "1500.00")]
    assert (statement.account, str(statement.closing_balance)) == ("LT127300010000000000", "1587.10")
