"""Fitting a book's model anew from what people decided, by a job."""

from datetime import datetime
from functools import partial

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.classification import record_selectors as record
from ledgerflow.classification.models import BookWeights
from ledgerflow.classification.selectors import open_line_ids
from ledgerflow.classification.services.classify import classify_lines
from ledgerflow.core.jobs import enqueue, is_waiting
from ledgerflow.learning.stored import fit, is_fit_due

REFIT_JOB = "classification.refit"
SUGGEST_JOB = "classification.suggest_anew"
#: So many open lines get fresh suggestions while a person waits; more are left to a job.
AT_ONCE = 2_000
#: Decisions are waited for so long, so that a sitting is fitted a few times and not a hundred.
_COLLECTING_SECONDS = 30


def ask_for_refit(*, book: Book) -> None:
    """Ask for a fit once this transaction is through; the job looks whether enough was decided.

    Behind the transaction, because two people who decide at once should not wait for each other's job; should the
    process die in between, the next decision asks again.
    """
    transaction.on_commit(partial(_ask, book.pk), robust=True)


def _ask(book_id: int) -> None:
    name = f"{REFIT_JOB}:{book_id}"
    if not is_waiting(name):
        enqueue(REFIT_JOB, lock=name, once=name, in_seconds=_COLLECTING_SECONDS, book_id=book_id)


@transaction.atomic
def suggest_anew(*, book: Book) -> int | None:
    """Suggest anew for every open line; return how many changed, or nothing where a job does it."""
    waiting = open_line_ids(book=book)
    if len(waiting) > AT_ONCE:
        enqueue(SUGGEST_JOB, lock=f"{REFIT_JOB}:{book.pk}", book_id=book.pk)
        return None
    return classify_lines(book=book, line_ids=waiting)


@transaction.atomic
def refit(*, book: Book, now: datetime, is_forced: bool = False) -> bool:
    """Fit the model to the latest decisions if enough are new; return whether it was.

    The same decisions give the same weights. Suggestions stay as they are until lines are classified again.
    """
    known = record.accounts_known(book=book)
    before = record.fitted(book=book, known=known)
    new = record.decisions_since(book=book, since=before.through if before else None)
    if not is_forced and not is_fit_due(new=new, fitted=before.decisions if before else 0):
        return False
    decisions, through = record.latest_decisions(book=book, known=known)
    weights = fit(decisions)
    if weights is None or through is None:
        return False
    BookWeights.objects.update_or_create(
        book=book,
        defaults={
            "archive": weights.archive,
            "sha256": weights.sha256,
            "accounts": [known.ids[title] for title in weights.titles],
            "decisions": len(decisions),
            "through": through,
            "fitted_at": now,
        },
    )
    return True
