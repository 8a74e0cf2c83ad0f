"""The lines behind figures, the cash flow and the journal of a small book, worked out by hand."""

from datetime import date

import pytest

from ledgerflow.core.periods import Period, pieces, typed
from ledgerflow.ledger.models import AccountType
from ledgerflow.ledger.selectors import (
    EntryPlace,
    Selection,
    Side,
    cash_flow,
    debits_by_month,
    journal_entries,
    ledger_lines,
    selected_lines,
    selected_total,
)
from tests.ledger.small_book import SmallBook
from tests.made import made_once

pytestmark = pytest.mark.django_db

BOTH_YEARS = Period(date(2024, 1, 1), date(2025, 12, 31))


@made_once
def small():
    return SmallBook()


def every(small, selection, *, newest_first=True, limit=2):
    lines, after = [], None
    while True:
        page = selected_lines(
            book=small.book, selection=selection, after=after, newest_first=newest_first, limit=limit
        )
        lines += page.lines
        after = page.following
        if after is None:
            return lines


@pytest.mark.parametrize(
    ("more", "entries", "total"),
    [
        ({}, [7, 6, 6, 5, 3, 2], -900),
        ({"side": Side.DEBIT}, [7, 6, 6, 3], 700),
        ({"side": Side.CREDIT}, [5, 2], -1600),
        ({"without": (3, 5)}, [7, 6, 6, 2], -600),
        ({"only": ((3, 1), (5, 2), (6, 2), (6, 3))}, [6, 5, 3], -250),
        ({"only": ()}, [], 0),
    ],
)
def test_pages_of_many_accounts_follow_in_one_order_and_add_up_to_the_total(small, more, entries, total):
    accounts = (small.sales.pk, small.rent.pk, small.meals.pk)
    selection = Selection(accounts=accounts, period=BOTH_YEARS, **more)

    newest, oldest = every(small, selection), every(small, selection, newest_first=False)

    assert [line.entry_number for line in newest] == entries
    assert newest == oldest[::-1]
    assert (
        sum(line.base_amount for line in newest)
        == selected_total(book=small.book, selection=selection)
        == total
    )


