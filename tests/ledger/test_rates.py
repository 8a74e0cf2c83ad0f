"""Exchange rates: entered by a person or taken from a file, never changed, and good for a week."""

import string
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest
from django.db import connection

from ledgerflow.core.money import minor_digits
from ledgerflow.ledger.errors import RateError
from ledgerflow.ledger.models import ExchangeRate
from ledgerflow.ledger.rate_files import read_rates
from ledgerflow.ledger.selectors.rates import PAGE, rates_for, rates_page
from ledgerflow.ledger.services.rates import KeptRates, import_rates, record_rate
from tests.factories import AccountFactory, BookFactory, UserFactory

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
DAY = date(2026, 3, 2)
#: Two days of the central bank's file: what one euro is worth.
ECB = b"Date,USD,JPY,GBP,\n2026-03-03,1.10,165.00,0.88,\n2026-03-02,1.20,N/A,0.75,\n"


def enter(book, rate="1.1", **given):
    facts = {"currency": "EUR", "date": DAY, "origin": "the bank", "user": UserFactory(), "now": NOW} | given
    return record_rate(book=book, rate=Decimal(rate), **facts)


def take(book, content, **given):
    facts = {"name": "rates.csv", "user": UserFactory(), "now": NOW} | given
    return import_rates(book=book, content=content, **facts)


def current(book):
    rows = ExchangeRate.objects.filter(book=book, replaced_at__isnull=True).order_by("currency", "date", "pk")
    return [(row.currency, row.date.day, row.rate.normalize()) for row in rows]


@pytest.mark.django_db
def test_a_rate_says_who_entered_it_and_whose_it_is():
    book, user = BookFactory(), UserFactory()

    kept = enter(book, currency=" eur ", user=user)

    assert kept == KeptRates(added=1, replaced=0, known=0)
    row = ExchangeRate.objects.get()
    assert (row.currency, row.rate, row.source, row.origin) == ("EUR", Decimal("1.1"), "person", "the bank")
    assert (row.entered_by, row.entered_at, row.replaced_at) == (user, NOW, None)


@pytest.mark.django_db
def test_another_rate_of_the_day_replaces_it_and_the_same_one_changes_nothing():
    book, user = BookFactory(), UserFactory()
    enter(book, "1.1")

    again = enter(book, "1.10")
    other = enter(book, "1.2", user=user)

    assert (again, other) == (KeptRates(0, 0, 1), KeptRates(1, 1, 0))
    old, new = ExchangeRate.objects.order_by("pk")
    assert (old.rate, old.replaced_by, old.replaced_at) == (Decimal("1.1"), user, NOW)
    assert (new.rate, new.replaced_at) == (Decimal("1.2"), None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"currency": "USD"}, "kept in USD"),
        ({"currency": "euro"}, "no ISO 4217"),
        ({"rate": "0"}, "above zero"),
        ({"rate": "-1"}, "above zero"),
        ({"rate": "NaN"}, "smaller than"),
        ({"rate": "1e12"}, "smaller than"),
        ({"rate": "1.0000000000001"}, "at most 12 digits"),
        ({"origin": " "}, "where the rate is from"),
    ],
)
def test_what_is_no_rate_is_refused_with_a_sentence(given, words):
    with pytest.raises(RateError, match=words):
        enter(BookFactory(), **given)

    assert not ExchangeRate.objects.exists()


@pytest.mark.django_db
def test_a_file_replaces_its_own_rates_and_not_those_of_a_person():
    book = BookFactory()
    enter(book, "1.15")
    take(book, b"date,currency,rate\n2026-03-02,EUR,1.1\n2026-03-03,EUR,1.2\n", currencies=["EUR"])

    kept = take(book, b"currency,rate,date\nEUR,1.1,2026-03-02\nEUR,1.3,2026-03-03\n", currencies=["eur"])

    assert kept == KeptRates(added=1, replaced=1, known=1)
    assert current(book) == [
        ("EUR", 2, Decimal("1.15")),
        ("EUR", 2, Decimal("1.1")),
        ("EUR", 3, Decimal("1.3")),
    ]
    assert rates_for(book=book, day=DAY, currencies=["EUR"])["EUR"].rate == Decimal("1.15")


