"""Enter what a tax year needs beside the journal."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.ledger.errors import ForeignAccountError, PeriodClosedError, refusals_explained
from ledgerflow.taxes.models import BusinessShare, ReceiptLimit, YearFacts
from ledgerflow.taxes.selectors import shared_accounts, tax_year
from ledgerflow.taxforms.facts import CarMethod, Facts, HomeMethod
from ledgerflow.taxforms.forms import tax_form
from ledgerflow.users.models import User

_MOST_MONTHS = 12
_WHOLE = 100
_TOO_MUCH = Decimal(10) ** 12


class FactsError(LedgerFlowError):
    """The facts contradict themselves or leave out what their method needs."""


class ReceiptLimitError(LedgerFlowError):
    """What was given is no limit for receipts."""


@transaction.atomic
def set_receipt_limit(*, book: Book, amount: Decimal | None, user: User, now: datetime) -> ReceiptLimit:
    """Ask for receipts from the amount on, in the book's base currency; never, where none is given.

    Raises:
        ReceiptLimitError: the amount is negative or no amount of money.
    """
    if amount is not None and not (amount.is_finite() and 0 <= amount < _TOO_MUCH):
        raise ReceiptLimitError(
            "The limit is an amount, zero or more; leave it empty to ask for no receipts."
        )
    limit, _ = ReceiptLimit.objects.update_or_create(
        book=book, defaults={"amount": amount, "set_by": user, "set_at": now}
    )
    return limit


@transaction.atomic
def enter_facts(
    *, book: Book, year: int, facts: Facts, shares: Mapping[int, Decimal], user: User, now: datetime
) -> YearFacts:
    """Keep the facts of the tax year, and the business share of each account named, in percent.

    Raises:
        TaxYearError: no form is known for the year.
        PeriodClosedError: the books are closed through the tax year.
        FactsError: a figure is negative, or a method lacks the figure that it needs.
        ForeignAccountError: an account is not in the book, or takes no business share.
    """
    form = tax_form(year)
    of_year = tax_year(book=book, year=year)
    if of_year.is_closed:
        raise PeriodClosedError(
            f"The books are closed through {of_year.last}, so the facts of the tax year {year} stay as they are; "
            "reopen the period to change them."
        )
    _check(facts, shares)
    known = {account.pk for account in shared_accounts(book=book, form=form)}
    if shares.keys() - known:
        raise ForeignAccountError("A business share is taken of this book's accounts with a line for costs.")
    with refusals_explained():
        row, _ = YearFacts.objects.update_or_create(
            book=book, year=year, defaults={**_columns(facts), "entered_by": user, "entered_at": now}
        )
        BusinessShare.objects.bulk_create(
            [
                BusinessShare(book=book, year=year, account_id=account_id, share=share)
                for account_id, share in shares.items()
            ],
            update_conflicts=True,
            unique_fields=["book", "year", "account"],
            update_fields=["share"],
        )
    return row


def _check(facts: Facts, shares: Mapping[int, Decimal]) -> None:
    car, home = facts.car, facts.home
    numbers = (
        *(car.business_miles, car.commuting_miles, car.other_miles, home.office_square_feet),
        *(home.home_square_feet, home.expenses, home.interest_and_taxes, home.carryover, home.depreciation),
        *(facts.inventory_beginning, facts.inventory_ending),
    )
    if any(number < 0 for number in numbers):
        raise FactsError("Miles, square feet and amounts are not negative.")
    if car.method is not CarMethod.BOOKS and not car.total_miles:
        raise FactsError("Enter the miles of the year: both methods for the car need them.")
    if home.method is not HomeMethod.NONE and not home.office_square_feet:
        raise FactsError("Enter the square feet of the home that the business uses.")
    if home.method is HomeMethod.REGULAR and home.home_square_feet < home.office_square_feet:
        raise FactsError("The whole home has at least the square feet that the business uses.")
    if not 0 <= home.months <= _MOST_MONTHS:
        raise FactsError("A year has 0 to 12 months of use.")
    if any(not 0 <= share <= _WHOLE for share in shares.values()):
        raise FactsError("A business share is from 0 to 100 percent.")


def _columns(facts: Facts) -> dict[str, object]:
    car, home = facts.car, facts.home
    return {
        "is_transport_worker": facts.is_transport_worker,
        "car_method": car.method,
        "business_miles": car.business_miles,
        "commuting_miles": car.commuting_miles,
        "other_miles": car.other_miles,
        "home_method": home.method,
        "office_square_feet": home.office_square_feet,
        "home_square_feet": home.home_square_feet,
        "home_months": home.months,
        "home_expenses": home.expenses,
        "home_interest_and_taxes": home.interest_and_taxes,
        "home_carryover": home.carryover,
        "home_depreciation": home.depreciation,
        "inventory_beginning": facts.inventory_beginning,
        "inventory_ending": facts.inventory_ending,
    }
