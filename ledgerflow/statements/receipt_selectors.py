"""Which receipts are evidence for which bank lines."""

from collections.abc import Sequence

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from ledgerflow.books.models import Book
from ledgerflow.documents.models import Receipt
from ledgerflow.statements.models import LineReceipt

_ATTACHED = Q(detached_at__isnull=True)
#: Receipts that a page offers to choose from.
_OFFERED = 100


def receipts_of(*, book: Book, line_id: int) -> list[LineReceipt]:
    """Return what is attached to the line, and was, in the order of attaching; one query."""
    found = LineReceipt.objects.filter(book=book, line=line_id)
    return list(
        found.select_related("receipt__document", "attached_by", "detached_by").order_by("attached_at", "pk")
    )


def offered_receipts(*, book: Book, line_id: int) -> "QuerySet[Receipt]":
    """Return receipts of the book that are not attached to the line, those without any line first, newest first."""
    attached = LineReceipt.objects.filter(_ATTACHED, book=book, line=line_id).values("receipt")
    return (
        Receipt.objects.filter(book=book)
        .exclude(pk__in=attached)
        .select_related("document")
        .annotate(line_count=Count("lines", filter=Q(lines__detached_at__isnull=True)))
        .order_by("line_count", "-kept_at", "-pk")[:_OFFERED]
    )


def unattached_receipts(*, book: Book) -> "QuerySet[Receipt]":
    """Return the receipts of the book that are attached to no line, newest first, with what was read."""
    return (
        Receipt.objects.filter(book=book)
        .exclude(pk__in=LineReceipt.objects.filter(_ATTACHED, book=book).values("receipt"))
        .select_related("document", "kept_by", "reading")
        .order_by("-kept_at", "-pk")
    )


def lines_of(*, book: Book, receipt_id: int) -> list[LineReceipt]:
    """Return what the receipt is attached to now, the oldest line first; one query."""
    found = LineReceipt.objects.filter(_ATTACHED, book=book, receipt=receipt_id)
    return list(found.select_related("line__bank_account", "attached_by").order_by("line__date", "pk"))


def attached_count(*, book: Book, line_ids: Sequence[int]) -> int:
    """Return how often receipts are attached to the lines."""
    return LineReceipt.objects.filter(_ATTACHED, book=book, line__in=line_ids).count()


def attached_to(*, book: Book, line: OuterRef) -> Exists:
    """Return whether something is attached to the line that an outer query names, for its annotations."""
    return Exists(LineReceipt.objects.filter(_ATTACHED, book=book, line=line))
