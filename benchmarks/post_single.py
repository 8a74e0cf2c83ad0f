"""Single durable postings: ``python -m benchmarks.post_single [SECONDS]``.

Eight clients post two-line entries, one transaction each, synchronous commit on, into one book and across a hundred:
once by pgbench through the SQL function that ``post_entries`` calls, beside bare inserts of one row by pgbench, and
once by eight Python processes through ``post_entries`` itself, whose Python takes its share of the same processors.
"""

import multiprocessing
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from datetime import date
from decimal import Decimal

from django.db import connections
from django.utils import timezone

from benchmarks import scratch
from benchmarks.table import Row, render
from ledgerflow.books.models import Book
from ledgerflow.embedded import program
from ledgerflow.ledger.models import BatchSource
from ledgerflow.ledger.selectors import verify
from ledgerflow.ledger.services import journal
from tests.conftest import database_settings
from tests.databases import point_to

CLIENTS = 8
GOALS = {1: 1_000, 100: 3_000}
BookAccounts = tuple[Book, list[int]]

_TABLE = "CREATE TABLE bare_posting (book_id bigint, value float)"
_BARE = r"""
\set book random(0, 99)
INSERT INTO bare_posting VALUES (:book, random());
"""
# Books and their accounts were made one after the other, so their ids follow from the place of the book.
_POST = r"""
\set place random(0, {books} - 1)
\set book {first_book} + :place
\set debit {first_account} + :place * {accounts} + random(0, 9)
\set credit {first_account} + :place * {accounts} + random(10, 19)
\set dollars random(1, 5000)
SELECT ledger_post(:book, 'manual', NULL, now(), '{{2026-03-05}}', '{{2}}', '{{NULL}}', NULL, '{{1,1}}', '{{1,2}}',
    ARRAY[:debit, :credit]::bigint[], '{{USD,USD}}',
    ARRAY[:dollars, -1 * :dollars]::numeric[], ARRAY[:dollars, -1 * :dollars]::numeric[]);
"""


def by_pgbench(script: str, seconds: float) -> float:
    """Return the transactions a second of eight pgbench clients that run the script."""
    at = database_settings()
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        done = subprocess.run(
            [program("pgbench"), "--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}", "--jobs=2"]
            + [
                f"--time={max(1, round(seconds))}",
                f"--file={file.name}",
                f"--username={at['user']}",
                at["dbname"],
            ]
            + ([f"--host={at['host']}"] if at["host"] else [])
            + ([f"--port={at['port']}"] if at["port"] else []),
            env={**os.environ, "PGPASSWORD": at["password"] or ""},
            capture_output=True,
            check=False,
            text=True,
        )
    if done.returncode or "failed transactions: 0 " not in done.stdout:
        raise SystemExit(f"pgbench failed: {done.stdout}{done.stderr}")
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    assert found is not None, done.stdout
    return float(found[1])


def client(name: str, seconds: float, books: list[BookAccounts], seed: int) -> int:
    """Work in a process of its own, on a connection of its own; return the postings, after some to get warm."""
    point_to(name)
    source = random.Random(seed)
    _by_service(0.3, books, source)
    return _by_service(seconds, books, source)


def _by_service(seconds: float, books: list[BookAccounts], source: random.Random) -> int:
    posted, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        book, accounts = source.choice(books)
        amount = Decimal(source.randint(1, 500_000)).scaleb(-2)
        debit, credit = source.sample(accounts, 2)
        lines = (
            journal.LineDraft(debit, "USD", amount, amount),
            journal.LineDraft(credit, "USD", -amount, -amount),
        )
        journal.post_entries(
            book=book,
            source=BatchSource.MANUAL,
            entries=[journal.EntryDraft(date=date(2026, 3, 5), lines=lines)],
            posted_by=None,
            posted_at=timezone.now(),
        )
        posted += 1
    return posted


def rows(seconds: float) -> list[Row]:
    """Measure both ways into one book and into a hundred."""
    found = []
    with scratch.database() as name:
        made = [(book, scratch.account_ids(book)) for book in scratch.open_books(100)]
        with connections["owner"].cursor() as cursor:
            cursor.execute(_TABLE)
        book, accounts = made[0]
        at = {"first_book": book.pk, "first_account": min(accounts), "accounts": len(accounts)}
        for alias in connections:
            connections[alias].close()
        floor = f"bare insert {by_pgbench(_BARE, seconds):,.0f}/s"
        for count, goal in GOALS.items():
            posted = by_pgbench(_POST.format(books=count, **at), seconds)
            found.append(_row(count, "SQL function, pgbench", posted, floor, goal))
        with multiprocessing.get_context("spawn").Pool(CLIENTS) as pool:
            for count in GOALS:
                work = [(name, seconds, made[:count], seed) for seed in range(CLIENTS)]
                posted = sum(pool.starmap(client, work, chunksize=1)) / seconds
                found.append(_row(count, "post_entries, Python", posted, floor, None))
        assert all(verify.problems(book=book) == [] for book, _ in made[:5])
    return found


def _row(books: int, way: str, posted: float, floor: str, goal: float | None) -> Row:
    name = f"{books} book{'s' if books > 1 else ''}, {CLIENTS} clients, {way}"
    return Row(name, f"{posted:,.0f}/s", floor, posted, "/s", goal)


if __name__ == "__main__":
    print(render(rows(float(sys.argv[1]) if len(sys.argv) > 1 else 5.0)))
