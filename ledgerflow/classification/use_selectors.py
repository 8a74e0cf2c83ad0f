"""What is said of business use: all of it, and what holds on a day."""

from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet

from ledgerflow.books.models import Book
from ledgerflow.classification.models import BusinessUse


def business_uses(*, book: Book) -> "QuerySet[BusinessUse]":
    """Return everything said of accounts, by code, then of payees, by name, the latest first."""
    return (
        BusinessUse.objects.filter(book=book)
        .select_related("account", "payee", "set_by")
        .order_by("account__code", "payee__name", "-since")
    )


def uses_on(*, book: Book, day: date, payee_id: int | None) -> Sequence[BusinessUse]:
    """Return what holds on the day: of the payee where something is said of it, else of each account; one query."""
    said = business_uses(book=book).filter(since__lte=day)
    holding: dict[tuple[int | None, int | None], BusinessUse] = {}
    for used in said:
        if used.payee_id is None or used.payee_id == payee_id:
            holding.setdefault((used.account_id, used.payee_id), used)
    of_payee = [used for used in holding.values() if used.payee_id is not None]
    return of_payee or list(holding.values())
