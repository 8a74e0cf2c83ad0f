"""The promise: a person's consent that lines are accepted without one, for as long as the record keeps it."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.classification.errors import PromiseError
from ledgerflow.classification.models import Promise
from ledgerflow.users.models import User

#: What may be promised: a share of right answers.
LEAST, MOST = Decimal("0.8"), Decimal("0.999")


@transaction.atomic
def switch_promise_on(*, book: Book, share: Decimal, user: User, now: datetime) -> Promise:
    """Let lines be accepted without a person while at least ``share`` of such lines is right.

    Nothing is accepted by this alone: lines are when they are classified, and only where the record keeps the promise.

    Raises:
        PromiseError: one is on already, or the share is no promise.
    """
    if not LEAST <= share <= MOST:
        raise PromiseError("Promise between 80 and 99.9 % right answers.")
    Book.objects.select_for_update().get(pk=book.pk)  # two people who switch it on at once
    if Promise.objects.filter(book=book, switched_off_at__isnull=True).exists():
        raise PromiseError("Lines are accepted without a person already; switch that off first.")
    return Promise.objects.create(book=book, share=share, switched_on_by=user, switched_on_at=now)


@transaction.atomic
def switch_promise_off(*, book: Book, user: User, now: datetime) -> Promise:
    """Let no more lines be accepted without a person; what was accepted stays, and can be sent back.

    Waits for lines that are being classified under the promise.

    Raises:
        PromiseError: none is on.
    """
    promise = (
        Promise.objects.select_for_update(of=("self",))
        .filter(book=book, switched_off_at__isnull=True)
        .first()
    )
    if promise is None:
        raise PromiseError("No line is accepted without a person in this book.")
    promise.switched_off_by, promise.switched_off_at = user, now
    promise.save(update_fields=["switched_off_by", "switched_off_at"])
    return promise
