"""A year is closed to equity by one entry, and taken back by its mirror."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ledgerflow.books.models import Role
from ledgerflow.books.services import change_book
from ledgerflow.core.periods import months_from, pieces
from ledgerflow.ledger import errors
from ledgerflow.ledger.fiscal import fiscal_year, fiscal_year_of
from ledgerflow.ledger.models import (
    Account,
    BatchSource,
    JournalEntry,
    PeriodAction,
    PostingBatch,
    YearClosing,
)
from ledgerflow.ledger.selectors import balances, changes, entry, trial_balance
from ledgerflow.ledger.selectors.closings import live_closings
from ledgerflow.ledger.selectors.periods import held
from ledgerflow.ledger.selectors.verify import problems
from ledgerflow.ledger.services.accounts import archive_account, create_account
from ledgerflow.ledger.services.closing import close_year
from ledgerflow.ledger.services.periods import lock_period
from tests.factories import MembershipFactory
from tests.ledger.years import NOW, Years

END = date(2026, 12, 31)


@pytest.fixture
def company(shared_db):
    company = Years()
    company.a_year()
    return company


def test_a_companys_result_goes_to_retained_earnings(company):
    closing = company.close()

    shown = entry(book=company.book, number=closing.entry_number)
    assert {(line.account_code, line.base_amount) for line in shown.lines} == {
        ("4000", Decimal(900)),
        ("6100", Decimal(-300)),
        ("3000", Decimal(-600)),
    }
    assert (shown.date, shown.source, shown.text) == (
        END,
        BatchSource.CLOSING,
        "Closing of the fiscal year 2026",
    )
    assert company.stands(company.drawings) == 50
    assert held(book=company.book).closed_through == END
    assert problems(book=company.book) == []


def test_a_sole_proprietors_drawings_go_with_the_result(shared_db):
    owner = Years("sole_proprietor_us")
    owner.a_year()

    owner.close()

    assert owner.stands(owner.retained) == -550
    assert owner.stands(owner.drawings) == owner.stands(owner.sales) == owner.stands(owner.rent) == 0
    assert problems(book=owner.book) == []


def test_a_loss_is_a_debit_of_equity(shared_db):
    company = Years()
    company.a_year(sales="100", rent="300")

    company.close()

    assert company.stands(company.retained) == 200


def test_a_result_of_nothing_leaves_equity_alone(shared_db):
    company = Years()
    company.a_year(sales="300", rent="300")

    closing = company.close()

    assert JournalEntry.objects.get(book=company.book, number=closing.entry_number).line_count == 2
    assert company.stands(company.retained) == 0


def test_a_year_that_is_closed_for_postings_takes_its_closing_entry_all_the_same(company):
    company.close_through(date(2027, 1, 31))

    company.close()

    assert held(book=company.book).closed_through == date(2027, 1, 31)
    log = list(
        PeriodAction.objects.filter(book=company.book).order_by("pk").values_list("closed_through", "reason")
    )
    assert log == [
        (date(2027, 1, 31), "Month"),
        (date(2026, 12, 30), "For the entry that closes the year through 2026-12-31"),
        (date(2027, 1, 31), "Filed"),
    ]
    assert problems(book=company.book) == []


def test_a_closed_year_is_not_closed_again(company):
    closing = company.close()

    with pytest.raises(errors.PeriodActionError, match=f"already, by entry {closing.entry_number}"):
        company.close()
    with pytest.raises(errors.PeriodActionError, match="through 2026-12-31 is closed to equity already"):
        company.close(2025)

    assert JournalEntry.objects.filter(book=company.book).count() == closing.entry_number


def test_years_are_closed_in_order(shared_db):
    company = Years()
    company.a_year(2025)
    company.a_year(2026, sales="500")

    with pytest.raises(
        errors.PeriodActionError, match="through 2025-12-31 is not closed to equity; close it first"
    ):
        company.close(2026)
    company.close(2025)
    company.close(2026)

    assert company.stands(company.retained, date(2025, 12, 31)) == -600
    assert company.stands(company.retained) == -800
    assert [one.last_day.year for one in live_closings(book=company.book)] == [2026, 2025]
    assert problems(book=company.book) == []


def test_a_fiscal_year_begins_in_its_month(shared_db):
    company = Years(fiscal_year_start_month=7)
    company.a_year(2026)
    company.post(date(2026, 7, 1), company.bank, company.sales, "7")

    company.close(2026)

    assert company.stands(company.sales, date(2026, 6, 30)) == 0
    assert company.stands(company.sales) == -7
    assert held(book=company.book).closed_through == date(2026, 6, 30)


def test_a_short_year_follows_a_change_of_its_first_month(shared_db):
    company = Years()
    company.a_year(2025)
    company.close(2025)
    company.post(date(2026, 2, 1), company.bank, company.sales, "7")
    change_book(book=company.book, name="Studio", fiscal_year_start_month=4, looks_first=False)

    company.close(2026)

    assert company.stands(company.retained, date(2026, 3, 31)) == -607
    assert problems(book=company.book) == []


def test_what_cannot_be_closed_says_why(company):
    empty = Years()
    with pytest.raises(errors.PeriodActionError, match="No income or expenses"):
        empty.close()
    with pytest.raises(errors.PeriodActionError, match="has not ended"):
        company.close(2027)
    with pytest.raises(errors.PeriodActionError, match="Say why"):
        company.close(reason="  ")
    Account.objects.filter(pk=company.retained.pk).update(role=None)
    with pytest.raises(
        errors.PeriodActionError, match=r"no account with the role Retained.*3000 Retained earnings"
    ):
        company.close()
    with pytest.raises(errors.AccountChangeError, match="is equity"):
        create_account(book=company.book, code="1777", name="Odd", type="asset", role="retained")

    assert not YearClosing.objects.filter(book=company.book).exists()
    assert held(book=company.book).closed_through is None


def test_a_sole_proprietor_needs_an_account_for_drawings(shared_db):
    owner = Years("sole_proprietor_us")
    owner.a_year()
    Account.objects.filter(pk=owner.drawings.pk).update(role=None)

    with pytest.raises(errors.PeriodActionError, match=r"the role Drawings.*3200 Owner's drawings"):
        owner.close()


def test_a_bookkeeper_closes_no_locked_year(company):
    lock_period(book=company.book, through=END, reason="Review", user=company.owner, now=NOW)
    bookkeeper = MembershipFactory(book=company.book, role=Role.BOOKKEEPER).user
    year = fiscal_year(book=company.book, ending_in=2026)

    with pytest.raises(errors.PeriodLockedError):
        close_year(book=company.book, year=year, reason="Filed", user=bookkeeper, now=NOW)
    company.close()

    assert held(book=company.book) == (END, None)


def test_an_archived_account_is_closed_with_the_year_and_stays_archived(company):
    archive_account(account=company.rent)

    company.close()
    assert company.stands(company.rent) == 0
    company.reopen()

    company.rent.refresh_from_db()
    assert company.rent.is_archived
    assert company.stands(company.rent) == 300
    assert problems(book=company.book) == []


def test_accounts_in_another_currency_come_to_zero_in_both(company):
    travel = create_account(book=company.book, code="6161", name="Trips", type="expense", currency="EUR")
    any_currency = create_account(book=company.book, code="6162", name="Fees", type="expense")
    company.post(date(2026, 6, 1), travel, company.bank, "110", currency="EUR", foreign="100")
    company.post(date(2026, 6, 1), any_currency, company.bank, "22", currency="EUR", foreign="20")

    company.close()

    rows = {row.code: row for row in balances(book=company.book, as_of=END)}
    assert (rows["6161"].amount, rows["6161"].base_amount, rows["6162"].base_amount) == (0, 0, 0)
    assert company.stands(company.retained) == -468
    assert problems(book=company.book) == []


def test_reopening_takes_the_closing_back_and_the_year_can_be_closed_anew(company):
    before = balances(book=company.book, as_of=END)
    closing = company.close()

    company.reopen(date(2026, 11, 30))

    closing.refresh_from_db()
    reversal = entry(book=company.book, number=closing.reversed_by_number)
    assert (reversal.date, reversal.source, reversal.text) == (END, BatchSource.CLOSING, "Late bill")
    assert reversal.reverses_number == closing.entry_number
    assert balances(book=company.book, as_of=END) == before
    assert held(book=company.book).closed_through == date(2026, 11, 30)
    company.post(END, company.rent, company.bank, "20")
    company.close()
    assert company.stands(company.retained) == -580
    assert problems(book=company.book) == []


def test_reopening_takes_back_every_later_year_and_leaves_earlier_ones(shared_db):
    company = Years()
    for year in (2024, 2025, 2026):
        company.a_year(year)
        company.close(year)

    company.reopen(date(2025, 6, 30))

    assert [one.last_day.year for one in live_closings(book=company.book)] == [2024]
    assert company.stands(company.retained) == -600
    assert company.stands(company.sales) == -1800
    assert problems(book=company.book) == []


def test_reopening_after_the_year_leaves_it_closed(company):
    company.close()
    company.close_through(date(2027, 1, 31))

    company.reopen(END)

    assert [one.last_day for one in live_closings(book=company.book)] == [END]
    assert PostingBatch.objects.filter(book=company.book, source="closing").count() == 1


def test_reports_leave_the_closing_out_when_asked(company, django_assert_num_queries):
    opened = trial_balance(book=company.book, as_of=END)
    closing = company.close()
    company.post(date(2027, 1, 2), company.rent, company.bank, "5")

    with django_assert_num_queries(2):
        before = trial_balance(book=company.book, as_of=END, before_closing=True)
    after = trial_balance(book=company.book, as_of=END)

    assert before == opened
    assert {row.code for row in after.rows} == {"1000", "3000", "3200"}
    assert after.total_debit == after.total_credit == 600
    first = date(2026, 1, 1)
    year = changes(book=company.book, first=first, last=END, before_closing=True)
    assert {
        row.code: row.base_amount for row in year if row.type in {"income", "expense"} and row.base_amount
    } == {
        "4000": -900,
        "6100": 300,
    }
    assert not any(
        row.base_amount for row in changes(book=company.book, first=first, last=END) if row.type == "income"
    )
    company.reopen()
    assert trial_balance(book=company.book, as_of=END, before_closing=True) == opened
    assert trial_balance(book=company.book, as_of=END) == opened
    assert closing.entry_number == 4


def test_the_next_year_does_not_leave_the_closing_out(company):
    company.close()

    next_year = trial_balance(book=company.book, as_of=END + timedelta(days=1), before_closing=True)

    assert {row.code for row in next_year.rows} == {"1000", "3000", "3200"}


def test_fiscal_years_and_months_are_ranges_of_days(shared_db):
    calendar, broken = Years(), Years(fiscal_year_start_month=10)

    year = fiscal_year(book=calendar.book, ending_in=2026)
    other = fiscal_year_of(book=broken.book, day=date(2026, 10, 1))
    february = months_from(date(2028, 2, 3), 1)

    assert (year.first, year.last, year.words, year.is_year) == (
        date(2026, 1, 1), END, "fiscal year 2026", True,
    )  # fmt: skip
    assert (other.first, other.last, other.words) == (
        date(2026, 10, 1), date(2027, 9, 30), "fiscal year 2026/27",
    )  # fmt: skip
    assert fiscal_year_of(book=broken.book, day=date(2026, 9, 30)).last == date(2026, 9, 30)
    assert (february.last, february.words, february.is_year) == (date(2028, 2, 29), "February 2028", False)
    assert [one.words for one in pieces(other, 1)][::11] == ["October 2026", "September 2027"]


def test_the_closing_of_another_book_is_not_mixed_in(company):
    other = Years()
    other.a_year(sales="1")
    other.close()

    assert live_closings(book=company.book) == []
    assert trial_balance(book=company.book, as_of=END, before_closing=True) == trial_balance(
        book=company.book, as_of=END
    )
