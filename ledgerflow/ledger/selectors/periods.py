"""Reads about closed periods."""

from datetime import date

from django.db.models import QuerySet

from ledgerflow.books.models import Book
from ledgerflow.ledger.models import LedgerState, PeriodAction


def closed_through(*, book: Book) -> date | None:
    """Return the last closed day, or nothing."""
    return LedgerState.objects.values_list("closed_through", flat=True).get(book=book)


def period_actions(*, book: Book) -> QuerySet[PeriodAction]:
    """Return who closed and reopened the books, newest first."""
    return PeriodAction.objects.filter(book=book).select_related("acted_by").order_by("-acted_at", "-pk")
