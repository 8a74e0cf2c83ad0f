"""Rows that are no booked movement: totals, pending ones, and what only looks like them."""

import pytest

from tools.csv_statement import read_statement

HEADER = "Date;Description;Amount;Balance"
ROWS = ["2026-01-13;Harbor;-45.10;954.90", "2026-01-15;Salary;500.00;1454.90"]


def _read(*rows):
    return read_statement("\n".join(rows).encode(), "a.csv")


def _amounts(reading):
    return [str(line.amount) for statement in reading.statements for line in statement.lines]


@pytest.mark.parametrize(
    "rows",
    [
        [HEADER, *ROWS, "2026-01-31;Total;454.90;"],
        [HEADER, *ROWS, "2026-01-31;TOTAL:;545.10;"],
        [HEADER, "2026-01-31;Summe;454.90;", *ROWS[::-1]],
        [
            "Date;Description;Amount",
            "2026-01-13;Harbor;-45.10",
            "2026-01-15;Salary;500.00",
            "2026-01-31;Total;454.90",
        ],
        [
            "Date;Text;Paid out;Paid in",
            "2026-01-13;A;45.10;",
            "2026-01-15;B;;500.00",
            "2026-01-31;Total;45.10;500.00",
        ],
    ],
)
def test_a_dated_total_it_leaves_out_and_says_so(rows):
    reading = _read(*rows)

    assert _amounts(reading) == ["-45.10", "500.00"]
    assert any(warning.startswith("Not read as a transaction: line ") for warning in reading.warnings)


@pytest.mark.parametrize("row", ["2026-01-31;Total;-30.00;1424.90", "2026-01-31;Total Harbor;454.90;1909.80"])
def test_a_merchant_of_that_name_stays(row):
    assert len(_amounts(_read(HEADER, *ROWS, row))) == 3


def _stated(name, *states):
    rows = [f"2026-01-{at + 13};Shop {at};-{at + 1}.50;{state}" for at, state in enumerate(states)]
    return _read(f"Date;Description;Amount;{name}", *rows)


@pytest.mark.parametrize("name", ["Info", "Stav", "State"])
def test_a_column_of_free_text_is_no_status(name):
    reading = _stated(name, "Netflix cancelled refund", "Hotel reservation Berlin", "Salary of May")

    assert [line.status for line in reading.statements[0].lines] == ["booked"] * 3
    assert reading.warnings == ()


@pytest.mark.parametrize("name", ["Info", "State", "Status", "Transaction status"])
def test_words_of_states_keep_rows_apart(name):
    states = ("Completed", "In progress", "Processing", "Scheduled", "Returned", "Payment declined", "Posted")
    reading = _stated(name, *states)

    assert [line.status for line in reading.statements[0].lines] == ["booked", *["pending"] * 3, "booked"]
    assert reading.warnings == ("Left out as declined or reverted by the bank: line 6, 7.",)


@pytest.mark.parametrize(("name", "states"), [("Pending", ("False", "True")), ("Cleared", ("Yes", "No"))])
def test_a_column_that_is_named_a_state_says_whether_it_holds(name, states):
    reading = _stated(name, *states)

    assert [line.status for line in reading.statements[0].lines] == ["booked", "pending"]
    assert reading.warnings == ()


def test_a_word_that_is_no_known_state_is_booked_with_a_warning():
    reading = _stated("Status", "Completed", "Frobnicated", "Not cleared", "Declined by the merchant", "P")

    assert len(reading.statements[0].lines) == 4
    assert reading.warnings == (
        "Left out as declined or reverted by the bank: line 5.",
        "“Status” says “Frobnicated”, “Not cleared”, “P”, which is no known state; read as booked.",
    )


POSTED = ["Posted transactions", "2026-01-13;Harbor;-45.10;", "2026-01-12;Salary;500.00;"]
PENDING = ["2026-01-15;Cafe;-5.25;", "2026-01-14;Fuel;-30.00;"]


@pytest.mark.parametrize(
    "rows",
    [
        [HEADER, "Pending transactions", *PENDING, *POSTED],
        ["Pending transactions", HEADER, *PENDING, "Posted transactions", HEADER, *POSTED[1:]],
        [HEADER, "Vorgemerkte Umsätze", *PENDING, "", "Gebuchte Umsätze", *POSTED[1:]],
    ],
)
def test_rows_under_a_title_of_pending_ones_are_pending(rows):
    (statement,) = _read(*rows).statements

    assert [(line.description, line.status) for line in statement.lines] == [
        ("Salary", "booked"),
        ("Harbor", "booked"),
        ("Fuel", "pending"),
        ("Cafe", "pending"),
    ]


@pytest.mark.parametrize("word", ["Reserverat", "Pending", "PENDING", "vorgemerkt"])
def test_a_row_whose_date_is_a_word_of_pending_it_leaves_out(word):
    reading = _read(HEADER, f"{word};Shop;-12.00;", *ROWS)

    assert _amounts(reading) == ["-45.10", "500.00"]
    assert reading.warnings == ("Left out as pending without a booking date: line 2.",)
