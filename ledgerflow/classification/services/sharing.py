"""Learning between the books of one installation: allowed by a firm administrator, made by a job, gone when it ends."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from ledgerflow.books.permissions import NotAllowedError
from ledgerflow.classification.errors import SharingError
from ledgerflow.classification.models import SharedWeights, Sharing
from ledgerflow.core.jobs import enqueue
from ledgerflow.learning.stored import share
from ledgerflow.learning.values import Seen
from ledgerflow.payees.cleaning import payee_key
from ledgerflow.users.models import User

SHARE_JOB = "classification.share"

# What people decided, counted; a book whose owner switched the stage off neither takes nor gives.
_DECIDED = """
    SELECT book.chart, book.id, payee.name, account.name, count(*)
    FROM classification_classification made
    JOIN books_book book ON book.id = made.book_id AND NOT book.is_demo
    JOIN payees_payee payee ON payee.id = made.payee_id
    JOIN ledger_account account ON account.id = made.account_id AND account.type IN ('income', 'expense')
        AND NOT account.is_archived AND account.role IS DISTINCT FROM 'suspense'
    WHERE made.decided_by_id IS NOT NULL AND made.state IN ('accepted', 'posted')
        AND NOT EXISTS (
            SELECT FROM classification_stageoff
            WHERE book_id = book.id AND stage = 'shared' AND switched_on_at IS NULL
        )
    GROUP BY book.chart, book.id, payee.name, account.name ORDER BY 1, 2, 3, 4
"""


@transaction.atomic
def allow_sharing(*, user: User, now: datetime) -> Sharing:
    """Let books of the installation learn from each other; a job makes the weights, tonight and now.

    Raises:
        NotAllowedError: the user is no firm administrator.
        SharingError: it is allowed already.
    """
    _require_firm(user)
    with connection.cursor() as cursor:
        cursor.execute(
            "LOCK TABLE classification_sharing IN SHARE ROW EXCLUSIVE MODE"
        )  # two who allow it at once
    if Sharing.objects.filter(ended_at__isnull=True).exists():
        raise SharingError("It is allowed already.")
    allowed = Sharing.objects.create(allowed_by=user, allowed_at=now)
    share_anew()
    return allowed


def share_anew() -> None:
    """Let a job make anew what books learned together, where that is allowed."""
    if Sharing.objects.filter(ended_at__isnull=True).exists():
        enqueue(SHARE_JOB, lock=SHARE_JOB, once=SHARE_JOB)


@transaction.atomic
def end_sharing(*, user: User, now: datetime) -> Sharing:
    """Let every book learn for itself from now on; what they learned together is deleted.

    Suggestions that were made with it stay until their lines are looked at anew.

    Raises:
        NotAllowedError: the user is no firm administrator.
        SharingError: it is not allowed.
    """
    _require_firm(user)
    allowed = Sharing.objects.select_for_update().filter(ended_at__isnull=True).first()
    if allowed is None:
        raise SharingError("It is not allowed.")
    allowed.ended_by, allowed.ended_at = user, now
    allowed.save(update_fields=["ended_by", "ended_at"])
    SharedWeights.objects.all().delete()
    return allowed


@transaction.atomic
def make_shared_weights(*, now: datetime) -> int:
    """Make anew what the books of each chart learned together, where that is allowed; return for how many charts.

    Whoever ends it meanwhile waits, and deletes what was made.
    """
    if not Sharing.objects.select_for_update().filter(ended_at__isnull=True).exists():
        return 0
    made = []
    for chart, found in _decided().items():
        shared = share(found.seen)
        if shared is not None:
            made.append(
                SharedWeights(
                    chart=chart,
                    archive=shared.archive,
                    sha256=shared.sha256,
                    books=len(found.books),
                    made_at=now,
                )
            )
    SharedWeights.objects.all().delete()
    SharedWeights.objects.bulk_create(made)
    return len(made)


class _Found(NamedTuple):
    seen: list[Seen]
    books: set[int]


def _decided() -> Mapping[str, _Found]:
    found: defaultdict[str, _Found] = defaultdict(lambda: _Found([], set()))
    with connection.cursor() as cursor:
        cursor.execute(_DECIDED)
        for chart, book_id, payee, account, count in cursor.fetchall():
            found[chart].seen.append(Seen(book_id, payee_key(payee), account, count))
            found[chart].books.add(book_id)
    return found


def _require_firm(user: User) -> None:
    if not user.is_firm_admin:
        raise NotAllowedError("Only a firm administrator may let books learn from each other.")
