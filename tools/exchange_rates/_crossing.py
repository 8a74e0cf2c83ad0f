"""Rates between two currencies through the euro, of one day. What the file does not state is never filled in."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact

from tools.contract import ToolError
from tools.exchange_rates._file import Day

_EURO = "EUR"
_DIGITS_AFTER_THE_MARK = Decimal(1).scaleb(-12)


def crossed(
    days: Sequence[Day], source: str, *, day: date, currency: str, into: str
) -> tuple[Decimal, tuple[tuple[str, Decimal], ...], bool]:
    """Return the rate, the stated rates that it is derived from, and whether it is exact.

    :raises ToolError: both currencies are one, or the file does not state what is needed on the day.
    """
    if currency == into:
        raise ToolError(f"{currency} in {currency} is 1; name two currencies.")
    found = next((each for each in days if each.date == day), None)
    if found is None:
        raise ToolError(_no_day(days, source, day))
    used = [(one, _stated(found, one, source)) for one in (currency, into) if one != _EURO]
    of_euro = dict(used) | {_EURO: Decimal(1)}
    rate, is_exact = _quotient(of_euro[into], of_euro[currency])
    if not rate:
        raise ToolError(f"{currency} in {into} is below 12 digits after the decimal mark.")
    return rate, tuple(used), is_exact


def _stated(day: Day, currency: str, source: str) -> Decimal:
    if currency in day.rates:
        return day.rates[currency]
    if currency in day.listed:
        raise ToolError(f"{source} says N/A for {currency} on {day.date}: there is no reference rate.")
    raise ToolError(f"{source} lists no {currency} on {day.date}.")


def _no_day(days: Sequence[Day], source: str, day: date) -> str:
    if not days[-1].date <= day <= days[0].date:
        return f"{source} runs from {days[-1].date} to {days[0].date} and does not reach {day}."
    before = next(each.date for each in days if each.date < day)
    after = next(each.date for each in reversed(days) if each.date > day)
    return (
        f"{source} has no rates of {day} ({day:%A}): they are published on the central bank's working days, here on "
        f"{before} and then on {after}."
    )


def _quotient(over: Decimal, under: Decimal) -> tuple[Decimal, bool]:
    """The quotient, exact where it ends within 12 digits after the mark."""
    exactly = Context(prec=50)
    rate = exactly.divide(over, under)
    rounded = rate.quantize(_DIGITS_AFTER_THE_MARK, rounding=ROUND_HALF_UP, context=exactly)
    is_exact = not exactly.flags[Inexact]
    return Decimal(f"{rounded:f}".rstrip("0").rstrip(".")), is_exact
