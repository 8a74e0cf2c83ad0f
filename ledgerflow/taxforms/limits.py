"""The limits of Schedule C: meals, car and truck, the home. Each answers with an amount and the sentence that says why.

Amounts are in dollars, rounded to cents, halves up.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from ledgerflow.taxforms.facts import ZERO, Car, CarMethod, Facts, HomeMethod, HomeUse
from ledgerflow.taxforms.forms import TaxForm

_CENT = Decimal("0.01")
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Limited:
    """What is left of an amount, and why; ``carryover`` goes on to the next year."""

    amount: Decimal
    why: str = ""
    carryover: Decimal = ZERO


def cents(amount: Decimal) -> Decimal:
    """Return the amount in whole cents."""
    return amount.quantize(_CENT, ROUND_HALF_UP)


def dollars(amount: Decimal) -> Decimal:
    """Return the amount in whole dollars: less than 50 cents are dropped, 50 and more raise it."""
    return amount.quantize(Decimal(1), ROUND_HALF_UP)


def percent_of(percent: Decimal, amount: Decimal) -> Decimal:
    """Return so many percent of the amount, in cents."""
    return cents(amount * percent / _HUNDRED)


def meals(form: TaxForm, facts: Facts, amount: Decimal) -> Limited:
    """Limit the business part of meals."""
    rule = form.meals
    percent = rule.transport_percent if facts.is_transport_worker else rule.percent
    who = " under hours-of-service limits" if facts.is_transport_worker else ""
    return Limited(percent_of(percent, amount), f"{percent} % of business meals{who} ({rule.source}).")


def car(form: TaxForm, facts: Car, operating: Decimal, tolls: Decimal) -> Limited:
    """Work out car and truck expenses; parking fees and tolls of the business count beside either method."""
    beside = f" and {_money(tolls)} of parking fees and tolls" if tolls else ""
    if facts.method is CarMethod.STANDARD:
        rate = form.mileage.rate
        allowed = cents(facts.business_miles * rate)
        left = (
            f" The operating costs of {_money(operating)} in the books are not deducted beside it."
            if operating
            else ""
        )
        why = f"{_number(facts.business_miles)} business miles at ${rate}{beside} ({form.mileage.source}).{left}"
        return Limited(allowed + tolls, why)
    if facts.method is CarMethod.ACTUAL:
        if not facts.total_miles:
            return Limited(tolls, f"Actual costs, but no miles are entered{beside} ({form.car_source}).")
        allowed = cents(operating * facts.business_miles / facts.total_miles)
        share = f"{_number(facts.business_miles)} of {_number(facts.total_miles)} miles are business"
        return Limited(
            allowed + tolls, f"Actual costs: {share}, so {_money(allowed)}{beside} ({form.car_source})."
        )
    return Limited(
        operating + tolls,
        "No method is chosen: the books' amount counts. Part IV of the form asks for the miles."
        if operating or tolls
        else "",
    )


def home(form: TaxForm, facts: HomeUse, tentative_profit: Decimal) -> Limited:
    """Work out line 30 from the tentative profit of line 29, which may be a loss."""
    if facts.method is HomeMethod.SIMPLIFIED:
        return _simplified(form, facts, tentative_profit)
    if facts.method is HomeMethod.REGULAR:
        return _regular(form, facts, tentative_profit)
    return Limited(ZERO)


def _simplified(form: TaxForm, facts: HomeUse, tentative_profit: Decimal) -> Limited:
    rule = form.home
    area = min(facts.office_square_feet, Decimal(rule.most_square_feet)) * facts.months / 12
    by_area, limit = cents(rule.rate * area), max(tentative_profit, ZERO)
    why = f"Simplified method: ${rule.rate} a square foot for {_number(area)} square feet on average"
    if facts.office_square_feet > rule.most_square_feet:
        why += f", at most {rule.most_square_feet}"
    why += f", {_money(by_area)}"
    if by_area > limit:
        why += f", limited to the tentative profit of {_money(limit)}; the rest is not carried over"
    return Limited(min(by_area, limit), f"{why} ({rule.source}).")


def _regular(form: TaxForm, facts: HomeUse, tentative_profit: Decimal) -> Limited:
    """Follow Form 8829: interest and taxes first, then other expenses up to the profit, depreciation last."""
    percent = _HUNDRED * facts.office_square_feet / facts.home_square_feet if facts.home_square_feet else ZERO
    percent = percent.quantize(_CENT, ROUND_HALF_UP)
    first = percent_of(percent, facts.interest_and_taxes)
    limit = max(tentative_profit - first, ZERO)
    expenses = percent_of(percent, facts.expenses) + facts.carryover
    allowed = min(expenses, limit)
    depreciation = min(facts.depreciation, limit - allowed)
    carryover = expenses - allowed + facts.depreciation - depreciation
    why = f"Regular method: {_number(percent)} % of the home is business"
    if carryover:
        why += f"; limited by the tentative profit of {_money(tentative_profit)}, {_money(carryover)} is carried over"
    amount = first + allowed + depreciation
    return Limited(amount, f"{why} ({form.home.regular_source}).", carryover)


def _money(amount: Decimal) -> str:
    return f"${cents(amount):,}" if amount >= 0 else f"-${cents(-amount):,}"


def _number(number: Decimal) -> str:
    """Write a number of miles, feet or percent, to two digits at most."""
    return f"{number.quantize(_CENT, ROUND_HALF_UP).normalize():,f}"
