"""What people say of a tax year that no journal knows: miles, the home, inventory."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal(0)


class CarMethod(StrEnum):
    """How car and truck expenses are worked out."""

    BOOKS = "books"
    STANDARD = "standard"
    ACTUAL = "actual"


class HomeMethod(StrEnum):
    """How the business use of the home is worked out."""

    NONE = "none"
    SIMPLIFIED = "simplified"
    REGULAR = "regular"


@dataclass(frozen=True, slots=True)
class Car:
    """The miles of the year, by purpose."""

    method: CarMethod = CarMethod.BOOKS
    business_miles: Decimal = ZERO
    commuting_miles: Decimal = ZERO
    other_miles: Decimal = ZERO

    @property
    def total_miles(self) -> Decimal:
        """Every mile driven in the year."""
        return self.business_miles + self.commuting_miles + self.other_miles


@dataclass(frozen=True, slots=True)
class HomeUse:
    """The business use of the home; amounts in dollars.

    ``months`` count for the simplified method. ``expenses`` and ``interest_and_taxes`` are those of the whole home
    while it was used for the business; ``depreciation`` is the business part's, with what was carried over of it, and
    ``carryover`` is what was carried over of other expenses.
    """

    method: HomeMethod = HomeMethod.NONE
    office_square_feet: Decimal = ZERO
    home_square_feet: Decimal = ZERO
    months: int = 12
    expenses: Decimal = ZERO
    interest_and_taxes: Decimal = ZERO
    carryover: Decimal = ZERO
    depreciation: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything entered for a tax year. ``is_transport_worker``: meals under hours-of-service limits."""

    car: Car = Car()
    home: HomeUse = HomeUse()
    inventory_beginning: Decimal = ZERO
    inventory_ending: Decimal = ZERO
    is_transport_worker: bool = False
