"""Entering the facts of a tax year, and what PostgreSQL refuses whoever asks."""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from ledgerflow.ledger.errors import AccountChangeError, ForeignAccountError, PeriodClosedError
from ledgerflow.ledger.models import Account
from ledgerflow.ledger.services.accounts import change_account
from ledgerflow.taxes.models import YearFacts
from ledgerflow.taxes.selectors import entered_facts, tax_year, year_at
from ledgerflow.taxes.services import FactsError, enter_facts
from ledgerflow.taxforms.facts import Car, CarMethod, Facts, HomeMethod, HomeUse
from ledgerflow.taxforms.forms import TaxYearError
from tests.booked import NOW
from tests.made import made_once
from tests.proprietor import Proprietor

pytestmark = pytest.mark.django_db

FACTS = Facts(
    car=Car(CarMethod.STANDARD, Decimal("6200.5"), Decimal(100), Decimal(5100)),
    home=HomeUse(
        HomeMethod.REGULAR,
        Decimal("120.50"),
        Decimal(1300),
        7,
        Decimal("9000.10"),
        Decimal("8000.20"),
        Decimal("350.30"),
        Decimal("77.40"),
    ),
    inventory_beginning=Decimal("3000.50"),
    inventory_ending=Decimal("2500.60"),
    is_transport_worker=True,
)


@made_once
def books():
    return Proprietor()


def test_what_is_entered_is_kept_by_year_with_who_and_when(books):
    books.enter(FACTS, shares={"6320": "60", "6210": "12.50"})

    kept = entered_facts(book=books.book, year=2025)

    assert kept.facts == FACTS
    assert kept.shares == {
        books.account("6320").pk: Decimal(60),
        books.account("6210").pk: Decimal("12.50"),
    }
    assert kept.entered_by == str(books.owner)
    assert entered_facts(book=books.book, year=2024).facts == Facts()
    assert entered_facts(book=books.book, year=2024).shares == {}


def test_entering_again_replaces_and_leaves_other_years_alone(books):
    books.enter(FACTS, shares={"6320": "60"})
    books.enter(FACTS, year=2024, shares={"6320": "70"})

    books.enter(replace(FACTS, is_transport_worker=False), shares={"6320": "55"})

    phone = books.account("6320").pk
    assert not entered_facts(book=books.book, year=2025).facts.is_transport_worker
    assert entered_facts(book=books.book, year=2025).shares == {phone: Decimal(55)}
    assert entered_facts(book=books.book, year=2024).facts == FACTS
    assert entered_facts(book=books.book, year=2024).shares == {phone: Decimal(70)}


def test_nothing_is_known_of_another_book(books):
    books.enter(FACTS)

    assert entered_facts(book=Proprietor().book, year=2025).entered_at is None


@pytest.mark.parametrize("field", [each.name for each in fields(Car) if each.name != "method"])
def test_negative_miles_are_refused(books, field):
    with pytest.raises(FactsError, match="not negative"):
        books.enter(replace(FACTS, car=replace(FACTS.car, **{field: Decimal(-1)})))


@pytest.mark.parametrize(
    "field", [each.name for each in fields(HomeUse) if each.name not in {"method", "months"}]
)
def test_negative_figures_of_the_home_are_refused(books, field):
    with pytest.raises(FactsError, match="not negative"):
        books.enter(replace(FACTS, home=replace(FACTS.home, **{field: Decimal(-1)})))


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        (Facts(car=Car(CarMethod.STANDARD)), "Enter the miles"),
        (Facts(car=Car(CarMethod.ACTUAL)), "Enter the miles"),
        (Facts(home=HomeUse(HomeMethod.SIMPLIFIED)), "square feet of the home that the business uses"),
        (Facts(home=HomeUse(HomeMethod.REGULAR, Decimal(200), Decimal(100))), "The whole home has at least"),
        (Facts(home=HomeUse(months=13)), "0 to 12 months"),
        (Facts(inventory_beginning=Decimal(-1)), "not negative"),
        (Facts(inventory_ending=Decimal(-1)), "not negative"),
    ],
)
def test_a_method_without_its_figures_is_refused(books, facts, sentence):
    with pytest.raises(FactsError, match=sentence):
        books.enter(facts)

    assert not YearFacts.objects.filter(book=books.book).exists()


