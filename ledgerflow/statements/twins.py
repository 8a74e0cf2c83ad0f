"""Movements that may be here twice: under the day of booking in one format, under the value day in another."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from ledgerflow.statements.models import Statement

#: Between booking and value day lie so many days at most.
_DAYS = 10

_TWINS = """
SELECT DISTINCT ON (fresh.id) fresh.date, other.date, fresh.amount
FROM statements_statementline fresh
JOIN statements_statementline other
  ON other.book_id = fresh.book_id AND other.bank_account_id = fresh.bank_account_id
 AND other.date BETWEEN fresh.date - %(days)s AND fresh.date + %(days)s AND other.date <> fresh.date
 AND other.amount = fresh.amount AND (other.date = fresh.value_date OR other.value_date = fresh.date)
WHERE fresh.book_id = %(book)s AND fresh.id = ANY(%(lines)s) AND NOT other.id = ANY(%(lines)s)
  AND NOT EXISTS (
    SELECT 1 FROM statements_sighting sighting
    JOIN statements_statement statement ON statement.id = sighting.statement_id
    WHERE sighting.book_id = other.book_id AND sighting.line_id = other.id
      AND statement.format = %(format)s AND statement.layout = %(layout)s)
ORDER BY fresh.id, abs(other.date - fresh.date), other.id
"""


@dataclass(frozen=True, slots=True)
class Twin:
    """A line that came now, by its day and amount, and the day of the line that may be the same movement."""

    day: date
    other_day: date
    amount: Decimal


def twins_of(*, statement: Statement, line_ids: Collection[int]) -> list[Twin]:
    """Return the lines of these, new with the statement, that may be here already under their other day.

    One file states the day on which the bank booked, another the value day, or both: a line of the same amount on the
    day that one of the two states beside its own is likely the same movement. Files of one format and layout date
    alike, so their lines are no twins. No query without lines, one where only files of one kind are there, else two.
    """
    others = Statement.objects.filter(book=statement.book_id, bank_account=statement.bank_account_id).exclude(
        format=statement.format, layout=statement.layout
    )
    if not line_ids or not others.exists():
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _TWINS,
            {
                "days": _DAYS,
                "book": statement.book_id,
                "lines": list(line_ids),
                "format": statement.format,
                "layout": statement.layout,
            },
        )
        return sorted((Twin(*row) for row in cursor.fetchall()), key=lambda twin: (twin.day, twin.amount))
