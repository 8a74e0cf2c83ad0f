"""From which amount on a book asks for receipts: what its people say, else what the tax office of its chart asks."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ledgerflow.books.models import Book
from ledgerflow.taxes.models import ReceiptLimit

#: By chart: the limit, and where it is from.
_OF_CHART = {
    "sole_proprietor_us": (
        Decimal(75),
        "26 CFR §1.274-5(c)(2)(iii): documentary evidence for lodging, and for any other expenditure of $75 or more",
    ),
}


@dataclass(frozen=True, slots=True)
class Limit:
    """Receipts are asked for from ``amount`` on, never where there is none; ``source`` says who says so."""

    amount: Decimal | None
    source: str
    set_at: datetime | None = None


def receipt_limit(*, book: Book) -> Limit:
    """Return the book's limit for receipts; one query."""
    row = ReceiptLimit.objects.filter(book=book).select_related("set_by").first()
    if row is not None:
        return Limit(row.amount, f"set by {row.set_by}", row.set_at)
    return Limit(*_OF_CHART.get(book.chart, (None, "")))
