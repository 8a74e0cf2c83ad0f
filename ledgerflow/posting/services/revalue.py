"""Revaluing balances in other currencies at the end of a period."""

from datetime import date as Date  # noqa: N812 - `date` is a word of the journal's drafts
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.core.money import ZERO
from ledgerflow.ledger.models import BatchSource
from ledgerflow.ledger.services import journal
from ledgerflow.posting.errors import RevaluationError
from ledgerflow.posting.models import RevaluedBalance
from ledgerflow.posting.revaluation import Revaluation, revaluation
from ledgerflow.users.models import User


@transaction.atomic
def post_revaluation(
    *,
    book: Book,
    as_of: Date,
    figures: str,
    is_reversed_next_day: bool = False,
    user: User,
    now: datetime,
) -> int:
    """Bring every balance in another currency to its worth at the end of the day by one entry; return its number.

    ``figures`` is the digest of what a person reviewed. The balances in the other currencies stay as they are; the
    differences go to the account for exchange gains and losses. With ``is_reversed_next_day`` the entry is reversed on
    the day after it.

    Raises:
        RevaluationError: the figures are not those that were reviewed, a rate or an account is missing, the day is not
            over, or nothing differs.
        PostingError: the day is in a closed period, or as the ledger says otherwise.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM ledger_lock(%s)", [book.pk])
    if as_of > timezone.localdate(now):
        raise RevaluationError(f"{as_of} is not here yet; balances are revalued at the end of a day.")
    found = revaluation(book=book, as_of=as_of)
    if found.hindrances:
        raise RevaluationError(" ".join(found.hindrances))
    if not found.differing:
        raise RevaluationError("Every balance stands in the books at its worth; there is nothing to post.")
    if found.figures != figures:
        raise RevaluationError("The figures have changed since you reviewed them; here are the new ones.")
    batch = journal.post_entries(
        book=book, source=BatchSource.MANUAL, entries=[_draft(book, found)], posted_by=user, posted_at=now
    )
    RevaluedBalance.objects.bulk_create(
        RevaluedBalance(
            book=book,
            entry_number=batch.first_number,
            account_id=row.account_id,
            exchange_rate=row.rate,
            amount=row.amount,
            base_amount=row.base_amount,
            value=row.value or ZERO,
        )
        for row in found.differing
    )
    if is_reversed_next_day:
        mirror = journal.mirror(
            book=book,
            number=batch.first_number,
            date=as_of + timedelta(days=1),
            text=f"Takes back the revaluation of {as_of}",
        )
        journal.post_entries(
            book=book, source=BatchSource.REVERSAL, entries=[mirror], posted_by=user, posted_at=now
        )
    return batch.first_number


def _draft(book: Book, found: Revaluation) -> journal.EntryDraft:
    assert found.exchange_account is not None
    lines = [
        journal.LineDraft(row.account_id, row.currency, ZERO, row.difference or ZERO)
        for row in found.differing
    ]
    result = journal.LineDraft(found.exchange_account.pk, book.base_currency, -found.total, -found.total)
    return journal.EntryDraft(
        date=found.as_of,
        lines=[*lines, result],
        text=f"Revaluation of balances in other currencies on {found.as_of}",
    )
