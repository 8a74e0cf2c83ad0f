"""Lines that went without a person, under a promise that is off by now."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from ledgerflow.books.models import Book
from ledgerflow.classification.models import Classification, Prediction, Promise, State
from ledgerflow.classification.services import accept, switch_promise_off, switch_promise_on
from ledgerflow.ledger.models import Account
from ledgerflow.posting.services import post_lines
from ledgerflow.users.models import User


def keep_promises(book: Book, line_ids: Sequence[int], account: Account, user: User, now: datetime) -> None:
    """Let the first two of three open lines go, the second posted; the third is drawn for a person, who agrees."""
    first, second, drawn = line_ids
    Classification.objects.filter(book=book, line_id__in=line_ids).update(decided_by=None, decided_at=None)
    Prediction.objects.filter(book=book, line_id__in=line_ids).delete()
    promise = switch_promise_on(book=book, share=Decimal("0.9"), user=user, now=now)
    _go(book, second, account, promise, now)
    post_lines(book=book, line_ids=[second], posted_by=user, posted_at=now)
    _go(book, first, account, promise, now)
    _said(book, drawn, account, promise, now, is_sampled=True)
    Classification.objects.filter(pk=drawn).update(account=account, rule=None, source="memory")
    accept(book=book, line_ids=[drawn], user=user, now=now)
    switch_promise_off(book=book, user=user, now=now)


def _go(book: Book, line_id: int, account: Account, promise: Promise, now: datetime) -> None:
    _said(book, line_id, account, promise, now)
    Classification.objects.filter(pk=line_id).update(
        state=State.ACCEPTED, account=account, rule=None, promise=promise, source="model"
    )


def _said(
    book: Book, line_id: int, account: Account, promise: Promise, now: datetime, *, is_sampled: bool = False
) -> None:
    Prediction.objects.create(
        book=book,
        line_id=line_id,
        account=account,
        confidence=Decimal("0.9712"),
        plain=Decimal("0.961234"),
        source="model",
        version="0123456789abcdef",
        features="fedcba9876543210",
        promise=promise,
        is_sampled=is_sampled,
        predicted_at=now,
    )
