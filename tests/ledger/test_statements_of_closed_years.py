"""Statements of years that were closed to equity: what tells how a year went leaves the closing out."""

from datetime import date

import pytest

from ledgerflow.core.periods import typed
from ledgerflow.ledger.selectors import balance_sheet, cash_flow, closing_entries, income_statement, moved
from tests.ledger.years import Years
from tests.made import made_once

pytestmark = pytest.mark.django_db

PERIODS = [typed("2025"), typed("2025-12"), typed("2026")]
LAST_DAYS = [date(2025, 12, 31), date(2026, 6, 30)]


@made_once
def company():
    """2025 is closed; 2026 is not."""
    company = Years()
    company.a_year(2025)
    company.close(2025)
    company.a_year(2026, sales="100", rent="40", drawn="0.01")
    return company


def test_the_closing_of_a_year_changes_no_income_statement(company):
    statement = income_statement(book=company.book, periods=PERIODS)

    assert statement.income.totals == (900, 0, 100)
    assert statement.expenses.totals == (300, 0, 40)
    assert statement.net_income == (600, 0, 60)


def test_what_moved_counts_the_closing_where_nobody_leaves_it_out(company):
    amounts = moved(book=company.book, periods=PERIODS[:2])

    assert amounts[company.sales.pk] == (0, 900)


def test_nothing_of_a_closed_year_is_left_open_on_its_balance_sheet(company):
    sheet = balance_sheet(book=company.book, days=LAST_DAYS)

    assert (sheet.this_year, sheet.earlier_years) == ((0, 60), (0, 0))
    assert [(row.code, *map(int, row.amounts)) for row in sheet.equity.rows if row.code == "3000"] == [
        ("3000", 600, 600)
    ]
    assert sheet.total_equity[0] == 550
    assert sheet.assets.totals == sheet.liabilities_and_equity


def test_the_closing_of_a_year_changes_no_cash_flow(company):
    flow = cash_flow(book=company.book, cash=[company.bank.pk], periods=PERIODS)

    assert flow.net[:2] == (550, 0)
    assert (flow.money_in[:2], flow.money_out[:2]) == ((900, 0), (350, 0))


def test_a_closing_that_was_taken_back_is_left_out_with_its_reversal(company):
    company.reopen()

    statement = income_statement(book=company.book, periods=PERIODS)
    sheet = balance_sheet(book=company.book, days=LAST_DAYS)

    assert len(closing_entries(book=company.book)) == 2
    assert statement.net_income == (600, 0, 60)
    assert (sheet.this_year, sheet.earlier_years) == ((600, 60), (0, 600))
    assert sheet.assets.totals == sheet.liabilities_and_equity


def test_a_year_that_was_closed_twice_counts_once(company):
    company.reopen()
    company.post(date(2025, 7, 1), company.bank, company.sales, "11")
    company.close(2025)

    assert len(closing_entries(book=company.book)) == 3
    assert income_statement(book=company.book, periods=PERIODS).net_income == (611, 0, 60)
    assert balance_sheet(book=company.book, days=LAST_DAYS[:1]).this_year == (0,)
