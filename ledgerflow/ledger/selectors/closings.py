"""Years that were closed to equity, and the entries that closed them.

Such an entry carries income and expenses of its year into equity. What tells how a year went leaves it out, and its
reversal where it was taken back; what tells what stands on an account counts both.
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Sum

from ledgerflow.books.models import Book
from ledgerflow.ledger.models import JournalLine, YearClosing


class Moved(NamedTuple):
    """What closing entries moved on an account; debit positive, ``amount`` in the currencies of the lines."""

    amount: Decimal
    base_amount: Decimal


def live_closings(*, book: Book) -> list[YearClosing]:
    """Return the years that are closed to equity now, the latest first."""
    return list(YearClosing.objects.filter(book=book, reversed_by_number__isnull=True).order_by("-last_day"))


def closing_entries(*, book: Book) -> list[int]:
    """Return the numbers of the entries that closed years, and of their reversals, in order; one query."""
    closings = YearClosing.objects.filter(book=book).values_list("entry_number", "reversed_by_number")
    return sorted(number for pair in closings for number in pair if number is not None)


def moved_by_closings(*, book: Book, first: date, last: date) -> dict[int, Moved]:
    """Return what the closing entries of the range moved, by account; one query.

    A closing that was taken back moved nothing: its reversal is of the same day.
    """
    closings = YearClosing.objects.filter(
        book=book, last_day__range=(first, last), reversed_by_number__isnull=True
    )
    lines = JournalLine.objects.filter(book=book, entry_number__in=closings.values("entry_number"))
    moved = lines.order_by().values_list("account_id").annotate(Sum("amount"), Sum("base_amount"))
    return {account: Moved(amount, base_amount) for account, amount, base_amount in moved}
