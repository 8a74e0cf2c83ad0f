"""The reports of a large book: ``python -m benchmarks.reports [LINES]``, 10,000,000 lines when not told.

Builds a book of 200 accounts and two-line entries over 60 months through the staged door, with every guard: first a
tenth of the lines, then the rest, all over the same months, and asks for each page both times. Just before each request
one more entry is posted; no cache is used. A page is asked for through every middleware, the view and its template. The
work of PostgreSQL for it is held against its floor, measured in the same run: one row by its key for each of its
queries, and the rows that it shows or adds up, read once by index in the cheapest way that SQL has. Of fifteen rounds
the best counts, for the floor as well. Because machines are shared, work is time on a processor, of Python and of the
connection's server process, where that is on this machine; elsewhere it is the time that passed. What a page takes on
a new connection stands beside it.
The files are of a general ledger of about 20,000 lines; each is written by a process of its own, whose memory is
compared with one that writes ten times as many lines.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date

from django.db import connection, connections, transaction
from django.test import Client
from django.utils import timezone

from benchmarks import scratch
from benchmarks.table import Row, render
from benchmarks.work import Answer, answered, served
from ledgerflow.books.models import Book
from ledgerflow.ledger.models import Account, AccountType, BatchSource, JournalLine
from ledgerflow.ledger.services import journal
from ledgerflow.statements.models import BankAccount
from ledgerflow.users.models import User

FIRST, LAST = date(2021, 1, 1), date(2025, 12, 31)
ACCOUNTS, ROUNDS = 200, 15
GOAL_MS, FLOORS, GROWTH = 50, 5, 1.5
BUILT_A_SECOND = 30_000
PDF_SECONDS, XLSX_SECONDS = 5, 2
LEDGER_LINES = 20_000
#: How many times the memory of 20,000 lines 200,000 may take.
MEMORY = 1.5

_STAGE = """
INSERT INTO pg_temp.ledger_staged_line (entry, no, date, account_id, currency, amount, base_amount)
SELECT place, side, %(first)s::date + ((%(start)s + place)::bigint * %(days)s / %(total)s)::int,
       CASE side WHEN 1 THEN (%(results)s::bigint[])[1 + (place * 7919) %% %(result_count)s]
                 ELSE (%(banks)s::bigint[])[1 + (place * 7) %% %(bank_count)s] END,
       'USD', amount, amount
  FROM generate_series(1, %(count)s) AS place, generate_series(1, 2) AS side,
       LATERAL (SELECT (3 - 2 * side) * (%(signs)s::int[])[1 + (place * 7919) %% %(result_count)s]
                       * (place %% 90000 + 1) / 100.0 AS amount) AS signed
"""


def open_book() -> Book:
    """Open a book, complete its chart to ``ACCOUNTS`` and give it a bank account."""
    (book,) = scratch.open_books(1)
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
    BankAccount.objects.create(
        book=book, name="Checking", kind="bank", currency="USD", ledger_account_id=_banks(book)[0]
    )
    return book


def _banks(book: Book) -> list[int]:
    accounts = Account.objects.filter(book=book, type__in=("asset", "liability"), role=None)
    return list(accounts.order_by("pk").values_list("pk", flat=True))


def build(book: Book, entries: int) -> float:
    """Post the entries in sets; return the seconds."""
    accounts = Account.objects.filter(book=book)
    kinds = dict(accounts.filter(type__in=("income", "expense")).values_list("pk", "type"))
    results, banks = list(kinds), _banks(book)
    facts = {
        "first": FIRST,
        "days": (LAST - FIRST).days,
        "total": entries,
        "results": results,
        "signs": [-1 if kinds[account] == AccountType.INCOME else 1 for account in results],
        "result_count": len(results),
        "banks": banks,
        "bank_count": len(banks),
    }
    began = time.perf_counter()
    for start in range(0, entries, journal.SET_SIZE):
        count = min(journal.SET_SIZE, entries - start)
        with transaction.atomic(), connection.cursor() as cursor:
            journal.staging()
            cursor.execute(_STAGE, facts | {"start": start, "count": count})
            journal.post_staged(
                book=book, source=BatchSource.STATEMENT, posted_by=None, posted_at=timezone.now()
            )
    return time.perf_counter() - began


def tidy() -> None:
    """Do what autovacuum does within minutes; only the owner may."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) ledger_journalline, ledger_movement, ledger_journalentry")


