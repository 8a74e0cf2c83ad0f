"""Switching stages of suggesting off and on again."""

from datetime import datetime

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.books.permissions import Action, require
from ledgerflow.classification.errors import StageError
from ledgerflow.classification.models import Stage, StageOff
from ledgerflow.classification.services.refit import suggest_anew
from ledgerflow.classification.services.sharing import share_anew
from ledgerflow.users.models import User


@transaction.atomic
def switch_stage_off(*, book: Book, stage: Stage, user: User, now: datetime) -> int | None:
    """Let the stage suggest nothing more; return how many open lines changed, or nothing where a job looks at them.

    What was accepted or posted stays.

    Raises:
        StageError: it is off already.
        NotAllowedError: the user does not manage the book.
    """
    require(user=user, book=book, action=Action.MANAGE_BOOK)
    Book.objects.select_for_update().get(pk=book.pk)  # two people who switch it off at once
    if StageOff.objects.filter(book=book, stage=stage, switched_on_at__isnull=True).exists():
        raise StageError("It is off already.")
    StageOff.objects.create(book=book, stage=stage, switched_off_by=user, switched_off_at=now)
    _share_anew(stage)
    return suggest_anew(book=book)


@transaction.atomic
def switch_stage_on(*, book: Book, stage: Stage, user: User, now: datetime) -> int | None:
    """Let the stage suggest again; return how many open lines changed, or nothing where a job looks at them.

    Raises:
        StageError: it is on already.
        NotAllowedError: the user does not manage the book.
    """
    require(user=user, book=book, action=Action.MANAGE_BOOK)
    off = (
        StageOff.objects.select_for_update()
        .filter(book=book, stage=stage, switched_on_at__isnull=True)
        .first()
    )
    if off is None:
        raise StageError("It is on already.")
    off.switched_on_by, off.switched_on_at = user, now
    off.save(update_fields=["switched_on_by", "switched_on_at"])
    _share_anew(stage)
    return suggest_anew(book=book)


def _share_anew(stage: Stage) -> None:
    """Take what the book gave out of what books learned together, or put it in."""
    if stage == Stage.SHARED:
        share_anew()
