"""The engine is fitted anew behind the people who decide, and what it said long ago is thrown away."""

from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.books.scope import book_scope
from ledgerflow.classification import services
from ledgerflow.core.jobs import DEFAULT, job, periodic_job


def _given_up(*, book_id: int) -> None:
    """Nothing waits for it: the next decision asks for a fit again."""


@job(name=services.REFIT_JOB, given_up=_given_up)
def refit_book(*, book_id: int) -> None:
    """Fit the model if enough was decided, and suggest anew for what is open."""
    book = Book.objects.filter(pk=book_id).first()
    if book is None:  # purged meanwhile
        return
    with book_scope(book, None):
        if services.refit(book=book, now=timezone.now()):
            services.apply_rules(book=book)


@job(name=services.SUGGEST_JOB, given_up=_given_up)
def suggest_anew(*, book_id: int) -> None:
    """Suggest anew for every open line of a book."""
    book = Book.objects.filter(pk=book_id).first()
    if book is None:
        return
    with book_scope(book, None):
        services.apply_rules(book=book)


@periodic_job(name="classification.prune_predictions", cron="17 3 * * *", queue=DEFAULT)
def prune_predictions() -> None:
    """Delete predictions that no bar looks at any more."""
    services.prune_predictions(now=timezone.now())
