"""A POST that is sent again with the same Idempotency-Key is answered once, and told the same again for a day."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from ledgerflow.api.models import ApiToken, KeptAnswer
from ledgerflow.books.models import Book
from ledgerflow.core.errors import LedgerFlowError

KEPT_FOR = timedelta(days=1)
LONGEST_KEY = 200


class RepeatError(LedgerFlowError):
    """The key was used for another request, or that request is not answered yet."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, and whether it is an earlier one told again."""

    status: int
    body: Any
    is_repeated: bool = False


def once(
    *,
    token: ApiToken,
    key: str,
    request_sha256: str,
    book: Book,
    work: Callable[[], Answered],
    now: datetime,
    is_atomic: bool,
) -> Answered:
    """Do the work, or return what it was answered with when the key came first; an error leaves the key free.

    With ``is_atomic`` the key is kept in one transaction with what the work writes, so that both are there or neither;
    a twin waits for it. Work that must not run in a transaction (a tool) takes its key beforehand; where its process
    dies the key stays taken.

    Raises:
        RepeatError: the key came with another request, or with this one and its answer is not there.
    """
    if not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise RepeatError(f"An Idempotency-Key has 1 to {LONGEST_KEY} printable letters of ASCII.")
    KeptAnswer.objects.filter(made_at__lt=now - KEPT_FOR).delete()
    with transaction.atomic() if is_atomic else nullcontext():
        try:
            with transaction.atomic():
                kept = KeptAnswer.objects.create(
                    token=token, book=book, key=key, request_sha256=request_sha256, made_at=now
                )
        except IntegrityError:
            return _again(token, key, request_sha256)
        try:
            answered = work()
        except BaseException:
            if not is_atomic:
                kept.delete()
            raise
        kept.status, kept.body = answered.status, answered.body
        kept.save(update_fields=["status", "body"])
        return answered


def _again(token: ApiToken, key: str, request_sha256: str) -> Answered:
    kept = KeptAnswer.objects.filter(token=token, key=key).first()
    if kept is not None and kept.request_sha256 != request_sha256:
        raise RepeatError("This Idempotency-Key came with another request; use a new one.")
    if kept is None or kept.status is None:
        raise RepeatError(
            "The first request with this Idempotency-Key is still being answered, or was cut short."
        )
    return Answered(kept.status, kept.body, is_repeated=True)
