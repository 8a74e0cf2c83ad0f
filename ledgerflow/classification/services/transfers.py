"""Lines that may be one side of a transfer between two own bank accounts, which nothing accepts without a person."""

from collections.abc import Collection

from django.db import connection

from ledgerflow.books.models import Book
from ledgerflow.classification.engine import TRANSFER_DELAY
from ledgerflow.core.arrays import whole_numbers

# The other bank accounts one by one, because one range of an index holds the lines of each within the delay. Where
# there is no other one, not even the lines themselves are looked at.
_OPPOSITE = """
    SELECT mine.id FROM unnest(%(lines)s::bigint[]) AS wanted (id)
    JOIN statements_statementline mine ON mine.id = wanted.id AND mine.book_id = %(book)s
    WHERE (SELECT count(*) > 1 FROM statements_bankaccount WHERE book_id = %(book)s) AND EXISTS (
        SELECT FROM statements_bankaccount bank
        JOIN statements_statementline other ON other.book_id = bank.book_id AND other.bank_account_id = bank.id
            AND other.date BETWEEN mine.date - %(delay)s::integer AND mine.date + %(delay)s::integer
            AND other.amount = -mine.amount AND other.currency = mine.currency
        LEFT JOIN classification_classification made ON made.line_id = other.id
        WHERE bank.book_id = %(book)s AND bank.id <> mine.bank_account_id
            AND (made.line_id IS NULL OR made.state IN ('open', 'accepted'))
    )
"""


def may_be_transfers(*, book: Book, line_ids: Collection[int]) -> set[int]:
    """Return those of the lines that stand opposite a line of another own bank account within the delay; one query.

    Pairs about which a person said no are among them, so that their lines go on being left to people.
    """
    if not line_ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            _OPPOSITE,
            {"book": book.pk, "lines": whole_numbers(line_ids), "delay": TRANSFER_DELAY.days},
        )
        return {line_id for (line_id,) in cursor.fetchall()}