@pytest.fixture
def uneven():
    """Give a book of a dozen expense accounts of which one has most of the lines, and those accounts."""
    small = SmallBook()
    many = [small.account(f"62{no:02}", f"Expense {no}", AccountType.EXPENSE) for no in range(12)]
    for no in range(45):
        account = many[0] if no % 3 else many[no // 3 % 12]
        small.post(date(2025, 5, 1 + no * 7 % 20), (account, no + 1), (small.bank, -no - 1))
    return small, many


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("limit", [3, 20, 60])
def test_pages_of_accounts_with_few_and_many_lines_miss_none(uneven, newest_first, limit):
    small, many = uneven
    selection = Selection(accounts=tuple(account.pk for account in many), period=typed("2025-05"))

    found = [line.place for line in every(small, selection, newest_first=newest_first, limit=limit)]

    assert found == sorted(found, reverse=newest_first)
    assert len(set(found)) == len(found) == 45


@pytest.mark.parametrize("limit", [3, 20, 60])
def test_pages_of_the_journal_miss_no_entry_of_accounts_with_few_and_many_lines(uneven, limit):
    small, _ = uneven
    found, after = [], None
    while True:
        page = journal_entries(book=small.book, period=typed("2025-05"), after=after, limit=limit)
        found += [entry.place for entry in page.entries]
        after = page.following
        if after is None:
            break

    assert found == sorted(found)
    assert sorted(number for _, number in found) == list(range(8, 53))


def test_a_page_of_lines_takes_one_query_also_where_they_are_uneven(uneven, django_assert_num_queries):
    small, many = uneven
    even = Selection(accounts=tuple(account.pk for account in many[1:]), period=typed("2025-05"))
    all_of_them = Selection(accounts=tuple(account.pk for account in many), period=typed("2025-05"))

    with django_assert_num_queries(1):
        page = selected_lines(book=small.book, selection=even, limit=20)
    with django_assert_num_queries(1):
        whole = selected_lines(book=small.book, selection=all_of_them, limit=25)

    assert len(page.lines) == 13
    assert len(whole.lines) == 25


def test_a_key_from_before_the_period_begins_with_the_period(small):
    page = journal_entries(book=small.book, period=typed("2025"), after=EntryPlace(date(2024, 1, 1), 1))

    assert [entry.number for entry in page.entries] == [4, 5, 6, 7]


def test_the_ledger_gives_the_first_lines_by_account_whatever_the_months_hold(uneven):
    small, many = uneven
    accounts = [account.pk for account in reversed(many)]
    whole, part = typed("2025-05"), Period(date(2025, 4, 20), date(2025, 5, 20))

    for period in (whole, part, Period(date(2025, 4, 1), date(2025, 6, 30))):
        every_line = ledger_lines(book=small.book, accounts=accounts, period=period, limit=100)
        first = ledger_lines(book=small.book, accounts=accounts, period=period, limit=9)

        assert len(every_line) == 45
        assert first == every_line[:9]
        assert [accounts.index(line.account_id) for line in every_line] == sorted(
            accounts.index(line.account_id) for line in every_line
        )


def test_lines_of_entries_that_touch_an_account(small):
    small.post(date(2025, 4, 1), (small.meals, 30), (small.loan, -30))
    selection = Selection(accounts=(small.meals.pk,), period=BOTH_YEARS, touching=(small.bank.pk,))

    assert [line.entry_number for line in every(small, selection)] == [6]
    assert selected_total(book=small.book, selection=selection) == 50


def test_cash_is_shown_by_what_it_was_for(small):
    report = cash_flow(book=small.book, cash=[small.bank.pk], periods=[typed("2025"), typed("2024")])

    assert {section.type: section.totals for section in report.sections} == {
        AccountType.INCOME: (600, 900),
        AccountType.EXPENSE: (-200, -400),
        AccountType.LIABILITY: (2000, 0),
        AccountType.EQUITY: (0, 5000),
    }
    assert report.opening == (5500, 0)
    assert report.money_in == (2700, 5900)
    assert report.money_out == (300, 400)
    assert report.net == (2400, 5500)
    assert report.closing == (7900, 5500)


def test_transfers_between_cash_accounts_and_entries_without_cash_count_for_nothing(small):
    savings = small.account("1010", "Savings", AccountType.ASSET)
    small.post(date(2025, 5, 1), (savings, 1000), (small.bank, -1000))
    small.post(date(2025, 5, 2), (small.rent, 77), (small.loan, -77))

    (may,) = (cash_flow(book=small.book, cash=[small.bank.pk, savings.pk], periods=[typed("2025-05")]),)

    assert may.sections == ()
    assert (may.opening, may.net, may.closing) == ((7900,), (0,), (7900,))


def test_an_entry_of_several_lines_counts_with_each_of_its_other_lines(small):
    small.post(date(2025, 6, 1), (small.bank, 970), (small.meals, 30), (small.sales, -1000))

    june = cash_flow(book=small.book, cash=[small.bank.pk], periods=[typed("2025-06")])

    assert [(section.type, *section.totals) for section in june.sections] == [
        (AccountType.INCOME, 1000),
        (AccountType.EXPENSE, -30),
    ]
    assert june.net == (970,)


def test_without_cash_accounts_there_is_no_cash_flow(small):
    report = cash_flow(book=small.book, cash=[], periods=[typed("2025")])

    assert (report.sections, report.opening, report.net, report.closing) == ((), (0,), (0,), (0,))


@pytest.mark.parametrize("count", [1, 24])
def test_cash_flow_asks_as_often_for_many_periods(small, count, django_assert_num_queries):
    with django_assert_num_queries(3):
        cash_flow(book=small.book, cash=[small.bank.pk], periods=pieces(BOTH_YEARS, 1)[:count])


def test_the_journal_lists_entries_by_date_with_their_lines(small):
    late = small.post(date(2025, 2, 1), (small.meals, 5), (small.bank, -5))
    year, after, seen = typed("2025"), None, []
    while True:
        page = journal_entries(book=small.book, period=year, after=after, limit=2)
        seen += page.entries
        after = page.following
        if after is None:
            break

    assert [entry.number for entry in seen] == [4, late, 5, 6, 7]
    assert [(line.account_code, int(line.base_amount)) for line in seen[3].lines] == [
        ("6100", 150),
        ("6070", 50),
        ("1000", -200),
    ]


def test_the_debits_of_each_month(small):
    debits = debits_by_month(book=small.book, period=Period(date(2025, 1, 15), date(2025, 2, 3)))

    assert debits == {date(2025, 1, 1): 2000, date(2025, 2, 1): 900}
