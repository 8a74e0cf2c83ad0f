"""Entries by hand in another currency: accounts kept in it keep the amounts, others get what they are worth."""

from decimal import Decimal

import pytest

from ledgerflow.books.models import Role
from ledgerflow.ledger.errors import PostingError, RateError
from ledgerflow.ledger.models import EntryText
from ledgerflow.ledger.selectors.verify import problems as ledger_problems
from ledgerflow.posting.services import EntryLine, post_manual_entry
from ledgerflow.posting.verify import problems
from tests.classification.rows import NOW
from tests.factories import MembershipFactory
from tests.made import made_once
from tests.posting.euros import DAY, EuroShop

pytestmark = pytest.mark.django_db


@made_once
def shop():
    return EuroShop()


def enter(shop, *lines, rate=None, currency="EUR"):
    drafts = [EntryLine(account, Decimal(amount)) for account, amount in lines]
    given = {"book": shop.book, "user": shop.user, "now": NOW}
    return post_manual_entry(date=DAY, lines=drafts, text="Fair", currency=currency, rate=rate, **given)


def test_what_is_kept_in_the_currency_stays_in_it_and_the_rest_is_converted(shop):
    number = enter(
        shop, (shop.fuel, "33.33"), (shop.food, "66.67"), (shop.euros, "-100.00"), rate=Decimal("1.085")
    )

    assert shop.booked(number) == [
        (shop.fuel.pk, "USD", Decimal("36.16"), Decimal("36.16")),
        (shop.food.pk, "USD", Decimal("72.34"), Decimal("72.34")),
        (shop.euros.pk, "EUR", Decimal(-100), Decimal("-108.5")),
        (shop.conversion.pk, "EUR", Decimal(100), Decimal("108.5")),
        (shop.conversion.pk, "USD", Decimal("-108.5"), Decimal("-108.5")),
    ]
    assert set(shop.totals(number).values()) == {0}
    assert EntryText.objects.get(entry_number=number).text == "Fair (EUR at 1.085)"
    assert problems(book=shop.book) + ledger_problems(book=shop.book) == []


def test_between_accounts_of_the_currency_nothing_is_converted(shop):
    number = enter(shop, (shop.receivable, "10"), (shop.euros, "-10"), rate=Decimal("1.1"))

    assert [(currency, base) for _, currency, _, base in shop.booked(number)] == [("EUR", 11), ("EUR", -11)]


def test_without_a_rate_that_of_the_day_serves(shop):
    with pytest.raises(RateError, match="no rate of EUR for 2026-03-02"):
        enter(shop, (shop.fuel, "10"), (shop.euros, "-10"))
    shop.rate("1.25")

    number = enter(shop, (shop.fuel, "10"), (shop.euros, "-10"))

    assert shop.booked(number)[0][2:] == (Decimal("12.5"), Decimal("12.5"))


@pytest.mark.parametrize("rate", ["0", "-1", "1.0000000000001"])
def test_what_is_no_rate_is_refused(shop, rate):
    with pytest.raises(RateError):
        enter(shop, (shop.fuel, "10"), (shop.euros, "-10"), rate=Decimal(rate))


def test_an_entry_that_does_not_balance_is_refused(shop):
    with pytest.raises(PostingError):
        enter(shop, (shop.fuel, "10"), (shop.euros, "-9"), rate=Decimal(1))
    with pytest.raises(PostingError):
        enter(shop, (shop.dollars, "10"), (shop.euros, "-10"), currency="")


def test_the_form_asks_for_the_currency(shop, client):
    client.force_login(MembershipFactory(book=shop.book, role=Role.BOOKKEEPER).user)
    address = f"/books/{shop.book.slug}/journal/new/"
    data = {
        "date": "2026-03-02",
        "currency": "EUR",
        "rate": "1.1",
        "lines-TOTAL_FORMS": "2",
        "lines-INITIAL_FORMS": "0",
        "lines-0-account": shop.fuel.pk,
        "lines-0-debit": "10",
        "lines-1-account": shop.euros.pk,
        "lines-1-credit": "10",
    }

    assert "Currency of the amounts" in client.get(address).content.decode()
    assert client.post(address, data).status_code == 302
    assert shop.booked(1)[0][2:] == (Decimal(11), Decimal(11))
