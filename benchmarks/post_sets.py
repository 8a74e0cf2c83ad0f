"""Posting in sets against a bare COPY into the same indexed tables.

``python -m benchmarks.post_sets [ENTRIES ROUNDS]``. Every way writes the same two-line entries in sets of 5,000, each
set a transaction of its own. The bare tables have the journal's columns and indexes and nothing else. The chain of
hashes reads every line again at the commit and is told apart. The ratios are medians over the rounds of one run.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection, connections, transaction
from django.utils import timezone

from benchmarks import scratch
from benchmarks.table import Row, render
from ledgerflow.books.models import Book
from ledgerflow.ledger.models import BatchSource
from ledgerflow.ledger.selectors import verify
from ledgerflow.ledger.services import journal

GOAL = 1.6
HELD = ("COPY with every guard but the chain", "staged door alone (lines already in SQL)")
ENTRY = "(book_id, number, batch_no, date, line_count, reverses_number)"
LINE = "(book_id, entry_number, no, account_id, date, currency, amount, base_amount)"
STAGED = "(entry, no, date, account_id, currency, amount, base_amount, reverses_number)"

Posted = tuple[int, date, int, int, Decimal]


def sets_of_entries(count: int, accounts: list[int]) -> list[list[Posted]]:
    """Return sets of (place, date, account, other account, amount), over two years and every account."""
    source = random.Random(20260101)
    rows = [
        (
            n % journal.SET_SIZE + 1,
            date(2024, 1, 1) + timedelta(days=n * 730 // count),
            accounts[0],
            source.choice(accounts[1:]),
            Decimal(source.randint(1, 500_000)).scaleb(-2),
        )
        for n in range(count)
    ]
    return [rows[start : start + journal.SET_SIZE] for start in range(0, count, journal.SET_SIZE)]


def entry_text(rows: list[Posted], book: Book, batch: int, first: int) -> str:
    return "".join(f"{book.pk}\t{first + place - 1}\t{batch}\t{day}\t2\t\n" for place, day, *_ in rows)


def line_text(rows: list[Posted], book: Book, first: int) -> str:
    return "".join(
        f"{book.pk}\t{first + place - 1}\t1\t{bank}\t{day}\tUSD\t{amount}\t{amount}\n"
        f"{book.pk}\t{first + place - 1}\t2\t{cost}\t{day}\tUSD\t-{amount}\t-{amount}\n"
        for place, day, bank, cost, amount in rows
    )


def staged_text(rows: list[Posted]) -> str:
    return "".join(
        f"{place}\t1\t{day}\t{bank}\tUSD\t{amount}\t{amount}\t\n"
        f"{place}\t2\t{day}\t{cost}\tUSD\t-{amount}\t-{amount}\t\n"
        for place, day, bank, cost, amount in rows
    )


def drafts(rows: list[Posted]) -> list[journal.EntryDraft]:
    return [
        journal.EntryDraft(
            date=day,
            lines=(
                journal.LineDraft(bank, "USD", amount, amount),
                journal.LineDraft(cost, "USD", -amount, -amount),
            ),
        )
        for _, day, bank, cost, amount in rows
    ]


def copy(table: str, columns: str, text: str) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} {columns} FROM STDIN (NULL '')") as out:
        out.write(text)


def timed(sets: list[Callable[[], object]]) -> float:
    """Return the seconds of the sets, each in a transaction of its own."""
    start = time.perf_counter()
    for post in sets:
        with transaction.atomic():
            post()
    return time.perf_counter() - start


def bare(book: Book, sets: list[list[Posted]]) -> float:
    """COPY into tables with the journal's columns and indexes."""
    made = connections["owner"]
    with made.cursor() as cursor:
        for table in ("journalentry", "journalline"):
            cursor.execute(f"DROP TABLE IF EXISTS bare_{table}")
            cursor.execute(f"CREATE TABLE bare_{table} (LIKE ledger_{table} INCLUDING INDEXES)")
    texts = [
        (entry_text(rows, book, 1, first), line_text(rows, book, first))
        for rows, first in zip(sets, range(1, 10**9, journal.SET_SIZE), strict=False)
    ]

    def post(heads: str, lines: str) -> None:
        copy("bare_journalentry", ENTRY, heads)
        copy("bare_journalline", LINE, lines)

    return timed([lambda texts=each: post(*texts) for each in texts])