@pytest.mark.parametrize("share", ["-0.01", "100.01"])
def test_a_share_is_from_0_to_100_percent(books, share):
    with pytest.raises(FactsError, match="from 0 to 100"):
        books.enter(FACTS, shares={"6320": share})


def test_a_share_is_not_taken_of_income_or_of_an_account_without_a_line(books):
    for code in ("4000", "1500", "4910"):
        with pytest.raises(ForeignAccountError):
            books.enter(FACTS, shares={code: "50"})


def test_a_share_is_not_taken_of_another_books_account(books):
    other = Proprietor().account("6320").pk

    with pytest.raises(ForeignAccountError):
        enter_facts(
            book=books.book, year=2025, facts=FACTS, shares={other: Decimal(50)}, user=books.owner, now=NOW
        )


def test_a_year_without_a_form_is_refused(books):
    with pytest.raises(TaxYearError, match="no Schedule C for 2019"):
        books.enter(FACTS, year=2019)


def test_a_tax_year_follows_the_fiscal_year_of_the_book():
    calendar, july = Proprietor(), Proprietor(fiscal_year_start_month=7)

    assert tax_year(book=calendar.book, year=2025).last == date(2025, 12, 31)
    assert tax_year(book=july.book, year=2025).first == date(2025, 7, 1)
    assert tax_year(book=july.book, year=2025).last == date(2026, 6, 30)
    assert year_at(book=july.book, day=date(2026, 6, 30)) == 2025
    assert year_at(book=july.book, day=date(2025, 6, 30)) == 2024
    assert year_at(book=calendar.book, day=date(1999, 1, 1)) == 2023
    assert year_at(book=calendar.book, day=date(2099, 1, 1)) == 2026


def test_facts_of_a_closed_year_stay_and_those_of_an_open_year_do_not(books):
    books.enter(FACTS, shares={"6320": "60"})
    books.close(date(2025, 12, 31))

    with pytest.raises(PeriodClosedError, match="tax year 2025 stay as they are; reopen"):
        books.enter(Facts(), shares={"6320": "10"})
    books.enter(FACTS, year=2026)

    kept = entered_facts(book=books.book, year=2025)
    assert kept.facts == FACTS
    assert kept.shares == {books.account("6320").pk: Decimal(60)}


def test_a_year_that_is_closed_in_part_takes_facts(books):
    books.close(date(2025, 12, 30))

    books.enter(FACTS)

    assert entered_facts(book=books.book, year=2025).facts == FACTS


def test_a_year_that_is_reopened_takes_facts_again(books):
    books.close(date(2025, 12, 31))
    books.reopen()

    books.enter(FACTS)

    assert entered_facts(book=books.book, year=2025).facts == FACTS


def refused(statement, *values, match, error=DatabaseError):
    with pytest.raises(error, match=match), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


_NEW_FACTS = """
    INSERT INTO taxes_yearfacts (book_id, year, is_transport_worker, car_method, business_miles, commuting_miles,
        other_miles, home_method, office_square_feet, home_square_feet, home_months, home_expenses,
        home_interest_and_taxes, home_carryover, home_depreciation, inventory_beginning, inventory_ending,
        entered_by_id, entered_at)
    VALUES (%s, %s, false, 'books', 0, 0, 0, 'none', 0, 0, 12, 0, 0, 0, 0, 0, 0, %s, now())
"""
_NEW_SHARE = "INSERT INTO taxes_businessshare (book_id, year, account_id, share) VALUES (%s, %s, %s, %s)"
_CLOSED = "stay as they are; reopen the period"


def test_raw_sql_does_not_change_a_closed_year(books):
    books.enter(FACTS, shares={"6320": "60"})
    books.close(date(2025, 12, 31))
    book, phone, other = books.book.pk, books.account("6320").pk, books.account("6210").pk

    refused("UPDATE taxes_yearfacts SET business_miles = 1 WHERE book_id = %s", book, match=_CLOSED)
    refused("UPDATE taxes_businessshare SET share = 1 WHERE account_id = %s", phone, match=_CLOSED)
    refused(_NEW_SHARE, book, 2025, other, 50, match=_CLOSED)
    refused(_NEW_FACTS, book, 2024, books.owner.pk, match=_CLOSED)


