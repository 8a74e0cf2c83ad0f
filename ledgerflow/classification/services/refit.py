"""Fitting a book's model anew from what people decided, by a job."""

from collections.abc import Collection
from datetime import datetime
from functools import partial

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.classification import record_selectors as record
from ledgerflow.classification.conditions import RuleConditions
from ledgerflow.classification.models import BookWeights, ChangedLine, Classification, DecisionChange, State
from ledgerflow.classification.selectors import matching_open_lines, open_line_ids
from ledgerflow.classification.services.classify import classify_lines
from ledgerflow.core.jobs import enqueue, is_waiting
from ledgerflow.learning.stored import fit, is_fit_due

REFIT_JOB = "classification.refit"
SUGGEST_JOB = "classification.suggest_anew"
#: So many open lines get fresh suggestions while a person waits; more are left to a job.
AT_ONCE = 2_000
#: Open lines of payees that get a fresh suggestion at once, the latest; a fit or the next import refreshes the others.
_OF_PAYEES_AT_ONCE = 1_000
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
def suggest_anew(*, book: Book, matching: RuleConditions | None = None) -> int | None:
    """Suggest anew for every open line, or for those ``matching``; return how many changed.

    In a book with many open lines a job does it for all of them, and nothing is returned.
    """
    waiting = open_line_ids(book=book)
    if len(waiting) > AT_ONCE:
        _suggest_later(book)
        return None
    if matching is not None:
        waiting = matching_open_lines(book=book, conditions=matching)
    return classify_lines(book=book, line_ids=waiting)


@transaction.atomic
def suggest_for_payees(
    *, book: Book, payee_ids: Collection[int], besides: DecisionChange | None = None, is_all: bool = False
) -> None:
    """Suggest anew for open lines of the payees, ``besides`` those of a change that stay as they are.

    Of many lines the latest are looked at; with ``is_all`` a job looks at the others.
    """
    # What somebody else is at work on is left alone: waiting for it with a line in hand would deadlock.
    waiting = (
        Classification.objects.select_for_update(skip_locked=True)
        .filter(book=book, payee_id__in=payee_ids, state=State.OPEN, decided_by__isnull=True)
        .order_by("-line_id")
    )
    if besides is not None:
        waiting = waiting.exclude(line_id__in=ChangedLine.objects.filter(change=besides).values("line_id"))
    lines = list(waiting.values_list("line_id", flat=True)[: _OF_PAYEES_AT_ONCE + 1])
    classify_lines(book=book, line_ids=lines[:_OF_PAYEES_AT_ONCE])
    if is_all and len(lines) > _OF_PAYEES_AT_ONCE:
        _suggest_later(book)


def _suggest_later(book: Book) -> None:
    enqueue(
        SUGGEST_JOB,
        lock=f"{REFIT_JOB}:{book.pk}",
        once=f"{SUGGEST_JOB}:{book.pk}",
        book_id=book.pk,
    )


@transaction.atomic
def refit(*, book: Book, now: datetime) -> bool:
    """Fit the model to the latest decisions if enough are new, or one that it learned from was undone.

    Returns whether it answers otherwise now. The same decisions give the same weights; where too few are left for any,
    memory answers alone. Suggestions stay as they are until lines are classified again.
    """
    known = record.accounts_known(book=book)
    before = record.fitted(book=book, known=known)
    new = record.decisions_since(book=book, since=before.through if before else None)
    is_undone = before is not None and record.is_undone(book=book, fitted=before)
    if not is_fit_due(new=new, fitted=before.decisions if before else 0, is_undone=is_undone):
        return False
    decisions, through = record.latest_decisions(book=book, known=known)
    weights = fit(decisions)
    if weights is None or through is None:
        if is_undone:
            BookWeights.objects.filter(book=book).delete()
        return is_undone
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
