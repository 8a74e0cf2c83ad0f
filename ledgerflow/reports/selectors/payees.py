"""The payee report: what came from each payee and what went to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledgerflow.books.models import Book
from ledgerflow.core.periods import Period
from ledgerflow.payees.models import Payee
from ledgerflow.posting.payee_selectors import moved_by_payee


@dataclass(frozen=True, slots=True)
class PayeeFigures:
    """What a payee's posted bank lines add up to, both positive, in the base currency; no payee, when none is known."""

    payee_id: int | None
    name: str
    count: int
    money_in: Decimal
    money_out: Decimal


def payee_report(*, book: Book, period: Period) -> Sequence[PayeeFigures]:
    """Return the payees of the period by name, lines without a payee last; two queries.

    Entries that were reversed are left out with their reversals.
    """
    moved = moved_by_payee(book=book, period=period)
    ids = [row.payee_id for row in moved if row.payee_id is not None]
    names = dict(Payee.objects.filter(book=book, pk__in=ids).values_list("pk", "name"))
    rows = [
        PayeeFigures(
            row.payee_id, names[row.payee_id] if row.payee_id else "", row.count, row.money_in, row.money_out
        )
        for row in moved
    ]
    return sorted(rows, key=lambda row: (row.payee_id is None, row.name.casefold()))