@pytest.mark.parametrize("table", ["taxes_yearfacts", "taxes_businessshare"])
def test_raw_sql_deletes_nothing_and_moves_nothing_to_another_year(books, table):
    books.enter(FACTS, shares={"6320": "60"})

    refused(f"DELETE FROM {table}", match="permission denied", error=ProgrammingError)
    refused(f"TRUNCATE {table}", match="permission denied", error=ProgrammingError)
    refused(f"UPDATE {table} SET year = 2024", match="stays with its book and year", error=IntegrityError)


def test_raw_sql_gives_a_share_to_no_other_account_and_to_none_of_another_book(books):
    books.enter(FACTS, shares={"6320": "60"})
    stranger = Proprietor().account("6320").pk

    refused(
        "UPDATE taxes_businessshare SET account_id = %s",
        books.account("6210").pk,
        match="stays with its account",
        error=IntegrityError,
    )
    refused(_NEW_SHARE, books.book.pk, 2025, stranger, 50, match="taxes_share_account_in_book")


@pytest.mark.parametrize(
    "change",
    [
        "business_miles = -1",
        "business_miles = 'NaN'",
        "home_expenses = -0.01",
        "home_depreciation = 'NaN'",
        "inventory_ending = -1",
        "car_method = 'horse'",
        "business_miles = 0, commuting_miles = 0, other_miles = 0",
        "home_method = 'tent'",
        "home_months = 13",
        "office_square_feet = 2000",
        "office_square_feet = 0",
        "home_method = 'simplified', office_square_feet = 0",
    ],
)
def test_raw_sql_cannot_enter_what_contradicts_itself(books, change):
    books.enter(FACTS)

    refused(f"UPDATE taxes_yearfacts SET {change}", match="taxes_facts_", error=IntegrityError)


@pytest.mark.parametrize("share", ["-1", "100.01", "'NaN'"])
def test_raw_sql_cannot_enter_a_share_beyond_the_whole(books, share):
    books.enter(FACTS, shares={"6320": "60"})

    refused(f"UPDATE taxes_businessshare SET share = {share}", match="taxes_share_is_0", error=IntegrityError)


def _move(books, code, tax_line):
    account = books.account(code)
    change_account(account=account, code=code, name=account.name, tax_line=tax_line)


def test_an_account_with_amounts_in_a_closed_tax_year_stays_on_its_line(books):
    books.by_hand("6320", "10", day=date(2025, 12, 31))
    books.close(date(2025, 12, 31))

    with pytest.raises(AccountChangeError, match="6320 has amounts in the tax year 2025, which is closed"):
        _move(books, "6320", "schedule-c:25")
    refused(
        "UPDATE ledger_account SET tax_line = '' WHERE id = %s",
        books.account("6320").pk,
        match="keeps its tax line",
    )

    assert books.account("6320").tax_line == "schedule-c:27b"


def test_an_account_moves_to_another_line_while_its_years_are_open(books):
    books.by_hand("6320", "10", day=date(2026, 1, 1))
    books.by_hand("6310", "10", day=date(2025, 1, 1))
    books.close(date(2025, 11, 30))
    _move(books, "6310", "schedule-c:18")
    books.close(date(2025, 12, 31))

    _move(books, "6320", "schedule-c:25")
    _move(books, "6300", "schedule-c:18")

    assert [books.account(code).tax_line for code in ("6310", "6320", "6300")] == [
        "schedule-c:18",
        "schedule-c:25",
        "schedule-c:18",
    ]


def test_the_closed_tax_year_of_an_account_is_that_of_the_books_fiscal_year():
    books = Proprietor(fiscal_year_start_month=7)
    books.by_hand("6320", "10", day=date(2025, 6, 30))
    books.close(date(2025, 6, 29))
    _move(books, "6320", "schedule-c:25")
    books.close(date(2025, 6, 30))

    with pytest.raises(AccountChangeError, match="the tax year 2024"):
        _move(books, "6320", "schedule-c:27b")


def test_an_account_of_a_closed_year_keeps_its_line_but_not_its_name_and_one_without_a_line_takes_one(books):
    books.by_hand("6320", "10")
    Account.objects.filter(book=books.book, code="6310").update(tax_line="")
    books.by_hand("6310", "10")
    books.close(date(2025, 12, 31))

    change_account(account=books.account("6320"), code="6321", name="Phone", tax_line="schedule-c:27b")
    _move(books, "6310", "schedule-c:18")

    assert books.account("6321").name == "Phone"
    assert books.account("6310").tax_line == "schedule-c:18"