def ask(client: Client, address: str) -> Answer:
    """Ask for a page with its template."""
    return answered(lambda: client.get(address), says="<h1")


def _timed(sql: str, facts: list[object]) -> float:
    taken = []
    with connection.cursor() as cursor:
        for _ in range(ROUNDS):
            began = served()
            cursor.execute(sql, facts)
            cursor.fetchall()
            taken.append(served() - began)
    return min(taken)


_STANDING = """
SELECT account_id, sum(debit) - sum(credit) FROM ledger_movement
 WHERE book_id = %s AND month <= %s GROUP BY account_id
"""
_MONTHS = """
SELECT account_id, string_agg((debit - credit)::text, ' ') FROM ledger_movement
 WHERE book_id = %s AND month BETWEEN %s AND %s GROUP BY account_id
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
# Lists say against which accounts a line stands, and which entry it reverses.
_ENTRIES = """
SELECT entry.*, line.* FROM unnest(%s::bigint[]) AS asked (number)
  JOIN ledger_journalentry AS entry ON entry.book_id = %s AND entry.number = asked.number
  JOIN ledger_journalline AS line ON line.book_id = entry.book_id AND line.entry_number = entry.number
"""


def floors(book: Book, account: int) -> dict[str, float]:
    """Return milliseconds of reading once by index what the pages show or add up."""
    middle = date(2023, 6, 15)
    standing = _timed(_STANDING, [book.pk, LAST])
    lines = JournalLine.objects.filter(book=book, account=account).order_by("-date", "-entry_number", "-no")
    numbers = list(lines.values_list("entry_number", flat=True)[:100])
    return {
        "row": _timed("SELECT * FROM ledger_journalentry WHERE book_id = %s AND number = %s", [book.pk, 1]),
        "standing": standing,
        "months": _timed(_MONTHS, [book.pk, FIRST, LAST]),
        "year": _timed(_MONTHS, [book.pk, date(2024, 1, 1), date(2024, 12, 31)]),
        "middle": standing + _timed(_DAYS, [middle.replace(day=1), middle, book.pk]),
        "lines": _timed(_LINES, [book.pk, account, LAST]) + _timed(_ENTRIES, [numbers, book.pk]),
    }


def pages(book: Book, account: int) -> list[tuple[str, str, str]]:
    """Return name, address and floor of each page."""
    base = f"/books/{book.slug}/reports"
    five_years = f"from={FIRST}&to={LAST}"
    return [
        ("trial balance, last day", f"{base}/trial-balance/?as_of={LAST}", "standing"),
        ("trial balance, a 15th years ago", f"{base}/trial-balance/?as_of=2023-06-15", "middle"),
        ("income statement, a year", f"{base}/income-statement/?period=2024", "year"),
        ("income statement, 60 months", f"{base}/income-statement/?{five_years}&columns=month", "months"),
        ("balance sheet, last day", f"{base}/balance-sheet/?as_of={LAST}", "standing"),
        ("balance sheet, a 15th years ago", f"{base}/balance-sheet/?as_of=2023-06-15", "middle"),
        ("register, newest page", f"{base}/register/{account}/?to={LAST}", "lines"),
        ("register, a page of 2022", f"{base}/register/{account}/?to={LAST}&before=2022-05-17_1_1", "lines"),
        ("general ledger, a month", f"{base}/general-ledger/?period=2024-03", "lines"),
        ("journal, a month", f"{base}/journal/?period=2024-03", "lines"),
        ("lines of a month's expenses", f"{base}/lines/?type=expense&from=2024-03-01&to=2024-03-31", "lines"),
    ]


@dataclass(frozen=True, slots=True)
class _Measured:
    """The best answer of a page just after a posting, the best on a new connection, and the floor of its SQL."""

    answer: Answer
    cold: float
    floor: float


def measure(client: Client, book: Book, account: int) -> dict[str, _Measured]:
    """Ask for every page, each time just after a posting."""
    floor, found = floors(book, account), {}
    for name, address, floor_name in pages(book, account):
        ask(client, address)  # templates are compiled once a process
        answers, cold = [], []
        for _ in range(ROUNDS):
            build(book, 1)
            answers.append(ask(client, address))
        for _ in range(3):
            connection.close()
            cold.append(ask(client, address).total)
        best = Answer(
            min(each.total for each in answers),
            min(each.sql for each in answers),
            min(each.python for each in answers),
            answers[0].queries,
            answers[0].size,
        )
        least = floor[floor_name] + best.queries * floor["row"]
        found[name] = _Measured(best, min(cold), least)
    return found


def _page_rows(name: str, small: _Measured, large: _Measured) -> list[Row]:
    answer = large.answer
    beside = (
        f"work {answer.work:.0f} ms, {answer.python:.0f} of it Python; {answer.size / 1000:.0f} kB;"
        f" new connection {large.cold:.0f} ms"
    )
    ratio, growth = answer.sql / large.floor, answer.work / small.answer.work
    floor, tenth = f"floor {large.floor:.2f} ms", f"work {small.answer.work:.1f} ms"
    return [
        Row(name, f"{answer.total:.1f} ms", beside, answer.total, "ms", GOAL_MS, at_most=True),
        Row(
            f"- its SQL, {answer.queries} queries",
            f"{answer.sql:.2f} ms",
            floor,
            ratio,
            "x",
            FLOORS,
            at_most=True,
        ),
        Row("- with a tenth of the lines", tenth, "", growth, "x with all", GROWTH, at_most=True),
    ]


def _files(database: str, lines: int) -> list[Row]:
    found = []
    for form, goal in (("xlsx", XLSX_SECONDS), ("pdf", PDF_SECONDS), ("csv", None)):
        few, many = (_written(database, form, count, lines) for count in (LEDGER_LINES, 10 * LEDGER_LINES))
        name = f"general ledger of {few['rows']:,.0f} lines as {form}"
        beside = f"{few['python']:.2f} s of Python, {few['memory']:.0f} MB"
        found.append(Row(name, f"{few['seconds']:.2f} s", beside, few["seconds"], "s", goal, at_most=True))
        found.append(
            Row(
                f"- its memory with {many['rows']:,.0f} lines",
                f"{many['memory']:.0f} MB",
                f"{many['seconds']:.1f} s",
                many["memory"] / few["memory"],
                "x",
                MEMORY,
                at_most=True,
            )
        )
    return found


def _written(database: str, form: str, count: int, lines: int) -> dict[str, float]:
    """Let another process write the file, and return what it says of itself."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.report_file", database, form, str(count), str(lines)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "LOG_LEVEL": "WARNING"},
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def rows(lines: int) -> list[Row]:
    """Build the book, ask for each page, and write the files."""
    with scratch.database() as database:
        book = open_book()
        client = Client(headers={"host": "localhost"})
        client.force_login(User.objects.get(email="bench@example.org"))
        account = BankAccount.objects.get(book=book).ledger_account_id
        seconds = build(book, lines // 20)
        tidy()
        small = measure(client, book, account)
        seconds += build(book, lines // 2 - lines // 20)
        tidy()
        large = measure(client, book, account)
        found = [
            Row(
                f"a book of {lines:,} lines on {ACCOUNTS} accounts built",
                f"{seconds:.1f} s",
                "",
                lines / seconds,
                "lines/s",
                BUILT_A_SECOND,
            )
        ]
        for name, measured in large.items():
            found += _page_rows(name, small[name], measured)
        return found + _files(database, lines)


if __name__ == "__main__":
    print(render(rows(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)))
