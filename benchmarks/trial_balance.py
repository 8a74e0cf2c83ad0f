"""The trial balance of a large book: ``python benchmarks/trial_balance.py [LINES]``.

Builds a book of two-line entries over five years through the staged door, posts once more, and asks from a new
connection (cold) and again, on the last day of posting and on a day in the middle of a month.
"""

import sys
import time
from datetime import date, timedelta

import scratch
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.ledger.models import BatchSource
from ledgerflow.ledger.selectors import trial_balance
from ledgerflow.ledger.services import journal

FIRST = date(2021, 1, 1)
DAYS = 1_810
GOAL_MS = 100

_STAGE = """
INSERT INTO pg_temp.ledger_staged_line (entry, no, date, account_id, currency, amount, base_amount)
SELECT place, side, %(first)s::date + ((%(start)s + place) * %(days)s / %(total)s)::int,
       CASE side
           WHEN 1 THEN (%(accounts)s::bigint[])[1 + (place * 7) %% 30]
           ELSE (%(accounts)s::bigint[])[31 + (place * 11) %% 10] END,
       'USD', (3 - 2 * side) * (place %% 90000 + 1) / 100.0, (3 - 2 * side) * (place %% 90000 + 1) / 100.0
  FROM generate_series(1, %(count)s) AS place, generate_series(1, 2) AS side
"""


def build(book: Book, entries: int) -> float:
    """Post the entries in sets; return the seconds."""
    began = time.perf_counter()
    for start in range(0, entries, journal.SET_SIZE):
        with transaction.atomic(), connection.cursor() as cursor:
            journal.staging()
            cursor.execute(
                _STAGE,
                {
                    "first": FIRST,
                    "days": DAYS,
                    "start": start,
                    "total": entries,
                    "accounts": scratch.account_ids(book),
                    "count": min(journal.SET_SIZE, entries - start),
                },
            )
            journal.post_staged(
                book=book, source=BatchSource.STATEMENT, posted_by=None, posted_at=timezone.now()
            )
    return time.perf_counter() - began


def ask(book: Book, as_of: date) -> tuple[float, int]:
    """Return milliseconds and number of queries of one trial balance."""
    with CaptureQueriesContext(connection) as captured:
        began = time.perf_counter()
        trial = trial_balance(book=book, as_of=as_of)
        taken = (time.perf_counter() - began) * 1000
    assert trial.total_debit == trial.total_credit > 0
    return taken, len(captured)


def main(lines: int) -> None:
    with scratch.database():
        (book,) = scratch.open_books(1)
        seconds = build(book, lines // 2)
        print(f"{lines:,} lines posted in {seconds:.1f} s ({lines / seconds:,.0f} lines/s)")
        last = FIRST + timedelta(days=DAYS)
        for day, name in (
            (last, "last day"),
            (last.replace(day=14), "14th"),
            (date(2023, 6, 18), "an 18th years ago"),
        ):
            connection.close()
            connection.ensure_connection()
            cold, queries = ask(book, day)
            warm = min(ask(book, day)[0] for _ in range(5))
            print(
                f"{name:18} cold {cold:6.1f} ms   warm {warm:6.1f} ms   {queries} query   goal {GOAL_MS} ms"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
