"""Single durable postings: ``python -m benchmarks.post_single [SECONDS]``.

Eight client processes post two-line entries, one transaction each, synchronous commit on: into one book and across a
hundred, once through ``post_entries`` and once through the SQL function that it calls, on psycopg alone.
"""

import multiprocessing
import random
import sys
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import psycopg
from django.db import connections
from django.utils import timezone

from benchmarks import scratch
from benchmarks.table import Row, render
from ledgerflow.books.models import Book
from ledgerflow.ledger.models import BatchSource
from ledgerflow.ledger.selectors import verify
from ledgerflow.ledger.services import journal
from tests.conftest import database_settings
from tests.databases import point_to

CLIENTS = 8
GOALS = {1: 1_000, 100: 3_000}
BookAccounts = tuple[Book, list[int]]


def bare(seconds: float, books: list[BookAccounts], source: random.Random) -> int:
    """Insert one row in a transaction of its own until the time is over: the floor; return how often."""
    with psycopg.connect(**database_settings(), autocommit=True, prepare_threshold=1) as connection:
        written, end = 0, time.perf_counter() + seconds
        while time.perf_counter() < end:
            book, _ = source.choice(books)
            connection.execute("INSERT INTO bare_posting VALUES (%s, %s)", [book.pk, source.random()])
            written += 1
    return written


def by_service(seconds: float, books: list[BookAccounts], source: random.Random) -> int:
    """Post through the service until the time is over; return how often."""
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


def by_function(seconds: float, books: list[BookAccounts], source: random.Random) -> int:
    """Call the SQL function on psycopg alone until the time is over; return how often."""
    with psycopg.connect(**database_settings(), autocommit=True, prepare_threshold=1) as connection:
        posted, end = 0, time.perf_counter() + seconds
        while time.perf_counter() < end:
            book, accounts = source.choice(books)
            amount = Decimal(source.randint(1, 500_000)).scaleb(-2)
            connection.execute(
                "SELECT ledger_post(%s, 'manual', NULL, now(), '{2026-03-05}', '{2}', '{NULL}', NULL,"
                " '{1,1}', '{1,2}', %s::bigint[], '{USD,USD}', %s::numeric[], %s::numeric[])",
                [book.pk, source.sample(accounts, 2), [amount, -amount], [amount, -amount]],
            )
            posted += 1
    return posted


def client(
    way: Callable[[float, list[BookAccounts], random.Random], int],
    name: str,
    seconds: float,
    books: list[BookAccounts],
    seed: int,
) -> int:
    """Work in a process of its own, on connections of its own."""
    point_to(name)
    source = random.Random(seed)
    way(0.3, books, source)
    return way(seconds, books, source)


def rows(seconds: float) -> list[Row]:
    """Measure both ways into one book and into a hundred."""
    found = []
    with scratch.database() as name:
        made = [(book, scratch.account_ids(book)) for book in scratch.open_books(100)]
        with connections["owner"].cursor() as cursor:
            cursor.execute("CREATE TABLE bare_posting (book_id bigint, value float)")
        for alias in connections:
            connections[alias].close()
        with multiprocessing.get_context("spawn").Pool(CLIENTS) as pool:
            work = [(bare, name, seconds, made, seed) for seed in range(CLIENTS)]
            floor = sum(pool.starmap(client, work, chunksize=1)) / seconds
            for way, called in ((by_service, "post_entries"), (by_function, "its SQL function")):
                for count, goal in GOALS.items():
                    work = [(way, name, seconds, made[:count], seed) for seed in range(CLIENTS)]
                    posted = sum(pool.starmap(client, work, chunksize=1)) / seconds
                    found.append(
                        Row(
                            f"{count} book{'s' if count > 1 else ''}, {CLIENTS} clients, {called}",
                            f"{posted:,.0f}/s",
                            f"bare insert {floor:,.0f}/s",
                            posted,
                            "/s",
                            goal,
                        )
                    )
        assert all(verify.problems(book=book) == [] for book, _ in made[:5])
    return found


if __name__ == "__main__":
    print(render(rows(float(sys.argv[1]) if len(sys.argv) > 1 else 5.0)))
