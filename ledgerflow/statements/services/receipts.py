"""Receipts as evidence for bank lines: attached by people, detached with a reason, never forgotten."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.documents.models import Receipt
from ledgerflow.documents.services import keep_receipt
from ledgerflow.statements.models import DeclinedReceipt, LineReceipt, StatementLine
from ledgerflow.users.models import User

_LONGEST_REASON = 500


class ReceiptError(LedgerFlowError):
    """The receipt cannot be attached or detached so."""


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
    """Attach new files, each with its name, and receipts of the book to the line: all of them or none.

    What is attached already stays as it is, and is not returned. Files may come one by one, so that no two of them
    are held at once.

    :raises ReceiptError: the book has no such line or receipt.
    :raises DocumentRefusedError: a file is empty, too large or no receipt.
    """
    if not StatementLine.objects.select_for_update().filter(book=book, pk=line_id).exists():
        raise ReceiptError("This book has no such line any more.")
    asked = set(receipt_ids)
    found = set(Receipt.objects.filter(book=book, pk__in=asked).values_list("pk", flat=True))
    if asked - found:
        raise ReceiptError("This book has no such receipt.")
    found |= {
        keep_receipt(book=book, name=name, content=content, user=user, now=now).pk for name, content in files
    }
    known = LineReceipt.objects.filter(book=book, line=line_id, detached_at__isnull=True)
    new = found - set(known.values_list("receipt", flat=True))
    return LineReceipt.objects.bulk_create(
        LineReceipt(book=book, line_id=line_id, receipt_id=receipt_id, attached_by=user, attached_at=now)
        for receipt_id in sorted(new)
    )


@transaction.atomic
def detach_receipt(
    *, book: Book, line_id: int, receipt_id: int, reason: str, user: User, now: datetime
) -> LineReceipt:
    """Detach a receipt from the line; it stays in the book, and so does who detached it, when and why.

    :raises ReceiptError: it is not attached to the line, or no reason is given.
    """
    reason = reason.strip()
    if not reason:
        raise ReceiptError("Say why the receipt does not belong to this line.")
    if len(reason) > _LONGEST_REASON:
        raise ReceiptError(f"The reason may have {_LONGEST_REASON} characters at most.")
    attached = (
        LineReceipt.objects.select_for_update()
        .filter(book=book, line=line_id, receipt=receipt_id, detached_at__isnull=True)
        .first()
    )
    if attached is None:
        raise ReceiptError("This receipt is not attached to the line, or somebody detached it already.")
    attached.detached_by, attached.detached_at, attached.detach_reason = user, now, reason
    attached.save(update_fields=["detached_by", "detached_at", "detach_reason"])
    return attached


@transaction.atomic
def decline_receipt(
    *, book: Book, line_id: int, receipt_id: int, user: User, now: datetime
) -> DeclinedReceipt:
    """Say that a receipt is not for the line, so that the two are not proposed to each other again.

    Saying it twice changes nothing.

    :raises ReceiptError: the book has no such line or receipt, or the receipt is attached to the line.
    """
    if not StatementLine.objects.select_for_update().filter(book=book, pk=line_id).exists():
        raise ReceiptError("This book has no such line any more.")
    if not Receipt.objects.filter(book=book, pk=receipt_id).exists():
        raise ReceiptError("This book has no such receipt.")
    attached = LineReceipt.objects.filter(
        book=book, line=line_id, receipt=receipt_id, detached_at__isnull=True
    )
    if attached.exists():
        raise ReceiptError("This receipt is attached to the line; detach it there, and say why.")
    declined, _ = DeclinedReceipt.objects.get_or_create(
        book=book,
        line_id=line_id,
        receipt_id=receipt_id,
        defaults={"declined_by": user, "declined_at": now},
    )
    return declined
