"""What the accrual basis moves: lines whose document is of another day than the bank's count on the document's day.

There is no second set of books. A report on the accrual basis is what the journal holds and, for each of those lines,
a move of its amount from the bank's day to the document's; what is left between the two days is owed. So both sides of
each move add up to zero on every day, and a balance sheet balances on either basis.

What moves is what was earned, spent or bought: the lines of an entry on income, expense and asset accounts, those of
bank accounts, of transfers and of exchanges aside. Entries that were reversed move with their reversals, so that they
cancel each other; a reversal that came when the document's day was closed counts on its own day, so that what is closed
stays as it is. Amounts are base amounts, debit positive.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import connection

from ledgerflow.books.models import Book
from ledgerflow.core.money import ZERO
from ledgerflow.core.periods import Period
from ledgerflow.ledger.models import AccountType
from ledgerflow.posting.tag_selectors import TAGGED, TagFilter, TagSet


class Accrued(StrEnum):
    """Where an amount stands between the day of the document and the bank's."""

    RECEIVABLE = "receivable"
    PREPAID = "prepaid"
    PAYABLE = "payable"
    DEFERRED = "deferred"

    @property
    def label(self) -> str:
        """What the balance sheet calls it."""
        return _LABELS[self]

    @property
    def type(self) -> AccountType:
        """The section of the balance sheet."""
        is_asset = self in {Accrued.RECEIVABLE, Accrued.PREPAID}
        return AccountType.ASSET if is_asset else AccountType.LIABILITY


_LABELS = {
    Accrued.RECEIVABLE: "Receivable, by the dates of documents",
    Accrued.PREPAID: "Paid before the dates of documents",
    Accrued.PAYABLE: "Payable, by the dates of documents",
    Accrued.DEFERRED: "Received before the dates of documents",
}


