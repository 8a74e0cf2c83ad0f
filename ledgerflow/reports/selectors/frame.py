"""What stands around a report: whether its days are closed, and what is not in it yet."""

from django.db.models import Count, Sum

from ledgerflow.books.models import Book
from ledgerflow.classification.models import Classification, State
from ledgerflow.core.money import format_money
from ledgerflow.core.periods import Period
from ledgerflow.ledger.selectors.periods import closed_through
from ledgerflow.reports.table import Frame


def frame_of(*, book: Book, period: Period, footer: str = "") -> Frame:
    """Return the frame of a report of the period: closed or draft, and which bank lines it lacks; two queries.

    ``footer`` is printed at the foot of every page of paper.
    """
    closed = closed_through(book=book)
    is_closed = closed is not None and period.last <= closed
    return Frame(
        book=book.name,
        slug=book.slug,
        currency=book.base_currency,
        stamp=f"Closed through {closed}" if is_closed else "Draft",
        notes=_notes(book, period),
        footer=footer,
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
