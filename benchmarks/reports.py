"""The reports of a large book: ``python -m benchmarks.reports [LINES]``, 10,000,000 lines when not told.

Builds a book of 200 accounts and two-line entries over 60 months through the staged door, with every guard. Each page
is asked for through every middleware, the view and its template. Its SQL is timed apart and held against its floor,
measured in the same run: one row by its key for each of its queries, and the rows that it shows or adds up, read once
by index; of fifteen rounds the best counts, for the floor as well. The files are of a general ledger of about 20,000
lines.
"""

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
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
ACCOUNTS, ROUNDS = 200, 15
GOAL_MS, FLOORS = 50, 5
PDF_SECONDS, XLSX_SECONDS = 5, 2
LEDGER_LINES = 20_000

_STAGE = """
INSERT INTO pg_temp.ledger_staged_line (entry, no, date, account_id, currency, amount, base_amount)
SELECT place, side, %(first)s::date + ((%(start)s + place) * %(days)s / %(total)s)::int,
       CASE side WHEN 1 THEN (%(results)s::bigint[])[1 + (place * 7919) %% %(result_count)s]
                 ELSE (%(banks)s::bigint[])[1 + (place * 7) %% %(bank_count)s] END,
       'USD', amount, amount
  FROM generate_series(1, %(count)s) AS place, generate_series(1, 2) AS side,
       LATERAL (SELECT (3 - 2 * side) * (%(signs)s::int[])[1 + (place * 7919) %% %(result_count)s]
                       * (place %% 90000 + 1) / 100.0 AS amount) AS signed
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
    kinds = dict(accounts.filter(type__in=("income", "expense")).values_list("pk", "type"))
    results = list(kinds)
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
            "signs": [-1 if kinds[account] == AccountType.INCOME else 1 for account in results],
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
    """Adds up the milliseconds of the queries that it wraps, and counts them."""

    spent: float = 0.0
    queries: int = 0

    def __call__(self, execute: Callable, sql: str, facts: object, many: bool, context: dict) -> object:
        began = time.perf_counter()
        try:
            return execute(sql, facts, many, context)
        finally:
            self.spent += (time.perf_counter() - began) * 1000
            self.queries += 1


@dataclass(frozen=True, slots=True, order=True)
class _Asked:
    """One answer: milliseconds in all, of SQL, and of Python's own work; queries, and bytes."""

    total: float
    sql: float
    python: float
    queries: int
    size: int


def ask(client: Client, address: str) -> _Asked:
    """Ask for a page with its template."""
    clock = _Clock()
    with connection.execute_wrapper(clock):
        began, worked = time.perf_counter(), time.process_time()
        page = client.get(address)
        taken, worked = (time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000
    assert page.status_code == 200, address
    return _Asked(taken, clock.spent, worked, clock.queries, len(page.content))


def _timed(sql: str, facts: list[object]) -> float:
    taken = []
    with connection.cursor() as cursor:
        for _ in range(ROUNDS):
            began = time.perf_counter()
            cursor.execute(sql, facts)
            cursor.fetchall()
            taken.append((time.perf_counter() - began) * 1000)
    return min(taken)


_MONTHS = """
SELECT account_id, month, sum(debit - credit) FROM ledger_movement
 WHERE book_id = %s AND month BETWEEN %s AND %s GROUP BY account_id, month
"""
_DAYS = """
SELECT account.id, line.amount FROM ledger_account AS account
 CROSS JOIN LATERAL (SELECT sum(base_amount) AS amount FROM ledger_journalline AS line
                      WHERE line.book_id = account.book_id AND line.account_id = account.id
                        AND line.date BETWEEN %s AND %s) AS line
 WHERE account.book_id = %s
"""
_LINES = """
SELECT * FROM ledger_journalline WHERE book_id = %s AND account_id = %s AND date <= %s
 ORDER BY date DESC, entry_number DESC, no DESC LIMIT 100
"""


def floors(book: Book, account: int) -> dict[str, float]:
    """Return milliseconds of reading once by index what the pages show or add up."""
    middle = date(2023, 6, 15)
    months = _timed(_MONTHS, [book.pk, FIRST, LAST])
    return {
        "row": _timed("SELECT * FROM ledger_journalentry WHERE book_id = %s AND number = %s", [book.pk, 1]),
        "months": months,
        "year": _timed(_MONTHS, [book.pk, date(2024, 1, 1), date(2024, 12, 31)]),
        "middle": months + _timed(_DAYS, [middle.replace(day=1), middle, book.pk]),
        "lines": _timed(_LINES, [book.pk, account, LAST]),
    }


def pages(book: Book, account: int) -> list[tuple[str, str, str]]:
    """Return name, address and floor of each page."""
    base = f"/books/{book.slug}/reports"
    five_years = f"from={FIRST}&to={LAST}"
    return [
        ("trial balance, last day", f"{base}/trial-balance/?as_of={LAST}", "months"),
        ("trial balance, a 15th years ago", f"{base}/trial-balance/?as_of=2023-06-15", "middle"),
        ("income statement, a year", f"{base}/income-statement/?period=2024", "year"),
        ("income statement, 60 months", f"{base}/income-statement/?{five_years}&columns=month", "months"),
        ("balance sheet, last day", f"{base}/balance-sheet/?as_of={LAST}", "months"),
        ("balance sheet, a 15th years ago", f"{base}/balance-sheet/?as_of=2023-06-15", "middle"),
        ("register, newest page", f"{base}/register/{account}/?to={LAST}", "lines"),
        ("register, a page of 2022", f"{base}/register/{account}/?to={LAST}&before=2022-05-17_1_1", "lines"),
        ("general ledger, a month", f"{base}/general-ledger/?period=2024-03", "lines"),
        ("journal, a month", f"{base}/journal/?period=2024-03", "lines"),
        ("lines of a month's expenses", f"{base}/lines/?type=expense&from=2024-03-01&to=2024-03-31", "lines"),
    ]


def _page_rows(client: Client, name: str, address: str, floor: float, row: float) -> list[Row]:
    ask(client, address)  # templates are compiled once a process
    answer = min(ask(client, address) for _ in range(ROUNDS))
    least = floor + answer.queries * row
    beside = f"{answer.python:.0f} ms of Python, {answer.size / 1000:.0f} kB"
    return [
        Row(name, f"{answer.total:.1f} ms", beside, answer.total, "ms", GOAL_MS, at_most=True),
        Row(
            f"- its SQL, {answer.queries} queries",
            f"{answer.sql:.1f} ms",
            f"floor {least:.1f} ms",
            answer.sql / least,
            "x",
            FLOORS,
            at_most=True,
        ),
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
                    f"general ledger, about {min(LEDGER_LINES, lines):,} lines, as {form}",
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
    with scratch.database():
        (book,) = scratch.open_books(1)
        client = Client(headers={"host": "localhost"})
        client.force_login(User.objects.get(email="bench@example.org"))
        seconds = build(book, lines // 2)
        account = BankAccount.objects.get(book=book).ledger_account_id
        floor = floors(book, account)
        found = [
            Row(
                f"- a book of {lines:,} lines on {ACCOUNTS} accounts built",
                f"{seconds:.1f} s",
                f"a row by its key {floor['row']:.2f} ms",
                lines / seconds,
                "lines/s",
            )
        ]
        for name, address, floor_name in pages(book, account):
            found += _page_rows(client, name, address, floor[floor_name], floor["row"])
        return found + _files(book, lines)


if __name__ == "__main__":
    print(render(rows(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)))
