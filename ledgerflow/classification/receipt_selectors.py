"""What the receipts of lines say of who was paid: what a suggestion can be made from."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import OuterRef

from ledgerflow.books.models import Book
from ledgerflow.classification.engine import shortened
from ledgerflow.classification.models import Stage, State
from ledgerflow.classification.stages import is_off
from ledgerflow.core.money import format_money
from ledgerflow.documents.models import ReceiptReading
from ledgerflow.statements.models import LineReceipt

#: Of a seller's name a reason says so much.
_LONGEST_SELLER = 80


@dataclass(frozen=True, slots=True)
class SaidByReceipt:
    """Who was paid by what the receipts of a line state; ``day`` and ``tax`` where there is one receipt."""

    seller: str
    day: date | None
    tax: Decimal | None
    currency: str

    def sentence(self) -> str:
        """Return what is said in a sentence, such as of the day, the seller and how much of it is tax."""
        of_day = f" of {self.day}" if self.day else ""
        tax = (
            f", {format_money(self.tax, self.currency)} {self.currency} of it tax"
            if self.tax and self.currency
            else ""
        )
        return f"The receipt{of_day} says {shortened(self.seller, most=_LONGEST_SELLER)}{tax}."


def said_by_receipts(*, book: Book, line_ids: Collection[int]) -> dict[int, SaidByReceipt]:
    """Return by line that is still open what its receipts say; nothing where the stage is off in the book; one query.

    Receipts that name different sellers, as of a line that paid two bills, name nobody.
    """
    read = "receipt__reading__"
    attached = LineReceipt.objects.filter(
        ~is_off(Stage.RECEIPTS, book=OuterRef("book")),
        book=book,
        line__in=line_ids,
        detached_at__isnull=True,
        line__classification__state=State.OPEN,
        line__classification__decided_by__isnull=True,
        receipt__reading__state=ReceiptReading.State.READ,
    ).exclude(receipt__reading__seller="")
    said: dict[int, list[SaidByReceipt]] = defaultdict(list)
    for line_id, *facts in attached.values_list(
        "line_id", f"{read}seller", f"{read}date", f"{read}tax", f"{read}currency"
    ):
        said[line_id].append(SaidByReceipt(*facts))
    return {
        line_id: each[0] if len(each) == 1 else SaidByReceipt(each[0].seller, None, None, "")
        for line_id, each in said.items()
        if len({one.seller for one in each}) == 1
    }
