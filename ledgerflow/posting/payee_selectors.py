"""What was posted from bank lines by their payee: payee and entry stand on the line's classification.

A reversed entry is left out with its reversal: its line is back in review.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from ledgerflow.books.models import Book
from ledgerflow.core.periods import Period


@dataclass(frozen=True, slots=True)
class MovedByPayee:
    """The posted bank lines of a payee (None: of nobody known): how many, money in and money out, both positive."""

    payee_id: int | None
    count: int
    money_in: Decimal
    money_out: Decimal


def moved_by_payee(*, book: Book, period: Period) -> list[MovedByPayee]:
    """Return what moved by payee, in the base currency; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, {"book": book.pk, "first": period.first, "last": period.last})
        return [MovedByPayee(*row) for row in cursor.fetchall()]


def lines_of_payee(
    *, book: Book, payee_id: int | None, everybody: bool, period: Period
) -> tuple[tuple[int, int], ...]:
    """Return entry and line number of the journal lines behind a payee's figures, or behind everybody's; one query."""
    facts: dict[str, Any] = {
        "book": book.pk,
        "first": period.first,
        "last": period.last,
        "payee": payee_id,
        "everybody": everybody,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LINES, facts)
        return tuple(cursor.fetchall())


# The bank's side of an entry is the line on the ledger account of the bank account whose line was posted.
_POSTED = """
SELECT {what}
  FROM statements_bankaccount AS bank
  JOIN ledger_journalline AS line
    ON line.book_id = bank.book_id AND line.account_id = bank.ledger_account_id
       AND line.date BETWEEN %(first)s AND %(last)s
  JOIN classification_classification AS made
    ON made.book_id = line.book_id AND made.entry_number = line.entry_number
  JOIN statements_statementline AS said ON said.id = made.line_id AND said.bank_account_id = bank.id
 WHERE bank.book_id = %(book)s {rest}
"""
_MOVED = _POSTED.format(
    what="""made.payee_id, count(DISTINCT said.id), trim_scale(sum(greatest(line.base_amount, 0))),
       trim_scale(sum(greatest(-line.base_amount, 0)))""",
    rest="GROUP BY made.payee_id",
)
_LINES = _POSTED.format(
    what="line.entry_number, line.no",
    rest="AND (%(everybody)s OR made.payee_id IS NOT DISTINCT FROM %(payee)s::bigint)",
)
