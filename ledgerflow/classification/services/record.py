"""The log of predictions: what the engine said, and what a person made of it; written as sets."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from ledgerflow.books.models import Book
from ledgerflow.core.arrays import whole_numbers
from ledgerflow.learning.promise import WINDOW
from ledgerflow.learning.stored import Answer

#: So long predictions stay that another one took the place of, and outcomes that no bar looks at any more.
KEEP_REPLACED, KEEP_DECIDED = timedelta(days=30), timedelta(days=400)

_LOG = """
    INSERT INTO classification_prediction
        (book_id, line_id, account_id, alternatives, confidence, plain, source, version, features, promise_id,
         is_sampled, predicted_at)
    SELECT %(book)s, line.id, said.account, said.alternatives::bigint[], said.confidence, said.plain, said.source,
           %(version)s, said.features, said.promise, said.is_sampled, now()
    FROM unnest(%(lines)s::bigint[], %(numbers)s::integer[]) AS line (id, number)
    JOIN unnest(%(account)s::bigint[], %(alternatives)s::text[], %(confidence)s::numeric[], %(plain)s::numeric[],
                %(source)s::text[], %(features)s::text[], %(promise)s::bigint[], %(is_sampled)s::boolean[])
        WITH ORDINALITY
        AS said (account, alternatives, confidence, plain, source, features, promise, is_sampled, number)
        ON said.number = line.number + 1
"""
_REPLACE = """
    UPDATE classification_prediction
    SET replaced_at = now(), decided_at = NULL, decided_account_id = NULL, is_right = NULL
    WHERE line_id = ANY(%s::bigint[]) AND replaced_at IS NULL
"""
# Right is only what could have been accepted as it stood: a split, an excluded line and a match were something else.
_SETTLE = """
    UPDATE classification_prediction said SET
        decided_at = CASE WHEN {is_decided} THEN made.decided_at END,
        decided_account_id = CASE WHEN {is_decided} AND made.state IN ('accepted', 'posted') THEN made.account_id END,
        is_right = CASE WHEN {is_decided} THEN
            made.state IN ('accepted', 'posted') AND COALESCE(made.account_id = said.account_id, false)
        END
    FROM classification_classification made
    WHERE made.book_id = %(book)s AND made.line_id = ANY(%(lines)s::bigint[])
        AND said.line_id = made.line_id AND said.replaced_at IS NULL
""".format(is_decided="made.decided_by_id IS NOT NULL AND made.state <> 'open'")
_UNSETTLE = """
    UPDATE classification_prediction SET decided_at = NULL, decided_account_id = NULL, is_right = NULL
    WHERE book_id = %s AND line_id = ANY(%s::bigint[]) AND replaced_at IS NULL AND decided_at IS NOT NULL
"""
#: What a change keeps of a line of ``classification_classification made``, so that undoing it also gives back whether
#: somebody had looked at the line's prediction.
BEFORE = """classification_snapshot(made) || jsonb_build_object('is_settled', EXISTS (
    SELECT FROM classification_prediction said
    WHERE said.line_id = made.line_id AND said.replaced_at IS NULL AND said.decided_at IS NOT NULL
))"""
_PRUNE = """
    DELETE FROM classification_prediction said
    USING (
        SELECT book.id, (
            SELECT decided_at FROM classification_prediction
            WHERE book_id = book.id AND decided_at IS NOT NULL
            ORDER BY decided_at DESC, id DESC OFFSET %(window)s LIMIT 1
        ) AS unused
        FROM books_book book
    ) kept
    WHERE said.book_id = kept.id AND said.promise_id IS NULL AND (
        said.replaced_at < %(replaced)s OR said.decided_at < %(decided)s AND said.decided_at < kept.unused
    )
"""


@dataclass(frozen=True, slots=True)
class ToLog:
    """A prediction that lines of the same kind share."""

    account_id: int
    alternatives: tuple[int, ...]
    answer: Answer
    promise_id: int | None
    is_sampled: bool


def log_predictions(
    *,
    book: Book,
    version: str,
    said: Sequence[ToLog | None],
    line_ids: Sequence[int],
    numbers: Sequence[int],
) -> None:
    """Log for each line the prediction of its number; where there is none, nothing. One query, or none at all."""
    places = {
        number: place for place, number in enumerate(n for n, each in enumerate(said) if each is not None)
    }
    made = [each for each in said if each is not None]
    lines = [
        (line_id, places[number])
        for line_id, number in zip(line_ids, numbers, strict=True)
        if number in places
    ]
    if not lines:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _LOG,
            {
                "book": book.pk,
                "version": version,
                "lines": whole_numbers(line_id for line_id, _ in lines),
                "numbers": whole_numbers(number for _, number in lines),
                "account": [each.account_id for each in made],
                "alternatives": [whole_numbers(each.alternatives) for each in made],
                "confidence": [each.answer.confidence for each in made],
                "plain": [each.answer.plain for each in made],
                "source": [each.answer.prediction.source for each in made],
                "features": [each.answer.features for each in made],
                "promise": [each.promise_id for each in made],
                "is_sampled": [each.is_sampled for each in made],
            },
        )


def forget_predictions(*, line_ids: Collection[int]) -> None:
    """Call the predictions of lines replaced that nobody has decided about, or no longer; they count for nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_REPLACE, [whole_numbers(line_ids)])


def settle_predictions(*, book: Book, line_ids: Collection[int]) -> None:
    """Write what people made of the lines' predictions, or that they are open again; one query.

    Called for lines that somebody looked at and decided about, and for no others: what is accepted unseen, or stays as
    it is, says nothing of how good its suggestion was.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, {"book": book.pk, "lines": whole_numbers(line_ids)})


def unsettle_predictions(*, book: Book, line_ids: Collection[int]) -> None:
    """Say that nobody has looked at the lines' predictions, whatever state the lines are in; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSETTLE, [book.pk, whole_numbers(line_ids)])


@transaction.atomic
def prune_predictions(*, now: datetime) -> int:
    """Delete what no bar looks at any more; what was accepted under a promise stays. Return how many went."""
    with connection.cursor() as cursor:
        cursor.execute(
            _PRUNE,
            {"window": WINDOW - 1, "replaced": now - KEEP_REPLACED, "decided": now - KEEP_DECIDED},
        )
        return int(cursor.rowcount)
