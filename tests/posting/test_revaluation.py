"""Balances in other currencies are brought to their worth by one entry that a person reviewed."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from ledgerflow.ledger.errors import PeriodClosedError
from ledgerflow.ledger.models import BatchSource, ExchangeRate, JournalEntry
from ledgerflow.ledger.selectors import balances
from ledgerflow.ledger.services.accounts import archive_account
from ledgerflow.ledger.services.journal import EntryDraft, LineDraft, post_entries
from ledgerflow.ledger.services.periods import close_period
from ledgerflow.posting.errors import RevaluationError
from ledgerflow.posting.models import RevaluedBalance
from ledgerflow.posting.revaluation import revaluation
from ledgerflow.posting.services import post_revaluation, reverse_entry
from tests.made import made_once
from tests.posting.euros import DAY, EuroShop
from tests.posting.test_foreign_lines import D, found

pytestmark = pytest.mark.django_db

END = date(2026, 3, 31)
LATER = datetime(2026, 5, 1, 12, tzinfo=UTC)


@made_once
def shop():
    """100 euros came at 1.10, 40 went at 1.20: 60 remain, for which 62 dollars stand in the books."""
    shop = EuroShop()
    shop.rate("1.10")
    shop.accepted("100.00")
    shop.rate("1.20", DAY + timedelta(days=10))
    shop.accepted("-40.00", shop.fuel, date=DAY + timedelta(days=10))
    assert shop.post().posted == 2
    shop.rate("1.30", END)
    return shop


def revalue(shop, as_of=END, **more):
    figures = more.pop("figures", None) or revaluation(book=shop.book, as_of=as_of).figures
    return post_revaluation(book=shop.book, as_of=as_of, figures=figures, user=shop.user, now=LATER, **more)


def standing(shop, account, as_of=END):
    (row,) = [row for row in balances(book=shop.book, as_of=as_of) if row.account_id == account.pk]
    return row.amount.normalize() + 0, row.base_amount.normalize() + 0


def test_it_shows_balances_beside_their_worth(shop):
    (row,) = revaluation(book=shop.book, as_of=END).rows

    assert (row.currency, row.amount, row.base_amount) == ("EUR", D("60"), D("62"))
    assert (row.value, row.difference) == (D("78"), D("16"))


def test_one_entry_brings_them_to_it_and_the_balance_stays(shop):
    number = revalue(shop)

    assert shop.booked(number) == [
        (shop.euros.pk, "EUR", D("0"), D("16")),
        (shop.exchange.pk, "USD", D("-16"), D("-16")),
    ]
    assert JournalEntry.objects.get(number=number).date == END
    assert standing(shop, shop.euros) == (D("60"), D("78"))
    row = RevaluedBalance.objects.get()
    assert (row.amount, row.base_amount, row.value, row.exchange_rate.date) == (60, 62, 78, END)
    assert found(shop) == []


def test_a_day_that_was_revalued_has_nothing_more(shop):
    revalue(shop)

    with pytest.raises(RevaluationError, match="nothing to post"):
        revalue(shop)


def test_what_was_realized_is_all_that_remains_of_a_balance_that_is_gone(shop):
    shop.accepted("-60.00", shop.fuel, date=DAY + timedelta(days=11))
    shop.post()

    (row,) = revaluation(book=shop.book, as_of=END).rows
    number = revalue(shop)

    # 110 came, 48 and 72 went: 10 were gained, and no rate is needed to say so.
    assert (row.amount, row.rate, row.difference) == (0, None, D("10"))
    assert shop.booked(number)[1] == (shop.exchange.pk, "USD", D("-10"), D("-10"))
    assert standing(shop, shop.euros) == (0, 0)
    assert found(shop) == []


def test_a_loss_is_a_debit(shop):
    shop.rate("1.00", END)

    number = revalue(shop)

    assert shop.booked(number)[1] == (shop.exchange.pk, "USD", D("2"), D("2"))


def test_it_is_reversed_on_the_next_day(shop):
    number = revalue(shop, is_reversed_next_day=True)

    reversal = JournalEntry.objects.get(reverses_number=number)
    assert reversal.date == END + timedelta(days=1)
    assert standing(shop, shop.euros, END) == (D("60"), D("78"))
    assert standing(shop, shop.euros, END + timedelta(days=1)) == (D("60"), D("62"))
    assert found(shop) == []


def test_it_is_reversed_like_any_other_entry(shop):
    number = revalue(shop)

    reverse_entry(book=shop.book, number=number, date=END, reason="Wrong rate", user=shop.user, now=LATER)

    assert standing(shop, shop.euros) == (D("60"), D("62"))
    assert revalue(shop) == number + 2


def test_figures_that_changed_since_are_not_posted(shop):
    figures = revaluation(book=shop.book, as_of=END).figures
    shop.rate("1.31", END)

    with pytest.raises(RevaluationError, match="have changed since you reviewed them"):
        revalue(shop, figures=figures)


def test_without_a_rate_it_waits(shop):
    as_of = END + timedelta(days=8)

    with pytest.raises(RevaluationError, match="no rate of EUR for 2026-04-08 or the 7 days before it"):
        revalue(shop, as_of)


def test_without_an_account_for_the_result_it_waits(shop):
    shop.exchange.role = None
    shop.exchange.save()

    with pytest.raises(RevaluationError, match="role Exchange gains and losses"):
        revalue(shop)


def test_an_archived_account_is_named(shop):
    archive_account(account=shop.euros)

    with pytest.raises(RevaluationError, match="The account EUROS Euros is archived"):
        revalue(shop)


def test_a_day_to_come_is_not_revalued(shop):
    shop.rate("1.30", date(2026, 6, 1))

    with pytest.raises(RevaluationError, match="not here yet"):
        revalue(shop, date(2026, 6, 1))


def test_a_closed_day_is_not_revalued(shop):
    close_period(book=shop.book, through=END, reason="Filed", user=shop.user, now=LATER)

    with pytest.raises(PeriodClosedError):
        revalue(shop)

    assert not RevaluedBalance.objects.exists()


def test_income_and_the_conversion_account_are_not_revalued(shop):
    assert [row.account_id for row in revaluation(book=shop.book, as_of=END).rows] == [shop.euros.pk]


ROW = (
    "INSERT INTO posting_revaluedbalance"
    " (book_id, entry_number, account_id, exchange_rate_id, amount, base_amount, value)"
    " VALUES (%(book)s, %(entry)s, %(account)s, %(rate)s, %(amount)s, %(base)s, %(value)s)"
)


def _recorded(row):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ROW, row)


@pytest.fixture
def row(shop):
    """What the service would record of an entry that was posted by other means."""
    lines = [
        LineDraft(shop.euros.pk, "EUR", Decimal(0), Decimal(16)),
        LineDraft(shop.exchange.pk, "USD", Decimal(-16), Decimal(-16)),
    ]
    entry = post_entries(
        book=shop.book,
        source=BatchSource.MANUAL,
        entries=[EntryDraft(date=END, lines=lines)],
        posted_by=shop.user,
        posted_at=LATER,
    ).first_number
    rate = ExchangeRate.objects.get(date=END).pk
    ids = {"book": shop.book.pk, "entry": entry, "account": shop.euros.pk, "rate": rate}
    return ids | {"amount": 60, "base": 62, "value": 78}


def test_what_an_entry_does_is_recorded(row):
    _recorded(row)

    assert RevaluedBalance.objects.get().value == 78


@pytest.mark.parametrize(
    "change",
    [{"value": 79}, {"base": 61}, {"amount": 61}, {"amount": 0, "value": 0}, {"entry": 1}, {"rate": None}],
)
def test_raw_sql_records_no_other_revaluation(row, change):
    with pytest.raises(IntegrityError, match="brings a balance in another currency"):
        _recorded(row | change)


def test_raw_sql_records_none_of_an_account_in_the_books_currency(shop, row):
    with pytest.raises(IntegrityError, match="brings a balance in another currency"):
        _recorded(row | {"account": shop.exchange.pk})
