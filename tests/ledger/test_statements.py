"""Income statement and balance sheet: a small book with figures worked out by hand."""

from datetime import date

import pytest

from ledgerflow.core.periods import Period, pieces, typed
from ledgerflow.ledger.selectors import balance_sheet, income_statement, moved, stood
from tests.ledger.small_book import SmallBook
from tests.made import made_once

pytestmark = pytest.mark.django_db


@made_once
def small():
    return SmallBook()


def rows_of(section):
    return [(row.code, *map(int, row.amounts)) for row in section.rows]


def test_income_is_positive_expenses_are_positive_and_the_rest_is_net_income(small):
    report = income_statement(book=small.book, periods=[typed("2025"), typed("2024")])

    assert rows_of(report.income) == [("4000", 600, 900)]
    assert rows_of(report.expenses) == [("6070", 50, 0), ("6100", 150, 400)]
    assert report.income.totals == (600, 900)
    assert report.expenses.totals == (200, 400)
    assert report.net_income == (400, 500)


def test_it_counts_the_first_day_and_the_last_and_no_other(small):
    days = [Period(date(2025, 2, 15), date(2025, 2, 15)), Period(date(2025, 2, 16), date(2025, 3, 9))]

    report = income_statement(book=small.book, periods=days)

    assert report.income.totals == (700, 0)
    assert report.expenses.totals == (0, 200)


def test_months_add_up_to_the_year(small):
    months = pieces(typed("2025"), 1)

    report = income_statement(book=small.book, periods=[*months, typed("2025")])

    assert report.income.totals[:3] == (0, 700, -100)
    *by_month, year = report.net_income
    assert sum(by_month) == year == 400


def test_nothing_in_any_period_is_an_empty_statement(small):
    report = income_statement(book=small.book, periods=[typed("2020")])

    assert (report.income.rows, report.expenses.rows) == ((), ())
    assert report.net_income == (0,)


@pytest.mark.parametrize("months", [1, 60])
def test_it_asks_as_often_for_many_periods(small, months, django_assert_num_queries):
    with django_assert_num_queries(3):
        income_statement(
            book=small.book, periods=pieces(Period(date(2021, 1, 1), date(2025, 12, 31)), 1)[:months]
        )


def test_a_balance_sheet_balances_with_what_is_not_closed_yet(small):
    report = balance_sheet(book=small.book, days=[date(2025, 2, 28), date(2024, 12, 31)])

    assert rows_of(report.assets) == [("1000", 8000, 5500)]
    assert rows_of(report.liabilities) == [("2500", 2000, 0)]
    assert rows_of(report.equity) == [("3100", 5000, 5000)]
    assert (report.earlier_years, report.this_year) == ((500, 0), (500, 500))
    assert report.total_equity == (6000, 5500)
    assert report.liabilities_and_equity == report.assets.totals == (8000, 5500)


def test_the_fiscal_year_says_what_is_of_earlier_years():
    small = SmallBook(start_month=4)

    report = balance_sheet(book=small.book, days=[date(2025, 3, 31), date(2024, 4, 1), date(2024, 3, 31)])

    assert report.year_starts == (date(2024, 4, 1), date(2024, 4, 1), date(2023, 4, 1))
    assert report.earlier_years == (900, 900, 0)
    assert report.this_year == (0, 0, 900)


@pytest.mark.parametrize("count", [1, 24])
def test_it_asks_as_often_for_many_days(small, count, django_assert_num_queries):
    days = [piece.last for piece in pieces(Period(date(2024, 1, 1), date(2025, 12, 31)), 1)][:count]

    with django_assert_num_queries(2):
        report = balance_sheet(book=small.book, days=days)

    assert report.assets.totals == report.liabilities_and_equity


def test_what_moved_and_stood_agree_for_any_days_and_overlapping_periods(small):
    days = [date(2025, 2, 16), date(2024, 1, 1), date(2025, 2, 3), date(2025, 2, 16)]

    standing = stood(book=small.book, days=days)
    through = moved(book=small.book, periods=[Period(date(1900, 1, 1), day) for day in days])

    assert standing == through
    assert standing[small.bank.pk] == (8000, 0, 7500, 8000)
