"""Receipts of lines, and what they suggest: a receipt that was read says who was paid."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.classification.services.classify import classify_lines
from ledgerflow.statements.models import LineReceipt
from ledgerflow.statements.receipt_selectors import lines_of
from ledgerflow.statements.services import receipts
from ledgerflow.users.models import User


@transaction.atomic
def attach_receipts(
    *,
    book: Book,
    line_id: int,
    files: Iterable[tuple[str, bytes]] = (),
    receipt_ids: Sequence[int] = (),
    user: User,
    now: datetime,
) -> list[LineReceipt]:
    """Attach files and receipts to the line as :func:`receipts.attach_receipts`, and suggest anew what it is for.

    Of files that are new a job suggests anew once they are read. A line that somebody decided about stays as it is.
    """
    made = receipts.attach_receipts(
        book=book, line_id=line_id, files=files, receipt_ids=receipt_ids, user=user, now=now
    )
    if made:
        classify_lines(book=book, line_ids=[line_id])
    return made


@transaction.atomic
def detach_receipt(
    *, book: Book, line_id: int, receipt_id: int, reason: str, user: User, now: datetime
) -> LineReceipt:
    """Detach the receipt as :func:`receipts.detach_receipt`, and suggest anew without what it said."""
    detached = receipts.detach_receipt(
        book=book, line_id=line_id, receipt_id=receipt_id, reason=reason, user=user, now=now
    )
    classify_lines(book=book, line_ids=[line_id])
    return detached


@transaction.atomic
def suggest_by_receipt(*, book: Book, receipt_id: int) -> int:
    """Suggest anew for the open lines of a receipt that was read; return how many changed."""
    attached = lines_of(book=book, receipt_id=receipt_id)
    return classify_lines(book=book, line_ids=[each.line_id for each in attached if each.line_id])
