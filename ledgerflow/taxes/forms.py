"""The forms of a tax year's facts."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms

from ledgerflow.ledger.models import Account
from ledgerflow.taxes.selectors import EnteredFacts
from ledgerflow.taxforms.facts import Car, CarMethod, Facts, HomeMethod, HomeUse
from ledgerflow.taxforms.forms import years
from ledgerflow.taxforms.schedule_c import WHOLE

_CAR_METHODS = [
    (CarMethod.BOOKS.value, "As booked"),
    (CarMethod.STANDARD.value, "Standard mileage rate"),
    (CarMethod.ACTUAL.value, "Actual costs by miles"),
]
_HOME_METHODS = [
    (HomeMethod.NONE.value, "Not used for the business"),
    (HomeMethod.SIMPLIFIED.value, "Simplified method"),
    (HomeMethod.REGULAR.value, "Regular method (Form 8829)"),
]


def _radios() -> forms.RadioSelect:
    return forms.RadioSelect(attrs={"class": "form-check-input"})


def _number(label: str, *, digits: int, places: int, help_text: str = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=0,
        max_digits=digits,
        decimal_places=places,
        required=False,
        help_text=help_text,
    )


def _money(label: str, help_text: str = "") -> forms.DecimalField:
    return _number(label, digits=14, places=2, help_text=help_text)


class YearForm(forms.Form):
    """Which tax year is asked for."""

    year = forms.TypedChoiceField(
        label="Tax year", coerce=int, choices=lambda: [(year, str(year)) for year in reversed(years())]
    )


class FactsForm(forms.Form):
    """The facts of a tax year; an empty number is zero, an empty share the whole."""

    car_method = forms.TypedChoiceField(
        label="Car and truck", coerce=CarMethod, choices=_CAR_METHODS, widget=_radios()
    )
    business_miles = _number("Business miles", digits=8, places=1)
    commuting_miles = _number("Commuting miles", digits=8, places=1)
    other_miles = _number("Other miles", digits=8, places=1)
    is_transport_worker = forms.BooleanField(
        label="Meals under the Department of Transportation's hours-of-service limits", required=False
    )
    home_method = forms.TypedChoiceField(
        label="Business use of the home", coerce=HomeMethod, choices=_HOME_METHODS, widget=_radios()
    )
    office_square_feet = _number(
        "Square feet used for the business",
        digits=8,
        places=2,
        help_text="If it changed, its average over the months of use, with at most 300 in any month.",
    )
    home_square_feet = _number("Square feet of the whole home", digits=8, places=2)
    months = forms.IntegerField(
        label="Months of use",
        min_value=0,
        max_value=12,
        help_text="For the simplified method: months with 15 days or more.",
    )
    expenses = _money("Expenses of the whole home", "Regular method: insurance, rent, repairs, utilities.")
    interest_and_taxes = _money(
        "Mortgage interest and real estate taxes of the whole home",
        "Regular method, as far as they are deductible.",
    )
    depreciation = _money("Depreciation of the business part", "Form 8829, with what was carried over of it.")
    carryover = _money("Expenses carried over from last year", "Form 8829, business part.")
    inventory_beginning = _money("Inventory at the beginning of the year")
    inventory_ending = _money("Inventory at the end of the year")

    def __init__(self, *args: Any, accounts: Sequence[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.accounts = accounts
        for account in accounts:
            self.fields[_share_name(account.pk)] = forms.DecimalField(
                label=str(account),
                min_value=0,
                max_value=100,
                max_digits=5,
                decimal_places=2,
                required=False,
            )

    def share_fields(self) -> list[forms.BoundField]:
        """Return the field of each account's share, by the account's code."""
        return [self[_share_name(account.pk)] for account in self.accounts]

    def facts(self) -> Facts:
        """Return what was entered; the form must be valid."""
        return Facts(
            car=Car(
                method=self.cleaned_data["car_method"],
                business_miles=self._given("business_miles"),
                commuting_miles=self._given("commuting_miles"),
                other_miles=self._given("other_miles"),
            ),
            home=HomeUse(
                method=self.cleaned_data["home_method"],
                office_square_feet=self._given("office_square_feet"),
                home_square_feet=self._given("home_square_feet"),
                months=self.cleaned_data["months"],
                expenses=self._given("expenses"),
                interest_and_taxes=self._given("interest_and_taxes"),
                carryover=self._given("carryover"),
                depreciation=self._given("depreciation"),
            ),
            inventory_beginning=self._given("inventory_beginning"),
            inventory_ending=self._given("inventory_ending"),
            is_transport_worker=self.cleaned_data["is_transport_worker"],
        )

    def shares(self) -> dict[int, Decimal]:
        """Return the business share of each account, in percent; the form must be valid."""
        return {account.pk: self._given(_share_name(account.pk), WHOLE) for account in self.accounts}

    def _given(self, name: str, otherwise: Decimal = Decimal(0)) -> Decimal:
        given: Decimal | None = self.cleaned_data[name]
        return otherwise if given is None else given


def initial_of(entered: EnteredFacts, accounts: Sequence[Account]) -> Mapping[str, object]:
    """Return what the form begins with: what was entered last."""
    car, home = entered.facts.car, entered.facts.home
    return {
        "car_method": car.method.value,
        "business_miles": car.business_miles,
        "commuting_miles": car.commuting_miles,
        "other_miles": car.other_miles,
        "is_transport_worker": entered.facts.is_transport_worker,
        "home_method": home.method.value,
        "office_square_feet": home.office_square_feet,
        "home_square_feet": home.home_square_feet,
        "months": home.months,
        "expenses": home.expenses,
        "interest_and_taxes": home.interest_and_taxes,
        "depreciation": home.depreciation,
        "carryover": home.carryover,
        "inventory_beginning": entered.facts.inventory_beginning,
        "inventory_ending": entered.facts.inventory_ending,
    } | {_share_name(account.pk): entered.shares.get(account.pk, WHOLE) for account in accounts}


def _share_name(account_id: int) -> str:
    return f"share_{account_id}"