@pytest.mark.django_db
def test_without_a_choice_the_currencies_of_accounts_are_taken():
    book = BookFactory()
    AccountFactory(book=book, currency="GBP")
    AccountFactory(book=book, currency="USD")

    take(book, ECB)

    # 1.20 dollars for 0.75 pounds; 1.10 for 0.88.
    assert current(book) == [("GBP", 2, Decimal("1.6")), ("GBP", 3, Decimal("1.25"))]


@pytest.mark.django_db
def test_without_accounts_in_other_currencies_they_are_to_be_named():
    with pytest.raises(RateError, match="name the currencies"):
        take(BookFactory(), ECB)


@pytest.mark.parametrize(
    ("base", "currency", "rates"),
    [
        ("EUR", "USD", ["0.909090909091", "0.833333333333"]),
        ("USD", "EUR", ["1.1", "1.2"]),
        ("USD", "JPY", ["0.006666666667"]),
    ],
)
def test_rates_against_the_euro_are_turned_round_or_crossed(base, currency, rates):
    read = read_rates(content=ECB, base_currency=base, currencies={currency})

    assert [one.rate.normalize() for one in read] == [Decimal(rate) for rate in rates]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The first row names neither"),
        (b"day,what\n", "The first row names neither"),
        (b"\xff\xfe", "no CSV file in UTF-8"),
        (b'date,currency,rate\n2026-03-02,"EUR', "no CSV file in UTF-8"),
        (b"date,currency,rate\n02.03.2026,EUR,1.1\n", "Row 2: '02.03.2026' is no date"),
        (b"date,currency,rate\n\n2026-03-02,EUR,1,1\n", "Row 3 has more columns than the first"),
        (b"date,currency,rate\n2026-03-02,EUR,one\n", "Row 2: 'one' is no rate of EUR"),
        (b"date,currency,rate\n2026-03-02,EUR,0\n", "Row 2: a rate is above zero; that of EUR is 0"),
        (b"date,currency,rate\n2026-03-02,EUR,NaN\n", "Row 2: a rate is above zero"),
        (b"date,currency,rate\n2026-03-02,EUR,1e12\n", "Row 2: A rate is smaller than"),
        (b"date,currency,rate\n2026-03-02,EUR\n", "Row 2 has too few columns"),
        (b"date,currency,rate\n2026-03-02,GBP,1.1\n", "no rate of EUR"),
        (b"date,currency,rate\n2026-03-02,EUR,1.1\n2026-03-02,EUR,1.2\n", "Row 3: the file has another rate"),
        (b"Date,GBP\n2026-03-02,0.9\n", "no column USD"),
        (b"date,currency,rate\n" + b"2026-03-02,EUR,1.1\n" * 50_001, "more than 50,000 rows"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(content, words):
    with pytest.raises(RateError, match=words):
        read_rates(content=content, base_currency="USD", currencies={"EUR"})


@pytest.mark.django_db
def test_a_rate_is_good_for_its_day_and_seven_more():
    book = BookFactory()
    enter(book)

    def good(days):
        return "EUR" in rates_for(book=book, day=DAY + timedelta(days=days), currencies=["EUR"])

    assert [good(days) for days in (-1, 0, 7, 8)] == [False, True, True, False]


@pytest.mark.django_db
def test_a_page_shows_the_latest_and_where_to_go_on(django_assert_num_queries):
    book = BookFactory()
    days = "".join(f"{DAY + timedelta(days=at)},EUR,1.{at + 1:03}\n" for at in range(PAGE + 1))
    take(book, f"date,currency,rate\n{days}".encode(), currencies=["EUR"])

    with django_assert_num_queries(1):
        page = rates_page(book=book)
        shown = [row.entered_by.name for row in page.rows]
    following = rates_page(book=book, currency="EUR", through=page.earlier)

    assert len(shown) == PAGE
    assert page.earlier == DAY + timedelta(days=1)
    assert [row.date for row in following.rows] == [DAY + timedelta(days=1), DAY]
    assert following.earlier is None
    assert rates_page(book=book, currency="GBP").rows == []


@pytest.mark.django_db
def test_postgresql_knows_the_digits_of_every_currency():
    letters = string.ascii_uppercase
    codes = ["".join(code) for code in product(letters, repeat=3)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, ledger_minor_digits(code) FROM unnest(%s::text[]) AS code", [codes])
        known = dict(cursor.fetchall())

    assert known == {code: minor_digits(code) for code in codes}
