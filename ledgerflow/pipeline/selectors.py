"""What the inbox shows."""

from django.db.models import Prefetch, QuerySet

from ledgerflow.books.models import Book
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.statements.models import Statement

#: States in which the row still changes by itself.
MOVING = (ImportRun.State.WAITING, ImportRun.State.RUNNING)


def inbox(*, book: Book) -> QuerySet[ImportRun]:
    """Return the book's files, newest first, with what their rows show. Two queries."""
    return (
        ImportRun.objects.filter(book=book)
        .select_related("document__receipt", "bank_account", "started_by")
        .prefetch_related(Prefetch("document__statements", Statement.objects.order_by("position")))
        .order_by("-created_at", "-pk")
    )


def is_moving(*, book: Book) -> bool:
    """Whether a file is on its way, so that the page should look again soon."""
    return ImportRun.objects.filter(book=book, state__in=MOVING).exists()


def needs_attention(*, book: Book) -> int:
    """Return how many files failed or wait for a person's answer."""
    return ImportRun.objects.filter(
        book=book, state__in=(ImportRun.State.FAILED, ImportRun.State.NEEDS_YOU)
    ).count()