@dataclass(slots=True)
class Moves:
    """What is moved in each period: on accounts, and on what is owed; both together add up to zero."""

    accounts: dict[int, tuple[Decimal, ...]] = field(default_factory=dict)
    owed: dict[Accrued, tuple[Decimal, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shift:
    """A journal line of an entry whose document has another day; ``amount`` is what that adds to the figure."""

    entry_number: int
    no: int
    account_id: int
    posted_on: date
    document_date: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ShiftsAsked:
    """Which moves a figure is made of: on accounts, and on what is owed, in the period, of entries with these tags."""

    accounts: tuple[int, ...]
    owed: tuple[Accrued, ...]
    period: Period
    tags: TagFilter | None = None


def accrual_moves(*, book: Book, periods: Sequence[Period]) -> Moves:
    """Return what the accrual basis moves in each of the periods; one query."""
    moves = Moves()
    for _, *side in _moved(book, periods, _MOVES):
        _put(moves, side, len(periods))
    return moves


def accrual_moves_by_tags(*, book: Book, periods: Sequence[Period]) -> dict[TagSet, Moves]:
    """Return the same by the tags of the entries, those without any too; one query."""
    found: dict[TagSet, Moves] = {}
    for tags, *side in _moved(book, periods, _MOVES_BY_TAGS):
        _put(found.setdefault(tuple(tags), Moves()), side, len(periods))
    return found


def _put(moves: Moves, side: Sequence[Any], count: int) -> None:
    account, owed, no, amount = side
    nothing = (ZERO,) * count
    if account is not None:
        before = moves.accounts.get(account, nothing)
        moves.accounts[account] = (*before[:no], amount, *before[no + 1 :])
    else:
        before = moves.owed.get(Accrued(owed), nothing)
        moves.owed[Accrued(owed)] = (*before[:no], amount, *before[no + 1 :])


def _moved(book: Book, periods: Sequence[Period], pattern: str) -> Iterator[tuple[Any, ...]]:
    facts = {
        "book": book.pk,
        "numbers": None,
        "nos": list(range(len(periods))),
        "firsts": [period.first for period in periods],
        "lasts": [period.last for period in periods],
    }
    with connection.cursor() as cursor:
        cursor.execute(pattern.format(**_PARTS), facts)
        yield from cursor.fetchall()


def dated_count(*, book: Book, period: Period) -> tuple[int, int]:
    """Return how many posted bank lines of the period carry a document date, and how many another than the bank's.

    A line is of the period by either day; one query.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"book": book.pk, "first": period.first, "last": period.last})
        dated, moved = cursor.fetchone()
        return dated, moved


def shifts(*, book: Book, asked: ShiftsAsked, limit: int | None = None) -> list[Shift]:
    """Return the moves that a figure is made of, by entry, the first of them where there is a limit; one query."""
    query = _shifts(asked, "entry_number, no, account_id, posted_on, document_date, amount", _IN_ORDER)
    with connection.cursor() as cursor:
        cursor.execute(query, {**_facts(book, asked), "limit": limit})
        return [Shift(*row) for row in cursor.fetchall()]


def shifted_total(*, book: Book, asked: ShiftsAsked) -> Decimal:
    """Return what the moves of a figure add up to; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_shifts(asked, "trim_scale(sum(amount))"), _facts(book, asked))
        (total,) = cursor.fetchone()
        return total or ZERO


def _shifts(asked: ShiftsAsked, what: str, rest: str = "") -> str:
    of_tags = ""
    if asked.tags is not None:
        of_tags = _EXACTLY if asked.tags.exactly is not None else _HAVING
    return _OF_FIGURE.format(what=what, rest=rest, of_tags=of_tags, **_PARTS)


def _facts(book: Book, asked: ShiftsAsked) -> dict[str, Any]:
    exactly = asked.tags.exactly if asked.tags else None
    return {
        "book": book.pk,
        "numbers": None,
        "accounts": list(asked.accounts),
        "owed": [each.value for each in asked.owed],
        "first": asked.period.first,
        "last": asked.period.last,
        "having": asked.tags.having if asked.tags else None,
        "exactly": None if exactly is None else list(exactly),
    }


_SHIFTED = """
dated AS (
    SELECT kept.date, behind.entry_number, behind.is_reversal
      FROM posting_documentdate AS kept
     CROSS JOIN LATERAL (
           SELECT entry_number, false AS is_reversal FROM classification_classification
            WHERE line_id = kept.line_id AND entry_number IS NOT NULL
            UNION ALL
           SELECT entry_number, false FROM posting_reversedposting WHERE line_id = kept.line_id
            UNION ALL
           SELECT reversed_by_number, true FROM posting_reversedposting AS posted
            WHERE line_id = kept.line_id AND (kept.date <= (
                  SELECT action.closed_through
                    FROM ledger_journalentry AS entry
                    JOIN ledger_postingbatch AS batch ON batch.book_id = entry.book_id AND batch.no = entry.batch_no
                    JOIN ledger_periodaction AS action
                      ON action.book_id = entry.book_id AND action.acted_at <= batch.posted_at
                   WHERE entry.book_id = posted.book_id AND entry.number = posted.reversed_by_number
                   ORDER BY action.id DESC LIMIT 1)) IS NOT TRUE) AS behind
     WHERE kept.book_id = %(book)s
), shifted AS (
    SELECT line.entry_number, line.no, line.account_id, line.date AS posted_on, dated.date AS document_date,
           line.base_amount AS amount,
           CASE WHEN (line.base_amount > 0) <> dated.is_reversal
                THEN CASE WHEN dated.date < line.date THEN 'payable' ELSE 'prepaid' END
                ELSE CASE WHEN dated.date < line.date THEN 'receivable' ELSE 'deferred' END END AS owed
      FROM dated
      JOIN ledger_journalline AS line ON line.book_id = %(book)s AND line.entry_number = dated.entry_number
      JOIN ledger_account AS account ON account.id = line.account_id
     WHERE line.date <> dated.date AND account.type IN ('income', 'expense', 'asset')
       AND coalesce(account.role, '') NOT IN ('conversion', 'transfer', 'exchange')
       AND NOT EXISTS (SELECT FROM statements_bankaccount AS bank
                        WHERE bank.book_id = %(book)s AND bank.ledger_account_id = line.account_id)
)
"""
_SIDES = """
    SELECT entry_number, account_id, NULL AS owed, document_date AS day, amount FROM shifted
     UNION ALL
    SELECT entry_number, account_id, NULL, posted_on, -amount FROM shifted
     UNION ALL
    SELECT entry_number, NULL, owed, document_date, -amount FROM shifted
     UNION ALL
    SELECT entry_number, NULL, owed, posted_on, amount FROM shifted
"""
_ASKED = """
  JOIN unnest(%(nos)s::int[], %(firsts)s::date[], %(lasts)s::date[]) AS asked (no, first, last)
    ON side.day BETWEEN asked.first AND asked.last
"""
#: For the queries of higher apps: the journal lines that move (entry_number, no, account_id, posted_on, document_date).
SHIFTED = _SHIFTED
_PARTS = {"shifted": _SHIFTED, "tagged": TAGGED, "sides": _SIDES, "asked": _ASKED}
_MOVES = """
WITH {shifted}
SELECT NULL, side.account_id, side.owed, asked.no, trim_scale(sum(side.amount)) FROM ({sides}) AS side {asked}
 GROUP BY side.account_id, side.owed, asked.no HAVING sum(side.amount) <> 0
"""
_MOVES_BY_TAGS = """
WITH {shifted}, {tagged}
SELECT coalesce(tagged.tags, ARRAY[]::bigint[]), side.account_id, side.owed, asked.no, trim_scale(sum(side.amount))
  FROM ({sides}) AS side LEFT JOIN tagged ON tagged.entry_number = side.entry_number {asked}
 GROUP BY 1, side.account_id, side.owed, asked.no HAVING sum(side.amount) <> 0
"""
# A line that leaves the period and comes into it changes nothing there.
_OF_FIGURE = """
WITH {shifted}, {tagged}
SELECT {what} FROM (
       SELECT shifted.entry_number, shifted.no, shifted.account_id, shifted.posted_on, shifted.document_date,
              shifted.amount * sign
              * CASE WHEN shifted.document_date BETWEEN %(first)s AND %(last)s THEN 1 ELSE -1 END AS amount
         FROM shifted
        CROSS JOIN LATERAL (
              SELECT 1 AS sign WHERE shifted.account_id = ANY(%(accounts)s::bigint[])
               UNION ALL SELECT -1 WHERE shifted.owed = ANY(%(owed)s::text[])) AS side
        WHERE (shifted.document_date BETWEEN %(first)s AND %(last)s)
              <> (shifted.posted_on BETWEEN %(first)s AND %(last)s) {of_tags}) AS moved
 {rest}
"""
_TAGS_OF_SHIFTED = """
AND coalesce((SELECT tags FROM tagged WHERE tagged.entry_number = shifted.entry_number), ARRAY[]::bigint[])
"""
_EXACTLY = _TAGS_OF_SHIFTED + "= %(exactly)s::bigint[]"
_HAVING = _TAGS_OF_SHIFTED + "@> ARRAY[%(having)s]::bigint[]"
_IN_ORDER = "ORDER BY entry_number, no, amount LIMIT %(limit)s"
_COUNT = """
SELECT count(*), count(*) FILTER (WHERE line.date <> kept.date)
  FROM posting_documentdate AS kept
  JOIN statements_statementline AS line ON line.id = kept.line_id
  JOIN classification_classification AS made ON made.line_id = kept.line_id AND made.entry_number IS NOT NULL
 WHERE kept.book_id = %(book)s
   AND (line.date BETWEEN %(first)s AND %(last)s OR kept.date BETWEEN %(first)s AND %(last)s)
"""
