"""What the inbox shows."""

from django.db.models import QuerySet

from ledgerflow.books.models import Book
from ledgerflow.pipeline.models import ImportRun

#: States in which the row still changes by itself.
MOVING = (ImportRun.State.WAITING, ImportRun.State.RUNNING)


def inbox(*, book: Book) -> QuerySet[ImportRun]:
    """Return the book's files, newest first, with what their rows show."""
    return (
        ImportRun.objects.filter(book=book)
        .select_related("document__receipt", "bank_account", "started_by")
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
