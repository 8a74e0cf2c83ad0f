"""What the inbox shows."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Case, Prefetch, QuerySet, Value, When

from ledgerflow.books.models import Book
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.statements import standing
from ledgerflow.statements.models import Statement

#: States in which the row still changes by itself.
MOVING = (ImportRun.State.WAITING, ImportRun.State.RUNNING)


def inbox(*, book: Book) -> QuerySet[ImportRun]:
    """Return the book's files, newest first, with what their rows show. Two queries."""
    return (
        ImportRun.objects.filter(book=book)
        .select_related("document__receipt", "bank_account", "started_by")
        .prefetch_related(
            Prefetch(
                "document__statements", Statement.objects.select_related("bank_account").order_by("position")
            )
        )
        .order_by("-created_at", "-pk")
    )


#: What waits for a person.
WAITING_FOR_SOMEBODY = (ImportRun.State.FAILED, ImportRun.State.NEEDS_YOU)
_PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A file of the inbox with its statements, each with its standing; none where it is not imported.

    ``may_come_again`` says that its import was undone, or it was set aside, and it was not taken in again since:
    what was said of it last counts.
    """

    run: ImportRun
    may_come_again: bool
    statements: tuple[tuple[Statement, standing.Standing], ...]

    @property
    def format(self) -> str:
        """The format as people write it, empty where it is not known."""
        return self.statements[0][0].format.upper() if self.statements else ""

    @property
    def style(self) -> str:
        """The class that colors the state; an import with a warning, or that holds lines back, is no plain success."""
        is_doubtful = bool(self.run.lines_held or (self.statements and self.run.message))
        if self.run.state == ImportRun.State.READY and is_doubtful:
            return "status-yellow"
        return _STYLES.get(self.run.state, "status-secondary")


_STYLES: dict[str, str] = {
    ImportRun.State.READY: "status-green",
    ImportRun.State.FAILED: "status-red",
    ImportRun.State.NEEDS_YOU: "status-yellow",
}


def inbox_page(
    *, book: Book, number: str | None, document: int | None = None
) -> tuple[Page[ImportRun], list[Row]]:
    """Return a page of the inbox: what waits for somebody first, then the newest. Four queries at most.

    Of one file alone where ``document`` says so.
    """
    waits = When(state__in=WAITING_FOR_SOMEBODY, then=Value(0))
    runs = inbox(book=book).order_by(Case(waits, default=Value(1)), "-created_at", "-pk")
    if document is not None:
        runs = runs.filter(document=document)
    page = Paginator(runs, _PAGE).get_page(number)
    gone = {run.pk: run.document_id for run in page if run.state == ImportRun.State.UNDONE}
    newest = set(
        ImportRun.objects.filter(book=book, document__in=set(gone.values()))
        .order_by("document", "-pk")
        .distinct("document")
        .values_list("pk", flat=True)
    )
    return page, [Row(run, run.pk in gone and run.pk in newest, _statements(run)) for run in page]


def _statements(run: ImportRun) -> tuple[tuple[Statement, standing.Standing], ...]:
    if run.state != ImportRun.State.READY:
        return ()  # those of the file are another import's
    return tuple((each, standing.of_statement(each)) for each in run.document.statements.all())


def is_moving(*, book: Book) -> bool:
    """Whether a file is on its way, so that the page should look again soon."""
    return ImportRun.objects.filter(book=book, state__in=MOVING).exists()


def needs_attention(*, book: Book) -> int:
    """Return how many files failed or wait for a person's answer."""
    return ImportRun.objects.filter(book=book, state__in=WAITING_FOR_SOMEBODY).count()
