"""Bank lines that a receipt may be for, and receipts that may be a line's, by what receipts state.

They are looked up anew each time, never stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, When

from ledgerflow.classification.models import Stage
from ledgerflow.classification.stages import is_off
from ledgerflow.documents.models import ReceiptReading
from ledgerflow.posting.receipt_matching import (
    DAYS_AFTER,
    DAYS_BEFORE,
    LEAST,
    Movement,
    Part,
    Stated,
    score,
    total_of,
)
from ledgerflow.statements.models import BankAccount, DeclinedReceipt, LineReceipt, StatementLine

#: Lines that are compared for one receipt.
LOOKED_AT = 200
#: Proposals that its page shows.
MOST = 5
#: Where a receipt states no day: lines so long before it came, and after.
_DAYS_BEFORE_IT_CAME, _DAYS_AFTER_IT_CAME = 366, 45


@dataclass(frozen=True, slots=True)
class Proposal:
    """A line that a receipt may be for, with its points and what they are made of."""

    line: StatementLine
    parts: tuple[Part, ...]

    @property
    def points(self) -> int:
        """Of 100."""
        return total_of(self.parts)


@dataclass(frozen=True, slots=True)
class ReceiptProposal:
    """A receipt that may be for a line, with what was read of it and the parts of the score."""

    reading: ReceiptReading
    parts: tuple[Part, ...]

    @property
    def points(self) -> int:
        """Of 100."""
        return total_of(self.parts)


def _by_likelihood(proposal: Proposal) -> tuple[int, bool, date, int]:
    """The most points first; of the same, money out before money in, because most receipts are for spending."""
    line = proposal.line
    return -proposal.points, line.amount > 0, line.date, line.pk


def stated_by(reading: ReceiptReading, *, home: str) -> Stated | None:
    """Return what the receipt states to compare by; nothing where it states no total."""
    if reading.state != ReceiptReading.State.READ or not reading.total:
        return None
    return Stated(
        total=abs(reading.total),
        tax=abs(reading.tax) if reading.tax else None,
        currency=reading.currency or home,
        day=reading.date,
        seller=reading.seller,
    )


def proposals_for(*, reading: ReceiptReading) -> Sequence[Proposal]:
    """Return the lines that the receipt is most likely for, the best first; one query, two hundred lines at most.

    Lines that it was attached to or declined for are left out. Where the receipt states no currency, it is the book's.
    """
    stated = stated_by(reading, home=reading.book.base_currency)
    if stated is None:
        return []
    found = [
        Proposal(line, score(stated, _movement(stated, line, has_another=line.has_another)))  # type: ignore[attr-defined]  # the query adds it
        for line in _candidates(reading, stated)
    ]
    likely = [each for each in found if each.points >= LEAST]
    return sorted(likely, key=_by_likelihood)[:MOST]


def _candidates(reading: ReceiptReading, stated: Stated) -> "QuerySet[StatementLine]":
    """Return the lines whose amount and day may be the receipt's, the same amounts first, the nearest days first."""
    came = reading.receipt.kept_at.date()
    first, last = stated.days or (
        came - timedelta(days=_DAYS_BEFORE_IT_CAME),
        came + timedelta(days=_DAYS_AFTER_IT_CAME),
    )
    about = LineReceipt.objects.filter(book=reading.book_id, line=OuterRef("pk"))
    declined = DeclinedReceipt.objects.filter(
        book=reading.book_id, receipt=reading.receipt_id, line=OuterRef("pk")
    )
    in_currency, in_original = Q(currency=stated.currency), Q(original_currency=stated.currency)
    return (
        StatementLine.objects.filter(
            ~is_off(Stage.RECEIPTS, book=OuterRef("book")),
            book=reading.book_id,
            bank_account__in=BankAccount.objects.filter(book=reading.book_id),
            date__range=(first, last),
        )
        .filter(in_currency & _amounts("amount", stated) | in_original & _amounts("original_amount", stated))
        .exclude(Exists(about.filter(receipt=reading.receipt_id)))
        .exclude(Exists(declined))
        .annotate(
            has_another=Exists(about.filter(detached_at__isnull=True)),
            rank=Case(
                When(
                    _either_way("amount", stated.total) | _either_way("original_amount", stated.total), then=0
                ),
                default=1,
                output_field=IntegerField(),
            ),
            is_before=Case(
                When(date__lt=stated.day or first, then=1), default=0, output_field=IntegerField()
            ),
        )
        .select_related("bank_account")
        .order_by("rank", "is_before", "date", "pk")[:LOOKED_AT]
    )


def _either_way(field: str, amount: Decimal) -> Q:
    return Q(**{f"{field}__in": (amount, -amount)})


def _amounts(field: str, stated: Stated) -> Q:
    """Return whether the field may be what was paid: an amount that the receipt states, or one with a tip."""
    found = Q(**{f"{field}__range": (-stated.most, -stated.total)}) | Q(
        **{f"{field}__range": (stated.total, stated.most)}
    )
    for amount in stated.exact_amounts:
        found |= _either_way(field, amount)
    return found


def receipts_for(*, line: StatementLine, home: str) -> Sequence[ReceiptProposal]:
    """Return the receipts without a line that are most likely this line's, the best first; one query.

    Of those whose total and day may fit the latest two hundred are compared. ``home`` is the book's currency, which a
    receipt that states none is in.
    """
    amounts = {abs(line.amount), abs(line.original_amount or line.amount)}
    least, most = min(amounts) / 2, max(amounts) * 2
    attached = LineReceipt.objects.filter(book=line.book_id, detached_at__isnull=True).values("receipt")
    declined = DeclinedReceipt.objects.filter(book=line.book_id, line=line.pk).values("receipt")
    days = (line.date - timedelta(days=DAYS_AFTER), line.date + timedelta(days=DAYS_BEFORE))
    readings = (
        ReceiptReading.objects.filter(book=line.book_id, state=ReceiptReading.State.READ)
        .filter(~is_off(Stage.RECEIPTS, book=OuterRef("book")))
        .filter(Q(total__range=(least, most)) | Q(total__range=(-most, -least)))
        .filter(Q(date__range=days) | Q(date__isnull=True))
        .exclude(receipt__in=attached)
        .exclude(receipt__in=declined)
        .select_related("receipt__document")
        .order_by("-receipt__kept_at", "-pk")[:LOOKED_AT]
    )
    found = []
    for reading in readings:
        stated = stated_by(reading, home=home)
        if stated is not None and stated.currency in {line.currency, line.original_currency}:
            found.append(ReceiptProposal(reading, score(stated, _movement(stated, line, has_another=False))))
    likely = [each for each in found if each.points >= LEAST]
    return sorted(likely, key=lambda each: (-each.points, each.reading.pk))[:MOST]


def _movement(stated: Stated, line: StatementLine, *, has_another: bool) -> Movement:
    is_own = line.currency == stated.currency
    amount = line.amount if is_own or line.original_amount is None else line.original_amount
    return Movement(
        amount=abs(amount),
        day=line.date,
        texts=(line.description, line.counterparty or ""),
        has_another=has_another,
    )
