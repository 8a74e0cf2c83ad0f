"""The reports of a large book: ``python -m benchmarks.reports [LINES [FOLDER]]``, 10,000,000 lines when not told.

Builds a book of 200 accounts and two-line entries over 60 months through the staged door, with every guard. Each page
is asked for through every middleware, the view and its template; its SQL is timed apart and held against the floor:
the time of reading one row by its key, and what a page of this book's lines costs to read by index, in the same run.
The files are written of a general ledger of at least 20,000 lines, in a process of their own that says what memory
they took.
"""

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from benchmarks import scratch
from benchmarks.table import Row, render
from ledgerflow.books.models import Book
from ledgerflow.core.periods import Period
from ledgerflow.ledger.models import Account, AccountType, BatchSource
from ledgerflow.ledger.services import journal
from ledgerflow.reports.exporters import write
from ledgerflow.reports.selectors import frame_of
from ledgerflow.reports.tables import general_ledger_table
from ledgerflow.statements.models import BankAccount
from ledgerflow.users.models import User

FIRST, LAST = date(2021, 1, 1), date(2025, 12, 31)
ACCOUNTS, ROUNDS = 200, 9
GOAL_MS, FLOORS = 50, 5
PDF_SECONDS, XLSX_SECONDS = 5, 2
LEDGER_LINES = 20_000

_STAGE = """
INSERT INTO pg_temp.ledger_staged_line (entry, no, date, account_id, currency, amount, base_amount)
SELECT place, side, %(first)s::date + ((%(start)s + place) * %(days)s / %(total)s)::int,
       CASE side WHEN 1 THEN (%(results)s::bigint[])[1 + (place * 7919) %% %(result_count)s]
                 ELSE (%(banks)s::bigint[])[1 + (place * 11) %% %(bank_count)s] END,
       'USD', (3 - 2 * side) * (place %% 90000 + 1) / 100.0, (3 - 2 * side) * (place %% 90000 + 1) / 100.0
  FROM generate_series(1, %(count)s) AS place, generate_series(1, 2) AS side
"""


def build(book: Book, entries: int) -> float:
    """Complete the chart to ``ACCOUNTS`` and post the entries in sets; return the seconds."""
    missing = ACCOUNTS - Account.objects.filter(book=book).count()
    Account.objects.bulk_create(
        Account(
            book=book,
            code=f"{7000 + at}",
            name=f"Account {at}",
            type=AccountType.INCOME if at % 3 == 0 else AccountType.EXPENSE,
        )
        for at in range(missing)
    )
    accounts = Account.objects.filter(book=book)
    results = list(accounts.filter(type__in=("income", "expense")).values_list("pk", flat=True))
    banks = list(accounts.filter(type__in=("asset", "liability"), role=None).values_list("pk", flat=True))
    BankAccount.objects.create(
        book=book, name="Checking", kind="bank", currency="USD", ledger_account_id=banks[0]
    )
    began = time.perf_counter()
    for start in range(0, entries, journal.SET_SIZE):
        facts = {
            "first": FIRST,
            "days": (LAST - FIRST).days,
            "start": start,
            "total": entries,
            "results": results,
            "result_count": len(results),
            "banks": banks,
            "bank_count": len(banks),
            "count": min(journal.SET_SIZE, entries - start),
        }
        with transaction.atomic(), connection.cursor() as cursor:
            journal.staging()
            cursor.execute(_STAGE, facts)
            journal.post_staged(
                book=book, source=BatchSource.STATEMENT, posted_by=None, posted_at=timezone.now()
            )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) ledger_journalline, ledger_movement, ledger_journalentry")
    return time.perf_counter() - began


@dataclass(slots=True)
class _Clock:
    """Adds up the milliseconds of the queries that it wraps."""

    spent: float = 0.0

    def __call__(self, execute: Callable, sql: str, facts: object, many: bool, context: dict) -> object:
        began = time.perf_counter()
        try:
            return execute(sql, facts, many, context)
        finally:
            self.spent += (time.perf_counter() - began) * 1000


def ask(client: Client, address: str) -> tuple[float, float, int]:
    """Return the milliseconds of a page, those of its SQL, and the bytes of the page."""
    clock = _Clock()
    with connection.execute_wrapper(clock):
        began = time.perf_counter()
        page = client.get(address)
        taken = (time.perf_counter() - began) * 1000
    assert page.status_code == 200, address
    return taken, clock.spent, len(page.content)


def _timed(sql: str, facts: list[object]) -> float:
    taken = []
    with connection.cursor() as cursor:
        for _ in range(ROUNDS):
            began = time.perf_counter()
            cursor.execute(sql, facts)
            cursor.fetchall()
            taken.append((time.perf_counter() - began) * 1000)
    return median(taken)


