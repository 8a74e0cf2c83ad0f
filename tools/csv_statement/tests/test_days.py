"""Days whose calendar, order or month's name is not settled by the row alone."""

import pytest

from tools.contract import StatementRefusedError
from tools.csv_statement import read_statement


def _days(text):
    (statement,) = read_statement(text.encode(), "a.csv").statements
    return [line.date.isoformat() for line in statement.lines]


@pytest.mark.parametrize(
    "days",
    [
        ("31/01/2567", "29/02/2567", "05/03/2567"),
        ("31/01/67", "29/02/67", "05/03/67"),
        ("31/01/67 10:15", "29/02/67 10:15", "05/03/67 23:00"),
    ],
)
def test_thai_years_it_reads_in_their_calendar(days):
    rows = "".join(f"{day},โอนเงิน,-{at + 1}.50\n" for at, day in enumerate(days))

    assert _days(f"Date,Descriptions,Amount\n{rows}") == ["2024-01-31", "2024-02-29", "2024-03-05"]


@pytest.mark.parametrize(
    ("days", "year"), [(("13/01/26", "14/02/26"), 2026), (("13/01/67", "14/02/26"), 2067)]
)
def test_years_of_a_thai_file_that_may_be_of_this_century_it_leaves(days, year):
    rows = "".join(f"{day},โอนเงิน,-{at + 1}.50\n" for at, day in enumerate(days))

    assert f"{year}-01-13" in _days(f"Date,Descriptions,Amount\n{rows}")


def _unsettled(*days):
    return "Date,Account,Description,Amount\n" + "".join(
        f"{day},{account},Shop {at},-{at + 1}.50\n" for at, (day, account) in enumerate(days)
    )


def test_rows_of_five_days_in_order_of_time_settle_day_and_month():
    days = [(day, "1") for day in ("01/12/2025", "02/01/2026", "02/09/2026", "03/02/2026", "04/01/2026")]

    assert _days(_unsettled(*days))[:3] == ["2025-01-12", "2026-02-01", "2026-02-09"]


def test_the_order_of_few_rows_settles_day_and_month_with_a_warning():
    days = [(day, "1") for day in ("01/12/2026", "02/01/2026", "02/09/2026")]
    reading = read_statement(_unsettled(*days).encode(), "a.csv")

    assert reading.statements[0].lines[0].date.isoformat() == "2026-01-12"
    assert any("Only the order of a few rows" in warning for warning in reading.warnings)


def test_the_order_of_few_rows_that_would_tear_them_apart_settles_nothing():
    days = [(day, "1") for day in ("02/03/2026", "01/04/2026", "02/12/2026")]

    with pytest.raises(StatementRefusedError, match="day or the month first"):
        read_statement(_unsettled(*days).encode(), "a.csv")


def test_rows_are_in_order_of_time_within_each_account():
    first = [(day, "1") for day in ("01/12/2026", "02/01/2026", "02/09/2026", "03/02/2026")]
    second = [(day, "2") for day in ("01/11/2026", "02/02/2026", "02/08/2026", "03/01/2026")]
    statements = read_statement(_unsettled(*first, *second).encode(), "a.csv").statements

    assert [statement.lines[0].date.isoformat() for statement in statements] == ["2026-01-12", "2026-01-11"]


@pytest.mark.parametrize(
    ("header", "days", "read"),
    [
        ("Datum;Opis;Iznos", ("5. lip 2026", "6. srp 2026", "7. lis 2026"), "06 07 10"),
        ("Date;Text;Amount", ("5. lip 2026", "6. srp 2026", "7. ruj 2026"), "06 07 09"),
        ("Date;Text;Amount", ("5. lipnja 2026", "6. srpnja 2026", "7. listopada 2026"), "06 07 10"),
        ("Data;Opis;Kwota", ("5 lip 2026", "6 sie 2026", "7 lis 2026"), "07 08 11"),
        ("Datum;Popis;Částka", ("5. srp 2026", "6. zář 2026", "7. lis 2026"), "08 09 11"),
        ("Data;Tytuł;Kwota", ("5 lipca 2026", "6 sierpnia 2026", "7 listopada 2026"), "07 08 11"),
        ("Date;Text;Amount", ("5 lipiec 2026", "6 sierpień 2026", "7 listopad 2026"), "07 08 11"),
    ],
)
def test_a_month_that_two_languages_count_otherwise_it_reads_by_the_files_own(header, days, read):
    rows = "\n".join(f"{day};A;-1,50" for day in days)

    assert [day[5:7] for day in _days(f"{header}\n{rows}\n")] == read.split()


def test_a_month_that_two_languages_count_otherwise_it_refuses_without_more():
    with pytest.raises(StatementRefusedError, match="Croatian"):
        _days("Date;Text;Amount\n5 lip 2026;A;-1,50\n6 lip 2026;B;2,50\n")


@pytest.mark.parametrize(
    ("above", "header", "month"),
    [
        ("Izvadak za razdoblje 01.10.2026 - 31.10.2026", "Datum;Opis plaćanja;Iznos", "10"),
        ("Izvadak za razdoblje 1. listopada 2026 do 30. listopada 2026", "Datum;Opis plaćanja;Iznos", "10"),
        ("Wyciąg za okres 1 listopada 2026 do 30 listopada 2026", "Data;Tytuł;Kwota", "11"),
    ],
)
def test_such_a_month_it_reads_by_the_files_own_language_also_where_days_have_no_year(above, header, month):
    assert _days(f"{above}\n{header}\n5. listopada;A;-1,50\n6. listopada;B;2,50\n") == [
        f"2026-{month}-05",
        f"2026-{month}-06",
    ]


@pytest.mark.parametrize(
    ("header", "booked", "done"),
    [
        ("Transaction Date,Posting Date", "2026-01-15", None),
        ("Posting Date,Transaction Date", None, "2026-01-15"),
        ("Date,Statement date", None, None),
    ],
)
def test_the_day_of_posting_or_purchase_is_kept_beside_the_one_that_dates_the_row(header, booked, done):
    rows = "2026-01-12,2026-01-15,Shop,-1.50\n2026-01-20,2026-01-20,Shop,-2.50\n2026-01-21,,Shop,-3.50\n"
    (statement,) = read_statement(f"{header},Description,Amount\n{rows}".encode(), "a.csv").statements

    first, *others = statement.lines

    assert (str(first.date), first.value_date) == ("2026-01-12", None)
    assert [day and day.isoformat() for day in (first.booking_date, first.transaction_date)] == [booked, done]
    assert {(one.booking_date, one.transaction_date) for one in others} == {(None, None)}


def test_a_day_months_away_is_none_of_the_movement():
    rows = "2026-01-12,2025-01-15,Shop,-1.50\n2026-01-20,2026-01-21,Shop,-2.50\n"
    (statement,) = read_statement(
        f"Transaction Date,Posting Date,Description,Amount\n{rows}".encode(), "a.csv"
    ).statements

    assert {one.booking_date for one in statement.lines} == {None}
