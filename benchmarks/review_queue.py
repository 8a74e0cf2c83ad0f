"""The review queue of a book with many open lines: ``python -m benchmarks.review_queue [LINES]``.

Two bank accounts, so that transfers are looked for, and a suggestion for every line. Requests go through every
middleware, the view and its template, as the page and its script send them; the connection is kept, as between the
keys of one sitting. Because machines are shared, work is what counts: time on a processor, of Python and of PostgreSQL.
"""

import re
import sys
from collections.abc import Callable, Sequence
from datetime import date
from statistics import median

from django.db import connection, connections
from django.http import HttpResponse
from django.test import Client

from benchmarks import scratch
from benchmarks.table import Row, render
from benchmarks.work import Answer, answered
from ledgerflow.books.models import Book
from ledgerflow.payees.services import name_payees
from ledgerflow.users.models import User
from tests.factories import BankAccountFactory

GOAL_MS = 100
_TIMES = 9
_PAYEES = 400

_LINES = """
    INSERT INTO statements_statementline
        (book_id, bank_account_id, date, amount, currency, description, hold, is_pending)
    SELECT %(book)s, (%(banks)s::bigint[])[1 + n %% 2], %(first)s::date + (n * 1800 / %(count)s)::int,
        (n %% 90000 + 1) / -100.0, 'USD', 'SHOP ' || n, '', false
    FROM generate_series(1, %(count)s) AS n
"""
_SUGGESTED = """
    INSERT INTO classification_classification
        (line_id, book_id, state, account_id, payee_id, source, confidence, reason, note, is_split)
    SELECT id, book_id, 'open', (%(accounts)s::bigint[])[31 + id %% 10],
        (%(payees)s::bigint[])[1 + id %% %(count)s], 'memory', 0.95, 'Measured.', '', false
    FROM statements_statementline WHERE book_id = %(book)s
"""


def build(book: Book, lines: int) -> None:
    """Fill the book with open lines that have a suggestion."""
    banks = [BankAccountFactory(book=book).pk for _ in range(2)]
    payees = name_payees(book=book, names=[f"Payee {number}" for number in range(_PAYEES)])
    with connection.cursor() as cursor:
        cursor.execute(_LINES, {"book": book.pk, "banks": banks, "first": date(2021, 1, 1), "count": lines})
        cursor.execute(
            _SUGGESTED,
            {
                "book": book.pk,
                "accounts": scratch.account_ids(book),
                "payees": [payee.pk for payee in payees.values()],
                "count": _PAYEES,
            },
        )
    # What autovacuum does within minutes; only the owner may.
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) statements_statementline, classification_classification")


def _row(name: str, answers: Sequence[Answer], goal: float | None = None) -> Row:
    best = min(answers, key=lambda each: each.work)
    words = (
        f"{best.queries} queries; {median(each.total for each in answers):.0f} ms passed (median of {_TIMES})"
    )
    measured = f"work {best.work:.0f} ms, {best.python:.0f} of it Python"
    return Row(name, measured, words, best.work, "ms", goal, at_most=True)


def _measured(name: str, ask: Callable[[], HttpResponse], says: str, goal: float | None = None) -> Row:
    """Ask several times; the first request compiles templates and is left out."""
    ask()
    return _row(name, [answered(ask, says=says) for _ in range(_TIMES)], goal)


def rows(lines: int) -> list[Row]:
    """Build the book, and ask for its pages and answers."""
    with scratch.database():
        (book,) = scratch.open_books(1)
        client = Client(headers={"host": "localhost"})
        client.force_login(User.objects.get(email="bench@example.org"))
        build(book, lines)
        address = f"/books/{book.slug}/review/"
        waiting = iter(re.findall(r'data-line="(\d+)"', client.get(address).content.decode()))

        def send(verb: str, **sent: str) -> HttpResponse:
            return client.post(f"{address}{verb}/", sent, headers={"Accept": "application/json"})

        def accept_group() -> Answer:
            groups = client.get(f"{address}?group=payee").content.decode()
            form = groups[groups.index("data-accept-group") :]
            form = form[: form.index("</form>")]
            shown = dict(re.findall(r'name="(tab|payee|through|count)" value="([\w-]+)"', form))
            return answered(lambda: send("accept", **shown), says=f'"{shown["count"]} accepted."')

        return [
            _measured(f"queue page, {lines:,} open lines", lambda: client.get(address), "data-line="),
            _measured("- by payee", lambda: client.get(f"{address}?group=payee"), "data-accept-group"),
            _measured(
                "the answer to an accepted line",
                lambda: send("accept", lines=next(waiting)),
                '"1 accepted."',
                GOAL_MS,
            ),
            _measured(
                "the tab of accepted lines", lambda: client.get(f"{address}?tab=reviewed"), "data-line="
            ),
            _row(
                f"the answer to an accepted group of {lines // _PAYEES} lines",
                [accept_group() for _ in range(_TIMES)],
                GOAL_MS,
            ),
        ]


if __name__ == "__main__":
    print(render(rows(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)))
