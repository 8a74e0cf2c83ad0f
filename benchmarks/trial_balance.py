"""The trial balance of a large book: ``python -m benchmarks.trial_balance [LINES]``.

Builds a book of two-line entries over five years through the staged door. Before each request it posts once more and
closes the connection; the request goes through every middleware, the view and its template.
"""

import sys
import time
from datetime import date, timedelta

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks import scratch
from benchmarks.table import Row, render
from ledgerflow.books.models import Book
from ledgerflow.ledger.models import BatchSource
from ledgerflow.ledger.services import journal
from ledgerflow.users.models import User

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


def ask(client: Client, book: Book, as_of: date) -> tuple[float, float, int]:
    """Return milliseconds, those of Python's own work, and the number of queries of one page with its template."""
    with CaptureQueriesContext(connection) as captured:
        began, worked = time.perf_counter(), time.process_time()
        page = client.get(f"/books/{book.slug}/reports/trial-balance/", {"as_of": as_of.isoformat()})
        taken, worked = (time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000
    assert page.status_code == 200
    assert as_of.isoformat() in page.content.decode()
    return taken, worked, len(captured)


def rows(lines: int) -> list[Row]:
    """Build the book and ask for the page of three days, the median of nine new connections each."""
    found = []
    with scratch.database():
        (book,) = scratch.open_books(1)
        client = Client(headers={"host": "localhost"})
        client.force_login(User.objects.get(email="bench@example.org"))
        seconds = build(book, lines // 2)
        found.append(
            Row(f"- a book of {lines:,} lines built", f"{seconds:.1f} s", "", lines / seconds, "lines/s")
        )
        last = FIRST + timedelta(days=DAYS)
        ask(client, book, last)  # templates are compiled once a process
        for day, name in (
            (last, "last day"),
            (last.replace(day=14), "a 14th"),
            (date(2023, 6, 18), "an 18th years ago"),
        ):
            taken = []
            for _ in range(9):
                build(book, 1)
                connection.close()
                taken.append(ask(client, book, day))
            median, worked, queries = sorted(taken)[4]
            found.append(
                Row(
                    f"trial balance page, {name}",
                    f"{median:.1f} ms",
                    f"median of 9, {queries} queries, {worked:.0f} ms of Python",
                    median,
                    "ms",
                    GOAL_MS,
                    at_most=True,
                )
            )
    return found


if __name__ == "__main__":
    print(render(rows(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)))
