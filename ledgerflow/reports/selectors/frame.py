"""What stands around a report: whether its days are closed, what is not in it yet, and where the journal stood."""

from django.db.models import Count, Sum

from ledgerflow.books.models import Book
from ledgerflow.classification.models import Classification, State
from ledgerflow.core.money import format_money
from ledgerflow.core.periods import Period
from ledgerflow.ledger.selectors import chain_head
from ledgerflow.ledger.selectors.periods import closed_through
from ledgerflow.reports.table import Frame


def frame_of(*, book: Book, period: Period, notes: tuple[str, ...] | None = None) -> Frame:
    """Return the frame of a report of the period: closed or draft, and which bank lines it lacks; four queries at most.

    ``notes`` stand in place of those lines. Ask for the frame before the figures: what was posted through its batch is
    in them.
    """
    head, closed = chain_head(book=book), closed_through(book=book)
    is_closed = closed is not None and period.last <= closed
    return Frame(
        book=book.name,
        slug=book.slug,
        currency=book.base_currency,
        stamp=f"Closed through {closed}" if is_closed else "Draft",
        notes=_notes(book, period) if notes is None else notes,
        chain_head=head.shown,
        chain_batch=head.batch_no,
    )


def _notes(book: Book, period: Period) -> tuple[str, ...]:
    waiting = (
        Classification.objects.filter(
            book=book, state__in=(State.OPEN, State.ACCEPTED), line__date__range=(period.first, period.last)
        )
        .values_list("state", "line__currency")
        .annotate(count=Count("pk"), amount=Sum("line__amount"))
        .order_by("-state", "line__currency")
    )
    return tuple(
        f"In these days {_counted(count)} {_STILL[State(state)]}, {format_money(amount, currency)} {currency} in all."
        for state, currency, count, amount in waiting
    )


_STILL = {State.OPEN: "not reviewed yet", State.ACCEPTED: "accepted but not posted yet"}


def _counted(count: int) -> str:
    return "1 bank line is" if count == 1 else f"{count:,} bank lines are"
