"""The page of a tax year's facts."""

from datetime import date
from decimal import Decimal

import pytest

from ledgerflow.books.models import Role
from ledgerflow.taxes.models import YearFacts
from ledgerflow.taxes.selectors import entered_facts
from ledgerflow.taxforms.facts import Car, CarMethod, Facts, HomeMethod, HomeUse
from tests.made import made_once
from tests.proprietor import Proprietor

pytestmark = pytest.mark.django_db


@made_once
def books():
    return Proprietor()


def _given(**changed):
    return {"car_method": "books", "home_method": "none", "months": "12", **changed}


def test_a_bookkeeper_enters_facts_and_finds_them_again(books):
    client = books.client(Role.BOOKKEEPER)
    phone = books.account("6320").pk
    given = _given(
        car_method="standard",
        business_miles="6200.5",
        home_method="simplified",
        office_square_feet="180",
        months="9",
        is_transport_worker="on",
        inventory_ending="12.50",
        **{f"share_{phone}": "60"},
    )

    answer = client.post(books.address("taxes/facts/?year=2024"), given, follow=True)

    kept = entered_facts(book=books.book, year=2024)
    assert kept.facts == Facts(
        car=Car(CarMethod.STANDARD, Decimal("6200.5")),
        home=HomeUse(HomeMethod.SIMPLIFIED, Decimal(180), months=9),
        inventory_ending=Decimal("12.50"),
        is_transport_worker=True,
    )
    assert kept.shares[phone] == 60
    assert kept.shares[books.account("6210").pk] == 100
    assert answer.redirect_chain[0][0].endswith("?year=2024")
    text = answer.content.decode()
    assert 'value="6200.5"' in text
    assert 'value="60.00"' in text
    assert "Notice 2024-08" in text


def test_the_year_that_is_asked_for_is_shown_and_nothing_else_is_one(books):
    client = books.client(Role.VIEWER)

    assert (
        "Facts of the tax year 2023" in client.get(books.address("taxes/facts/?year=2023")).content.decode()
    )
    for query in ("", "?year=1999", "?year=next"):
        assert client.get(books.address(f"taxes/facts/{query}")).status_code == 200


def test_what_the_form_has_differently_from_the_year_before_is_listed(books):
    client = books.client(Role.VIEWER)

    first = client.get(books.address("taxes/facts/?year=2023")).content.decode()
    later = client.get(books.address("taxes/facts/?year=2025")).content.decode()

    assert "year before" not in first
    assert "Other expenses (listed in Part V) moves from line 27a to line 27b." in later
    assert "rate was 0.67 (Notice 2024-08" in later


def test_a_viewer_reads_and_enters_nothing(books):
    client = books.client(Role.VIEWER)

    page = client.get(books.address("taxes/facts/?year=2025"))
    answer = client.post(books.address("taxes/facts/?year=2025"), _given())

    assert page.status_code == 200
    assert ">Save</button>" not in page.content.decode()
    assert answer.status_code == 403
    assert not YearFacts.objects.exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"business_miles": "-1"}, "business_miles"),
        ({"months": "13"}, "months"),
        ({"months": ""}, "months"),
        ({"car_method": "horse"}, "car_method"),
        ({"home_method": ""}, "home_method"),
        ({"expenses": "1.234"}, "expenses"),
    ],
)
def test_what_is_malformed_is_told_at_its_field(books, changed, field):
    answer = books.client().post(books.address("taxes/facts/?year=2025"), _given(**changed))

    assert answer.status_code == 200
    assert answer.context["form"].errors[field]
    assert not YearFacts.objects.exists()


def test_a_share_beyond_the_whole_is_told_at_its_account(books):
    name = f"share_{books.account('6320').pk}"

    answer = books.client().post(books.address("taxes/facts/?year=2025"), _given(**{name: "101"}))

    assert answer.context["form"].errors[name]


def test_what_the_service_refuses_is_told_on_the_page(books):
    answer = books.client().post(books.address("taxes/facts/?year=2025"), _given(car_method="standard"))

    assert "Enter the miles of the year" in answer.content.decode()


def test_a_closed_year_is_shown_but_not_changed(books):
    books.close(date(2025, 12, 31))
    client = books.client()

    page = client.get(books.address("taxes/facts/?year=2025")).content.decode()
    answer = client.post(books.address("taxes/facts/?year=2025"), _given())

    assert "closed through this tax year" in page
    assert ">Save</button>" not in page
    assert "stay as they are" in answer.content.decode()
    assert not YearFacts.objects.exists()


def test_a_book_without_tax_lines_says_what_to_do(books):
    books.book.accounts.update(tax_line="")

    page = books.client().get(books.address("taxes/facts/?year=2025")).content.decode()

    assert "Give accounts their tax lines" in page


def test_the_page_asks_as_often_for_many_accounts(books, django_assert_max_num_queries):
    client = books.client(Role.VIEWER)
    client.get(books.address("taxes/facts/?year=2025"))

    with django_assert_max_num_queries(17):
        client.get(books.address("taxes/facts/?year=2025"))
