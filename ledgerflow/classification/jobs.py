"""Behind the people who decide: the engine is fitted anew, rules are tried, and what is old is thrown away."""

from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.books.scope import book_scope
from ledgerflow.classification import services
from ledgerflow.classification.models import RuleTrial
from ledgerflow.classification.selectors import open_line_ids
from ledgerflow.core import database_errors
from ledgerflow.core.jobs import DEFAULT, job, periodic_job
from ledgerflow.documents.services import WAS_READ_JOB

_AT_A_TIME = 1_000


def _given_up(*, book_id: int) -> None:
    """Nothing waits for it: the next decision asks for a fit again."""


@job(name=services.REFIT_JOB, given_up=_given_up)
def refit_book(*, book_id: int) -> None:
    """Fit the model if enough was decided, and suggest anew for what is open."""
    book = Book.objects.filter(pk=book_id).first()
    if book is None:  # purged meanwhile
        return
    with book_scope(book, None):
        is_fitted = services.refit(book=book, now=timezone.now())
    if is_fitted:
        _suggest_anew(book)


@job(name=services.SUGGEST_JOB, given_up=_given_up)
def suggest_anew(*, book_id: int) -> None:
    """Suggest anew for every open line of a book."""
    book = Book.objects.filter(pk=book_id).first()
    if book is None:
        return
    _suggest_anew(book)


def _suggest_anew(book: Book) -> None:
    """Suggest anew for what is open, few lines at a time, so that whoever reviews meanwhile does not wait for all."""
    waiting = open_line_ids(book=book)
    for start in range(0, len(waiting), _AT_A_TIME):
        with book_scope(book, None):
            services.classify_lines(book=book, line_ids=waiting[start : start + _AT_A_TIME])


def _reading_given_up(*, book_id: int, receipt_id: int) -> None:
    """Nothing waits for it: the next look at the line suggests by the receipt."""


@job(name=WAS_READ_JOB, given_up=_reading_given_up)
def suggest_by_receipt(*, book_id: int, receipt_id: int) -> None:
    """Suggest anew for the open lines of a receipt that was read."""
    book = Book.objects.filter(pk=book_id).first()
    if book is None:
        return
    with book_scope(book, None):
        services.suggest_by_receipt(book=book, receipt_id=receipt_id)


def _trial_given_up(*, trial_id: int) -> None:
    trial = RuleTrial.objects.filter(pk=trial_id).first()
    if trial is not None:
        services.end_broken_trial(trial=trial, now=timezone.now())


@job(name=services.TRIAL_JOB, given_up=_trial_given_up)
def try_rule(*, trial_id: int) -> None:
    """Try a rule on a whole book."""
    trial = RuleTrial.objects.select_related("book").filter(pk=trial_id, ended_at__isnull=True).first()
    if trial is None:  # something else was asked meanwhile, or the book was purged
        return
    try:
        with book_scope(trial.book, None):
            services.do_trial(trial=trial, now=timezone.now())
    except Exception as error:
        if not database_errors.is_away(error):  # else it is done again
            services.end_broken_trial(trial=trial, now=timezone.now())
        raise


@periodic_job(name="classification.prune_predictions", cron="17 3 * * *", queue=DEFAULT)
def prune_predictions() -> None:
    """Delete predictions that no bar looks at any more."""
    services.prune_predictions(now=timezone.now())


def _sharing_given_up() -> None:
    """Nothing waits for it: it is made anew every night."""


@job(name=services.SHARE_JOB, given_up=_sharing_given_up)
def share() -> None:
    """Make what books learn from each other."""
    services.make_shared_weights(now=timezone.now())


@periodic_job(name="classification.share_nightly", cron="43 2 * * *", queue=DEFAULT)
def share_nightly() -> None:
    """Make it anew, from what was decided since."""
    services.make_shared_weights(now=timezone.now())
