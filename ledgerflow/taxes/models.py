"""What people enter for a tax year that no journal knows. PostgreSQL refuses changes once the year is closed."""

from decimal import Decimal

from django.conf import settings
from django.db import models

from ledgerflow.books.models import Book
from ledgerflow.ledger.models import Account
from ledgerflow.taxforms.facts import CarMethod, HomeMethod

#: The years that facts are kept for; PostgreSQL says the same.
FIRST_YEAR, LAST_YEAR = 2000, 2100
_MOST_MILES = Decimal("9999999.9")
_MOST_FEET = Decimal("999999.99")
_MOST_MONEY = Decimal("999999999999.99")


def _miles() -> models.DecimalField[Decimal, Decimal]:
    return models.DecimalField(max_digits=8, decimal_places=1, default=0)


def _feet() -> models.DecimalField[Decimal, Decimal]:
    return models.DecimalField(max_digits=8, decimal_places=2, default=0)


def _money() -> models.DecimalField[Decimal, Decimal]:
    return models.DecimalField(max_digits=14, decimal_places=2, default=0)


class YearFacts(models.Model):
    """The facts of one tax year of a book: car, home, inventory, meals. Amounts are in dollars.

    ``year`` is the one in which the tax year begins. ``home_depreciation`` is the business part's, with what was
    carried over of it; ``home_expenses`` and ``home_interest_and_taxes`` are the whole home's.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="tax_years")
    year = models.SmallIntegerField()
    is_transport_worker = models.BooleanField(default=False)
    car_method = models.CharField(
        max_length=8, choices=[(each.value, each.value) for each in CarMethod], default=CarMethod.BOOKS.value
    )
    business_miles = _miles()
    commuting_miles = _miles()
    other_miles = _miles()
    home_method = models.CharField(
        max_length=10,
        choices=[(each.value, each.value) for each in HomeMethod],
        default=HomeMethod.NONE.value,
    )
    office_square_feet = _feet()
    home_square_feet = _feet()
    home_months = models.SmallIntegerField(default=12)
    home_expenses = _money()
    home_interest_and_taxes = _money()
    home_carryover = _money()
    home_depreciation = _money()
    inventory_beginning = _money()
    inventory_ending = _money()
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "year"], name="taxes_facts_once_a_year"),
            models.CheckConstraint(
                condition=models.Q(year__range=(FIRST_YEAR, LAST_YEAR)), name="taxes_facts_year_is_real"
            ),
            # A range and not only "at least zero": PostgreSQL's NaN is greater than every number.
            models.CheckConstraint(
                condition=models.Q(
                    business_miles__range=(0, _MOST_MILES),
                    commuting_miles__range=(0, _MOST_MILES),
                    other_miles__range=(0, _MOST_MILES),
                ),
                name="taxes_facts_miles_are_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    home_expenses__range=(0, _MOST_MONEY),
                    home_interest_and_taxes__range=(0, _MOST_MONEY),
                    home_carryover__range=(0, _MOST_MONEY),
                    home_depreciation__range=(0, _MOST_MONEY),
                    inventory_beginning__range=(0, _MOST_MONEY),
                    inventory_ending__range=(0, _MOST_MONEY),
                ),
                name="taxes_facts_amounts_are_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(car_method=CarMethod.BOOKS.value)
                | models.Q(car_method__in=[each.value for each in CarMethod])
                & (
                    models.Q(business_miles__gt=0)
                    | models.Q(commuting_miles__gt=0)
                    | models.Q(other_miles__gt=0)
                ),
                name="taxes_facts_car_has_miles",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    office_square_feet__range=(0, _MOST_FEET),
                    home_square_feet__range=(0, _MOST_FEET),
                    home_months__range=(0, 12),
                )
                & (
                    models.Q(home_method=HomeMethod.NONE.value)
                    | models.Q(home_method=HomeMethod.SIMPLIFIED.value, office_square_feet__gt=0)
                    | models.Q(
                        home_method=HomeMethod.REGULAR.value,
                        office_square_feet__gt=0,
                        home_square_feet__gte=models.F("office_square_feet"),
                    )
                ),
                name="taxes_facts_home_has_its_size",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}"


class BusinessShare(models.Model):
    """Which part of an account's costs in a tax year is business, in percent; the whole where there is no row."""

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+")
    year = models.SmallIntegerField()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    share = models.DecimalField(max_digits=5, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "year", "account"], name="taxes_share_once_a_year"),
            models.CheckConstraint(
                condition=models.Q(year__range=(FIRST_YEAR, LAST_YEAR)), name="taxes_share_year_is_real"
            ),
            models.CheckConstraint(
                condition=models.Q(share__range=(0, 100)), name="taxes_share_is_0_to_100_percent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.share} %"


class ReceiptLimit(models.Model):
    """From which amount on, in its base currency, a book asks for receipts; never, where ``amount`` is empty.

    A book without a row has the limit of its chart.
    """

    book = models.OneToOneField(
        Book, primary_key=True, on_delete=models.PROTECT, related_name="receipt_limit"
    )
    amount = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            # A range and not only "more than zero": PostgreSQL's NaN is greater than every number.
            models.CheckConstraint(
                condition=models.Q(amount__isnull=True) | models.Q(amount__range=(0, _MOST_MONEY)),
                name="taxes_receipt_limit_is_an_amount",
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount}"
