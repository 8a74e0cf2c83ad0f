"""Reads about tax years: their days, their facts, their business shares."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from ledgerflow.books.models import Book
from ledgerflow.ledger.models import Account
from ledgerflow.ledger.selectors.periods import closed_through
from ledgerflow.taxes.models import BusinessShare, YearFacts
from ledgerflow.taxforms.facts import Car, CarMethod, Facts, HomeMethod, HomeUse
from ledgerflow.taxforms.forms import SHARED, TaxForm, years
from ledgerflow.taxforms.keys import SCHEDULE_C


@dataclass(frozen=True, slots=True)
class TaxYear:
    """A tax year of a book, from its first day to its last; ``is_closed`` when the books are closed through it."""

    year: int
    first: date
    last: date
    is_closed: bool


@dataclass(frozen=True, slots=True)
class EnteredFacts:
    """What was entered for a tax year; ``shares`` are percents by account, and by whom and when it was entered last."""

    facts: Facts
    shares: Mapping[int, Decimal]
    entered_by: str
    entered_at: datetime | None


def tax_year(*, book: Book, year: int) -> TaxYear:
    """Return the tax year of the book that begins in the year; one query."""
    month = book.fiscal_year_start_month
    first, last = date(year, month, 1), date(year + 1, month, 1) - timedelta(days=1)
    closed = closed_through(book=book)
    return TaxYear(year, first, last, is_closed=closed is not None and closed >= last)


def year_at(*, book: Book, day: date) -> int:
    """Return the tax year of the day, or the nearest one that has a form."""
    year = day.year if day.month >= book.fiscal_year_start_month else day.year - 1
    return min(max(year, years()[0]), years()[-1])


def entered_facts(*, book: Book, year: int) -> EnteredFacts:
    """Return what was entered for the tax year; nothing of anything where nothing was; two queries."""
    row = YearFacts.objects.select_related("entered_by").filter(book=book, year=year).first()
    shares = dict(
        BusinessShare.objects.filter(book=book, year=year).values_list("account_id", "share").order_by()
    )
    if row is None:
        return EnteredFacts(Facts(), shares, "", None)
    return EnteredFacts(_facts(row), shares, str(row.entered_by), row.entered_at)


def shared_accounts(*, book: Book, form: TaxForm) -> list[Account]:
    """Return the accounts of which a business share may be taken in the form's year, by code; one query."""
    keys = [key for line in form.lines if line.kind in SHARED for key in line.keys]
    names = [f"{SCHEDULE_C}:{key}" for key in keys]
    return list(Account.objects.filter(book=book, tax_line__in=names).order_by("code"))


def _facts(row: YearFacts) -> Facts:
    return Facts(
        car=Car(
            method=CarMethod(row.car_method),
            business_miles=row.business_miles,
            commuting_miles=row.commuting_miles,
            other_miles=row.other_miles,
        ),
        home=HomeUse(
            method=HomeMethod(row.home_method),
            office_square_feet=row.office_square_feet,
            home_square_feet=row.home_square_feet,
            months=row.home_months,
            expenses=row.home_expenses,
            interest_and_taxes=row.home_interest_and_taxes,
            carryover=row.home_carryover,
            depreciation=row.home_depreciation,
        ),
        inventory_beginning=row.inventory_beginning,
        inventory_ending=row.inventory_ending,
        is_transport_worker=row.is_transport_worker,
    )
