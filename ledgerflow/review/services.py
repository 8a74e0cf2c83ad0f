"""One call a key: what the review queue does, each through the stage that owns it."""

from datetime import datetime

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.classification import services as classification
from ledgerflow.classification.services import (
    Accepted,
    accept,
    decide,
    exclude,
    reopen,
    rule_from_decision,
    undo,
)
from ledgerflow.ledger.models import Account
from ledgerflow.users.models import User

__all__ = [
    "Accepted",
    "accept",
    "accept_confident",
    "accept_everything",
    "decide",
    "exclude",
    "reopen",
    "rule_from_decision",
    "undo",
]


def accept_confident(*, book: Book, user: User, now: datetime, dry_run: bool = False) -> Accepted:
    """Accept the suggestions that are sure, and nothing below; with ``dry_run`` only count them."""
    with transaction.atomic():
        done = classification.accept_confident(book=book, user=user, now=now)
        # Counting is doing and taking back: the reasons are the same then.
        transaction.set_rollback(dry_run)
    return done


def accept_everything(
    *, book: Book, user: User, now: datetime, account_for_rest: Account | None = None, dry_run: bool = False
) -> Accepted:
    """Accept every suggestion; lines without one go to ``account_for_rest``, or are told with the reason."""
    with transaction.atomic():
        done = classification.accept_all(book=book, user=user, now=now, account=account_for_rest)
        transaction.set_rollback(dry_run)
    return done
