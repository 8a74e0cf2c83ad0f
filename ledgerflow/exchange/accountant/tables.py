"""Tables that only the package has: the bank accounts as they were reconciled, and what is still open."""

from collections.abc import Iterator

from ledgerflow.books.models import Book
from ledgerflow.classification.models import Classification, State
from ledgerflow.core.periods import Period
from ledgerflow.reconciliation.models import Reconciliation, ReconciliationAction
from ledgerflow.reports.table import Cell, Column, Frame, Kind, Row, Table
from ledgerflow.review.close_selectors import checklist

_AT_A_TIME = 2_000


def reconciliations_of(*, book: Book, period: Period) -> list[Reconciliation]:
    """Return the reconciliations of days of the period, by bank account and day; one query."""
    found = Reconciliation.objects.filter(book=book, as_of__range=(period.first, period.last))
    return list(
        found.select_related("bank_account", "statement__document").order_by(
            "bank_account__name", "bank_account", "as_of"
        )
    )


def finishes_of(*, book: Book, period: Period) -> dict[int, ReconciliationAction]:
    """Return what finished each reconciliation of the period that is finished; one query."""
    acts = ReconciliationAction.objects.filter(
        book=book,
        act=ReconciliationAction.Act.FINISH,
        reconciliation__state=Reconciliation.State.FINISHED,
        reconciliation__as_of__range=(period.first, period.last),
    )
    return {act.reconciliation_id: act for act in acts.select_related("acted_by").order_by("pk")}


def reconciliations_table(*, frame: Frame, book: Book, period: Period) -> Table:
    """Return every reconciliation of the period with what the bank and the books said when it was finished."""
    finishes = finishes_of(book=book, period=period)
    rows = [
        Row(_reconciliation(each, finishes.get(each.pk)))
        for each in reconciliations_of(book=book, period=period)
    ]
    return Table(
        name="bank-reconciliations",
        title="Bank reconciliations",
        subtitle=str(period),
        frame=frame,
        facts={"from": period.first, "to": period.last},
        columns=(
            Column("bank_account", "Bank account"),
            Column("as_of", "As of", Kind.DATE),
            Column("currency", "Currency", on_paper=False),
            Column("bank", "Bank"),
            Column("books", "Books"),
            Column("state", "State", wraps=True),
            Column("statement", "Statement", wraps=True),
        ),
        rows=rows,
    )


def _reconciliation(each: Reconciliation, finish: ReconciliationAction | None) -> tuple[Cell, ...]:
    currency = each.bank_account.currency
    state = "not finished"
    if finish is not None:
        state = f"finished by {finish.acted_by} on {finish.acted_at:%Y-%m-%d}"
    books = finish.book_balance if finish else None
    return (
        each.bank_account.name,
        each.as_of,
        currency,
        f"{each.bank_balance.normalize():f} {currency}",
        f"{books.normalize():f} {currency}" if books is not None else "",
        state,
        each.statement.document.name if each.statement else "typed by a person",
    )


def open_questions_table(*, frame: Frame, book: Book, period: Period) -> Table:
    """Return what is open through the period's last day, and every bank line of it that is not in the journal."""
    return Table(
        name="open-questions",
        title="Open questions",
        subtitle=f"through {period.last}",
        frame=frame,
        facts={"from": period.first, "to": period.last},
        columns=(
            Column("question", "Question", wraps=True),
            Column("date", "Date", Kind.DATE),
            Column("bank_account", "Bank account"),
            Column("text", "Text", wraps=True),
            Column("amount", "Amount"),
            Column("note", "Note", wraps=True),
        ),
        rows=_open_rows(book, period),
    )


def _open_rows(book: Book, period: Period) -> Iterator[Row]:
    for point in checklist(book=book, through=period.last, since=period.first).points:
        if point.count:
            yield Row((f"{point.what}: {point.detail or point.count}", None, "", "", "", ""))
    waiting = Classification.objects.filter(
        book=book,
        state__in=(State.OPEN, State.ACCEPTED, State.EXCLUDED),
        line__date__range=(period.first, period.last),
    ).select_related("line__bank_account")
    for made in waiting.order_by("line__date", "line_id").iterator(chunk_size=_AT_A_TIME):
        line = made.line
        amount = f"{line.amount.normalize():f} {line.currency}"
        note = made.note or made.reason
        yield Row(
            (made.get_state_display(), line.date, line.bank_account.name, line.description, amount, note)
        )