def guarded(book: Book, sets: list[list[Posted]]) -> tuple[float, float]:
    """COPY into the journal itself: the seconds of all of it, and of the chain of hashes, which comes at the commit."""
    chained = 0.0
    numbered = list(enumerate(zip(sets, range(1, 10**9, journal.SET_SIZE), strict=False), 1))
    texts = [
        (batch, first, len(rows), entry_text(rows, book, batch, first), line_text(rows, book, first))
        for batch, (rows, first) in numbered
    ]

    def post(batch: int, first: int, count: int, heads: str, lines: str) -> None:
        nonlocal chained
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ledger_postingbatch (book_id, no, source, first_number, entry_count, posted_at)"
                " VALUES (%s, %s, 'statement', %s, %s, now())",
                [book.pk, batch, first, count],
            )
        copy("ledger_journalentry", ENTRY, heads)
        copy("ledger_journalline", LINE, lines)
        start = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ledger_batch_is_complete IMMEDIATE")
        chained += time.perf_counter() - start

    return timed([lambda texts=each: post(*texts) for each in texts]), chained


def staged(book: Book, sets: list[list[Posted]]) -> tuple[float, float]:
    """COPY into the staging table, and the staged door: the seconds of both, and of the door alone."""
    door = 0.0
    texts = [staged_text(rows) for rows in sets]

    def post(text: str) -> None:
        nonlocal door
        journal.staging()
        copy("pg_temp.ledger_staged_line", STAGED, text)
        start = time.perf_counter()
        journal.post_staged(book=book, source=BatchSource.STATEMENT, posted_by=None, posted_at=timezone.now())
        door += time.perf_counter() - start

    return timed([lambda text=each: post(text) for each in texts]), door


def from_python(book: Book, sets: list[list[Posted]]) -> float:
    """The service with its own checks, from drafts in Python."""
    made = [drafts(rows) for rows in sets]
    return timed(
        [
            lambda entries=each: journal.post_entries(
                book=book,
                source=BatchSource.STATEMENT,
                entries=entries,
                posted_by=None,
                posted_at=timezone.now(),
            )
            for each in made
        ]
    )


def rows(count: int, rounds: int) -> list[Row]:
    """Measure every way in each round; medians over the rounds."""
    measured: dict[str, list[float]] = {
        "COPY with every guard": [],
        "COPY with every guard but the chain": [],
        "COPY to staging + staged door": [],
        "staged door alone (lines already in SQL)": [],
        "post_entries from Python": [],
    }
    floor = []
    with scratch.database():
        for _ in range(rounds):
            books = scratch.open_books(4)
            sets = [sets_of_entries(count, scratch.account_ids(book)) for book in books]
            floor.append(bare(books[0], sets[0]))
            whole, chained = guarded(books[1], sets[1])
            taken = (whole, whole - chained, *staged(books[2], sets[2]), from_python(books[3], sets[3]))
            for way, seconds in zip(measured.values(), taken, strict=True):
                way.append(seconds)
            for book in books:
                assert verify.problems(book=book) == []
    beside = f"bare COPY, same indexes {2 * count / statistics.median(floor):,.0f} lines/s"
    return [
        Row(
            f"set posting: {name}",
            f"{2 * count / statistics.median(way):,.0f} lines/s",
            beside,
            statistics.median(mine / least for mine, least in zip(way, floor, strict=True)),
            "x the time",
            GOAL if name in HELD else None,
            at_most=True,
        )
        for name, way in measured.items()
    ]


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:3]]
    print(render(rows(*given, *(100_000, 5)[len(given) :])))
