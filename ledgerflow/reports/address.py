"""Addresses of the lines behind figures: what a row and a column each add to the query."""

from collections.abc import Iterable
from urllib.parse import quote

from django.urls import reverse

from ledgerflow.core.periods import EARLIEST, Period
from ledgerflow.ledger.models import AccountType


def of_period(period: Period) -> str:
    """Return the part of the address that says which days, as short as they can be said: a page has thousands."""
    if period.first == EARLIEST:
        return f"to={period.last}"
    return f"period={period.name}" if period.name else f"from={period.first}&to={period.last}"


def of_rows(
    *,
    accounts: Iterable[int] = (),
    types: Iterable[AccountType] = (),
    is_credit: bool = False,
    without_closing: bool = False,
    of_cash: bool = False,
    side: str = "",
    payee: str = "",
    owed: str = "",
) -> str:
    """Return the part of the address that says which lines, and on which side their total is positive."""
    parts = [f"account={account}" for account in accounts]
    parts += [f"type={kind}" for kind in types]
    parts += ["sign=credit"] if is_credit else []
    parts += ["closing=without"] if without_closing else []
    parts += ["cash=1"] if of_cash else []
    parts += [f"side={quote(side)}"] if side else []
    parts += [f"payee={quote(payee)}"] if payee else []
    parts += [f"owed={quote(owed)}"] if owed else []
    return "&".join(parts)


#: A number that stands in no address by chance.
_MARK = 907_050_301


def numbered(page: str, *, book: str, field: str) -> str:
    """Return the address of a page of one row as a pattern, ``{}`` for the row: to resolve each takes too long."""
    return reverse(page, kwargs={"book": book, field: _MARK}).replace(str(_MARK), "{}")