def floors(book: Book, account: int) -> tuple[float, float, float]:
    """Return milliseconds: one row by its key, a hundred lines by index, every movement of the book by index."""
    one = _timed("SELECT * FROM ledger_journalentry WHERE book_id = %s AND number = %s", [book.pk, 1])
    page = _timed(
        "SELECT * FROM ledger_journalline WHERE book_id = %s AND account_id = %s"
        " ORDER BY date DESC, entry_number DESC, no DESC LIMIT 100",
        [book.pk, account],
    )
    movements = _timed(
        "SELECT account_id, month, debit - credit FROM ledger_movement WHERE book_id = %s", [book.pk]
    )
    return one, page, movements


def pages(book: Book, account: int) -> list[tuple[str, str, str]]:
    """Return name, address and the floor that counts for each page."""
    base = f"/books/{book.slug}/reports"
    five_years = f"from={FIRST}&to={LAST}"
    return [
        ("trial balance, last day", f"{base}/trial-balance/?as_of={LAST}", "one"),
        ("trial balance, a 15th years ago", f"{base}/trial-balance/?as_of=2023-06-15", "half a month"),
        ("income statement, a year", f"{base}/income-statement/?period=2024", "movements"),
        ("income statement, 60 months", f"{base}/income-statement/?{five_years}&columns=month", "movements"),
        ("balance sheet, last day", f"{base}/balance-sheet/?as_of={LAST}", "movements"),
        (
            "balance sheet, a 15th, and a year before",
            f"{base}/balance-sheet/?as_of=2023-06-15&compare=year",
            "",
        ),
        ("register, newest page", f"{base}/register/{account}/?to={LAST}", "lines"),
        ("register, a page of 2022", f"{base}/register/{account}/?to={LAST}&before=2022-05-17_1_1", "lines"),
        ("general ledger, first page of a month", f"{base}/general-ledger/?period=2024-03", ""),
        ("journal, first page of a month", f"{base}/journal/?period=2024-03", ""),
        ("lines behind a month's expenses", f"{base}/lines/?type=expense&from=2024-03-01&to=2024-03-31", ""),
        ("cash flow, a month", f"{base}/cash-flow/?period=2024-03", ""),
    ]


def _files(book: Book, lines: int) -> list[Row]:
    days = max((LAST - FIRST).days * LEDGER_LINES // lines, 1)
    period = Period(LAST - timedelta(days=days), LAST)
    found = []
    with TemporaryDirectory() as folder:
        for form, goal in (("xlsx", XLSX_SECONDS), ("pdf", PDF_SECONDS), ("csv", None)):
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            began, worked = time.perf_counter(), time.process_time()
            table = general_ledger_table(frame=frame_of(book=book, period=period), book=book, period=period)
            with (Path(folder) / f"ledger.{form}").open("wb") as file:
                write(table, form, file)
            seconds, worked = time.perf_counter() - began, time.process_time() - worked
            more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
            found.append(
                Row(
                    f"general ledger of about {LEDGER_LINES:,} lines as {form}",
                    f"{seconds:.2f} s",
                    f"{worked:.2f} s of Python, {more} MB more",
                    seconds,
                    "s",
                    goal,
                    at_most=True,
                )
            )
    return found


def rows(lines: int) -> list[Row]:
    """Build the book, ask for each page, and write the files."""
    found = []
    with scratch.database():
        (book,) = scratch.open_books(1)
        client = Client(headers={"host": "localhost"})
        client.force_login(User.objects.get(email="bench@example.org"))
        seconds = build(book, lines // 2)
        account = Account.objects.get(pk=BankAccount.objects.get(book=book).ledger_account_id).pk
        one, page, movements = floors(book, account)
        found.append(
            Row(
                f"- a book of {lines:,} lines on {ACCOUNTS} accounts built",
                f"{seconds:.1f} s",
                f"floors: a row {one:.2f} ms, 100 lines {page:.2f} ms, all movements {movements:.1f} ms",
                lines / seconds,
                "lines/s",
            )
        )
        for name, address, _ in pages(book, account):
            ask(client, address)  # templates are compiled once a process
            taken = sorted(ask(client, address) for _ in range(ROUNDS))
            total, sql, size = taken[ROUNDS // 2]
            found.append(
                Row(
                    f"{name}",
                    f"{total:.1f} ms",
                    f"SQL {sql:.1f} ms, page {size / 1000:.0f} kB",
                    total,
                    "ms",
                    GOAL_MS,
                    at_most=True,
                )
            )
        found += _files(book, lines)
    return found


if __name__ == "__main__":
    print(render(rows(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)))
