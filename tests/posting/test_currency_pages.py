"""The pages of rates, of what the bank stated, and of revaluation."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ledgerflow.books.models import Role
from ledgerflow.ledger.models import ExchangeRate, JournalEntry
from ledgerflow.posting.models import RevaluedBalance, StatedAmount
from ledgerflow.posting.page_selectors import journal_page
from ledgerflow.reports.selectors import register_lines
from tests.factories import MembershipFactory
from tests.made import made_once
from tests.posting.euros import DAY, EuroShop

pytestmark = pytest.mark.django_db


@made_once
def shop():
    return EuroShop()


def client(shop, role=Role.BOOKKEEPER):
    client = Client()
    client.force_login(MembershipFactory(book=shop.book, role=role).user)
    return client


def address(shop, path):
    return f"/books/{shop.book.slug}/{path}"


def test_a_rate_is_entered_and_shown(shop):
    sent = {"currency": "EUR", "date": "2026-03-02", "rate": "1.0825", "origin": "the bank's advice"}

    response = client(shop).post(address(shop, "ledger/rates/new/"), sent, follow=True)

    text = response.content.decode()
    assert "One rate entered." in text
    assert "1.0825" in text
    assert "the bank&#x27;s advice" in text


def test_a_rate_that_is_none_says_why_beside_what_was_typed(shop):
    sent = {"currency": "USD", "date": "2026-03-02", "rate": "1.0825", "origin": "me"}

    text = client(shop).post(address(shop, "ledger/rates/new/"), sent).content.decode()

    assert "The book is kept in USD; enter rates of other currencies." in text
    assert 'value="1.0825"' in text


def test_a_file_of_rates_is_taken(shop):
    file = SimpleUploadedFile("march.csv", b"date,currency,rate\n2026-03-02,EUR,1.1\n2026-03-03,GBP,1.3\n")

    response = client(shop).post(
        address(shop, "ledger/rates/file/"), {"file": file, "currencies": "EUR, gbp"}, follow=True
    )

    assert "2 rates entered." in response.content.decode()
    assert {row.origin for row in ExchangeRate.objects.all()} == {"march.csv"}


def test_a_file_that_cannot_be_read_says_where(shop):
    file = SimpleUploadedFile("march.csv", b"date,currency,rate\n2026-03-02,EUR,much\n")

    text = client(shop).post(address(shop, "ledger/rates/file/"), {"file": file}).content.decode()

    assert "Row 2: &#x27;much&#x27; is no rate of EUR" in text


def test_a_file_that_is_too_large_is_not_read(shop):
    file = SimpleUploadedFile("march.csv", b"x" * 5_000_001)

    text = client(shop).post(address(shop, "ledger/rates/file/"), {"file": file}).content.decode()

    assert "larger than 5 MB" in text


@pytest.mark.parametrize("path", ["ledger/rates/new/", "ledger/rates/file/", "journal/revaluation/"])
def test_a_viewer_enters_nothing(shop, path):
    assert client(shop, Role.VIEWER).post(address(shop, path)).status_code == 403


def test_a_viewer_sees_rates_without_forms(shop):
    shop.rate("1.10")

    text = client(shop, Role.VIEWER).get(address(shop, "ledger/rates/?currency=eur")).content.decode()

    assert "1.1000" in text
    assert "Enter the rate" not in text


def test_what_is_asked_wrongly_is_said(shop):
    text = client(shop).get(address(shop, "ledger/rates/?currency=e1&through=x")).content.decode()

    assert "A currency is a code of three letters" in text
    assert "Enter a valid date." in text


def test_what_the_bank_stated_is_kept_with_the_line(shop):
    line = shop.accepted("-100.00", shop.fuel)
    page = address(shop, f"journal/line/{line.pk}/")

    text = client(shop).post(f"{page}stated/", {"base_amount": "-111.37"}, follow=True).content.decode()

    assert "goes before any rate" in text
    assert StatedAmount.objects.get().base_amount == Decimal("-111.37")
    shop.post()
    entry = client(shop).get(address(shop, "journal/1/")).content.decode()
    assert "Booked at the bank's own amount" in entry
    assert "1.1137" in entry
    assert "What the bank made of it" not in client(shop).get(page).content.decode()


def test_an_amount_that_no_bank_states_says_why(shop):
    line = shop.accepted("-100.00", shop.fuel)

    text = (
        client(shop)
        .post(address(shop, f"journal/line/{line.pk}/stated/"), {"base_amount": "5"})
        .content.decode()
    )

    assert "The amount has the sign of the line" in text
    assert not StatedAmount.objects.exists()


def test_an_empty_amount_takes_it_back(shop):
    line = shop.accepted("-100.00", shop.fuel)
    page = address(shop, f"journal/line/{line.pk}/stated/")
    client(shop).post(page, {"base_amount": "-111.37"})

    text = client(shop).post(page, {"base_amount": ""}, follow=True).content.decode()

    assert "The rate of the day decides." in text
    assert not StatedAmount.objects.exists()


def test_a_line_in_the_books_currency_asks_for_nothing(shop):
    line = shop.accepted("-40.00", shop.fuel, bank_account=shop.bank, currency="USD")

    assert (
        "What the bank made"
        not in client(shop).get(address(shop, f"journal/line/{line.pk}/")).content.decode()
    )


def test_an_entry_says_at_what_rate_it_was_made(shop):
    shop.rate("1.10")
    line = shop.accepted("100.00")
    shop.post()

    for path in ("journal/1/", f"journal/line/{line.pk}/"):
        text = client(shop).get(address(shop, path)).content.decode()
        assert "Booked at the rate 1.1000 of" in text
        assert "the bank&#x27;s advice (entered by a person)" in text


def test_the_journal_adds_what_is_converted_once(shop):
    shop.rate("1.10")
    shop.accepted("100.00")
    shop.accepted("-50.00", shop.conversion)
    shop.post()

    assert [row.amount for row in journal_page(book=shop.book).rows] == [55, 110]


def test_a_register_names_the_other_side_of_what_was_converted(shop):
    shop.rate("1.10")
    shop.accepted("100.00")
    shop.post()

    sides = [row.other_side for row in register_lines(account=shop.euros, first=None, last=DAY)]

    assert sides == [shop.sales]


def _reviewed(shop, page):
    """Return what the form of the page sends."""
    form = page.context["form"]
    return {name: form[name].value() for name in ("as_of", "figures")}


def test_a_revaluation_is_reviewed_and_posted(shop):
    shop.rate("1.10")
    shop.accepted("100.00")
    shop.post()
    shop.rate("1.20")
    asking = client(shop)
    page = asking.get(address(shop, f"journal/revaluation/?as_of={DAY}"))
    assert "Post the revaluation" in page.content.decode()

    response = asking.post(address(shop, "journal/revaluation/"), _reviewed(shop, page), follow=True)

    text = response.content.decode()
    assert "Posted as entry 2." in text
    assert "Balances that were revalued" in text
    assert RevaluedBalance.objects.get().value == 120
    again = asking.get(address(shop, f"journal/revaluation/?as_of={DAY}")).content.decode()
    assert "Every balance stands in the books at its worth." in again


def test_figures_that_changed_are_shown_anew(shop):
    shop.rate("1.10")
    shop.accepted("100.00")
    shop.post()
    shop.rate("1.20")
    asking = client(shop)
    sent = _reviewed(shop, asking.get(address(shop, f"journal/revaluation/?as_of={DAY}")))
    shop.rate("1.30")

    text = asking.post(address(shop, "journal/revaluation/"), sent).content.decode()

    assert "The figures have changed since you reviewed them" in text
    assert "130.00" in text
    assert JournalEntry.objects.count() == 1


def test_what_stands_against_a_revaluation_is_said(shop):
    shop.rate("1.10")
    shop.accepted("100.00")
    shop.post()

    text = client(shop).get(address(shop, "journal/revaluation/?as_of=2026-04-30")).content.decode()

    assert "There is no rate of EUR for 2026-04-30" in text
    assert "Post the revaluation" not in text


def test_a_revaluation_that_nobody_reviewed_is_not_posted(shop):
    response = client(shop).post(address(shop, "journal/revaluation/"), {"as_of": "2026-03-31"}, follow=True)

    assert "Review the figures first." in response.content.decode()


@pytest.mark.parametrize("asked", ["", "?as_of=x", "?as_of=0001-01-01", "?as_of=9999-12-31"])
def test_any_day_is_answered(shop, asked):
    response = client(shop).get(address(shop, f"journal/revaluation/{asked}"))

    assert response.status_code == 200
    assert "No account in another currency has a balance" in response.content.decode()
