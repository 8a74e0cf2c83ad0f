"""How often the machine was right in a book, and what it did without a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import F

from ledgerflow.books.models import Book
from ledgerflow.classification.models import Classification, Promise, State
from ledgerflow.classification.record_selectors import logged
from ledgerflow.learning.promise import FEWEST, PROMISE
from ledgerflow.learning.stored import Logged, record_of, stricter_than, tolerated_of

#: Lines of each list on the page.
LISTED = 100
_BOUNDS = tuple(map(Decimal, ("0", "0.5", "0.6", "0.7", "0.8", "0.9", "0.95", "0.98")))
_MONTHS = """
    SELECT date_trunc('month', said.predicted_at)::date AS month, count(*),
        count(*) FILTER (WHERE said.promise_id IS NOT NULL AND NOT said.is_sampled),
        count(*) FILTER (WHERE said.is_sampled),
        count(*) FILTER (WHERE said.decided_at IS NOT NULL),
        count(*) FILTER (WHERE said.is_right),
        count(*) FILTER (WHERE said.promise_id IS NOT NULL AND said.decided_at IS NOT NULL),
        count(*) FILTER (WHERE said.promise_id IS NOT NULL AND said.is_right)
    FROM classification_prediction said
    WHERE said.book_id = %(book)s AND said.replaced_at IS NULL AND said.predicted_at >= now() - interval '12 months'
    GROUP BY month ORDER BY month DESC
"""


@dataclass(frozen=True, slots=True)
class Band:
    """Predictions of about the same confidence: how sure they were on average, and how many were right."""

    least: Decimal
    most: Decimal
    count: int
    right: int
    confidence: Decimal

    @property
    def share(self) -> Decimal:
        """The share that was right."""
        return Decimal(self.right) / self.count


@dataclass(frozen=True, slots=True)
class Month:
    """What was predicted in a month: accepted without a person, drawn for a person, decided, right.

    ``audited`` are those that could go without a person and that one decided about all the same.
    """

    month: date
    predicted: int
    accepted: int
    sampled: int
    decided: int
    right: int
    audited: int
    audited_right: int

    @property
    def coverage(self) -> Decimal:
        """The share that was accepted without a person."""
        return Decimal(self.accepted) / self.predicted


@dataclass(frozen=True, slots=True)
class Report:
    """The record of a book and its promise.

    ``bar`` is the confidence from which lines could go without a person, none while nothing could; ``is_watched`` says
    that too many of the latest such lines were wrong, so that ``stricter`` is asked of the record instead of ``share``.
    """

    promise: Promise | None
    before: tuple[Promise, ...]
    share: Decimal
    outcomes: int
    needed: int
    bar: Decimal | None
    is_watched: bool
    wrong: int
    bands: tuple[Band, ...]
    months: tuple[Month, ...]

    @property
    def stricter(self) -> Decimal:
        """The share that is asked of the record while it is watched."""
        return stricter_than(self.share)

    @property
    def tolerated(self) -> int:
        """How many of the latest lines that went without a person may be wrong before the record is watched."""
        return tolerated_of(self.share)


def report(*, book: Book) -> Report:
    """Return the record of the book; three queries."""
    promises = list(
        Promise.objects.filter(book=book)
        .select_related("switched_on_by", "switched_off_by")
        .order_by("-pk")[:20]
    )
    on = next((each for each in promises if each.switched_off_at is None), None)
    outcomes = logged(book=book)
    share = on.share if on else Decimal(str(PROMISE))
    record = record_of(outcomes, promise=share)
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS, {"book": book.pk})
        months = tuple(Month(*row) for row in cursor.fetchall())
    return Report(
        promise=on,
        before=tuple(each for each in promises if each is not on),
        share=share,
        outcomes=len(outcomes),
        needed=max(0, FEWEST - len(outcomes)),
        bar=None if record.bar is None else Decimal(f"{record.bar:.4f}"),
        is_watched=record.is_watched,
        wrong=record.wrong,
        bands=_bands(outcomes),
        months=months,
    )


def band_of(*, book: Book, confidence: Decimal) -> Band | None:
    """Return how often suggestions of about this confidence were right in the book; one query."""
    bands = _bands(logged(book=book))
    return next(
        (band for band in bands if band.least <= confidence < band.most or confidence == band.most == 1), None
    )


@dataclass(frozen=True, slots=True)
class Unattended:
    """Lines that nobody decided about, the latest first; ``earlier`` is the ``before`` of the next page."""

    lines: tuple[Classification, ...]
    earlier: int | None


def unattended(*, book: Book, state: State, before: int | None = None) -> Unattended:
    """Return the latest lines that were accepted or posted without a person, by a rule or the promise; one query.

    ``before`` is a line, or among posted lines the number of an entry: only what is before it is returned.
    """
    key = "entry_number" if state == State.POSTED else "line_id"
    lines = Classification.objects.filter(book=book, state=state, decided_by__isnull=True)
    if before is not None:
        lines = lines.filter(**{f"{key}__lt": before})
    shown = list(
        lines.select_related("line", "account", "payee", "rule", "promise").order_by(F(key).desc())[
            : LISTED + 1
        ]
    )
    earlier = getattr(shown[LISTED - 1], key) if len(shown) > LISTED else None
    return Unattended(tuple(shown[:LISTED]), earlier)


def _bands(outcomes: Sequence[Logged]) -> tuple[Band, ...]:
    bands = []
    for least, most in zip(_BOUNDS, (*_BOUNDS[1:], Decimal(1)), strict=True):
        inside = [
            each for each in outcomes if least <= each.confidence < most or most == each.confidence == 1
        ]
        if inside:
            total = sum((each.confidence for each in inside), Decimal(0))
            right = sum(each.is_right for each in inside)
            bands.append(Band(least, most, len(inside), right, total / len(inside)))
    return tuple(reversed(bands))
