"""Reads about closed and locked periods."""

from datetime import date
from typing import NamedTuple

from django.db.models import QuerySet

from ledgerflow.books.models import Book
from ledgerflow.ledger.models import LedgerState, PeriodAction


class Held(NamedTuple):
    """The last closed day, and the last locked day where that lies beyond it."""

    closed_through: date | None
    locked_through: date | None


def closed_through(*, book: Book) -> date | None:
    """Return the last closed day, or nothing."""
    return held(book=book).closed_through


def held(*, book: Book) -> Held:
    """Return through which days the books are closed and locked; one query."""
    return Held(*LedgerState.objects.values_list("closed_through", "locked_through").get(book=book))


def period_actions(*, book: Book) -> QuerySet[PeriodAction]:
    """Return who closed, locked and reopened the books, newest first."""
    return PeriodAction.objects.filter(book=book).select_related("acted_by").order_by("-acted_at", "-pk")
