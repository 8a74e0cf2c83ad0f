"""What remains to be done before the books are closed through a day, as a checklist."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from ledgerflow.books.models import Book
from ledgerflow.core.money import ZERO, format_money
from ledgerflow.ledger.models import Account, AccountRole
from ledgerflow.ledger.selectors import balances
from ledgerflow.ledger.selectors.periods import held
from ledgerflow.ledger.selectors.rates import currencies_of
from ledgerflow.posting.receipt_selectors import count_without_receipt
from ledgerflow.posting.revaluation import revaluation
from ledgerflow.review.which import Tab
from ledgerflow.taxes.receipt_limits import receipt_limit
from ledgerflow.taxes.selectors import entered_facts, tax_year, year_at
from ledgerflow.taxforms.keys import SCHEDULE_C


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the checklist: how many of what are open, which, and the page where that is done.

    A note is worth knowing and stops nobody.
    """

    what: str
    count: int
    url_name: str
    detail: str = ""
    url_kwargs: dict[str, Any] = field(default_factory=dict)
    query: str = ""
    is_note: bool = False

    @property
    def is_open(self) -> bool:
        """Whether someone who closes all the same has to say why."""
        return self.count > 0 and not self.is_note


@dataclass(frozen=True, slots=True)
class Checklist:
    """Every point of the days from ``first`` (from the beginning, when there is none) through ``last``."""

    first: date | None
    last: date
    points: tuple[Point, ...]

    @property
    def open_points(self) -> tuple[Point, ...]:
        """The points that are not done."""
        return tuple(point for point in self.points if point.is_open)

    @property
    def in_words(self) -> str:
        """The open points in one phrase, such as "3 lines to review; 1 statement…"."""
        return "; ".join(f"{point.what}: {point.detail or point.count}" for point in self.open_points)


# Two halves, because each state has an index of its own.
_LINES = """
    SELECT count(*) FILTER (
            WHERE made.state = 'open' AND line.hold = '' AND NOT line.is_pending AND asked.id IS NULL),
        count(*) FILTER (WHERE made.state = 'accepted'),
        count(*) FILTER (WHERE made.state = 'open' AND line.hold NOT IN ('', 'lapsed', 'twin')),
        count(*) FILTER (WHERE made.state = 'open' AND line.hold = '' AND line.is_pending),
        count(*) FILTER (
            WHERE made.state = 'open' AND line.hold = '' AND NOT line.is_pending AND asked.id IS NOT NULL)
    FROM (
        SELECT line_id, state FROM classification_classification WHERE book_id = %(book)s AND state = 'open'
        UNION ALL
        SELECT line_id, state FROM classification_classification WHERE book_id = %(book)s AND state = 'accepted'
    ) made
    JOIN statements_statementline line ON line.id = made.line_id
    LEFT JOIN asking_linequestion asked ON asked.book_id = %(book)s AND asked.line_id = made.line_id
        AND asked.answered_at IS NULL AND asked.withdrawn_at IS NULL
    WHERE line.date BETWEEN %(first)s AND %(last)s
"""
# A file without lines has no days; it is looked at whenever something is closed.
_STATEMENTS = """
    SELECT count(*) FILTER (WHERE proof = 'DISCREPANCY' AND overridden_at IS NULL),
        count(*) FILTER (WHERE proof = 'UNPROVABLE'),
        (SELECT count(*) FROM statements_dayquestion
            WHERE book_id = %(book)s AND answer = '' AND date BETWEEN %(first)s AND %(last)s)
    FROM statements_statement
    WHERE book_id = %(book)s
        AND coalesce(first_date, %(last)s) <= %(last)s AND coalesce(last_date, %(first)s) >= %(first)s
"""
# From an account's first statement on there is one for every month; an account that never had one lacks the last.
_UNSTATED = """
    SELECT bank.name
    FROM statements_bankaccount bank
    JOIN ledger_account account ON account.book_id = bank.book_id AND account.id = bank.ledger_account_id
    LEFT JOIN LATERAL (
        SELECT min(first_date) AS first_date FROM statements_statement stated
        WHERE stated.book_id = bank.book_id AND stated.bank_account_id = bank.id
    ) known ON true
    WHERE bank.book_id = %(book)s AND bank.kind <> 'cash' AND NOT account.is_archived AND EXISTS (
        SELECT FROM generate_series(
            date_trunc('month', greatest(%(first)s, coalesce(known.first_date, %(last)s))::timestamp),
            %(last)s::timestamp, interval '1 month'
        ) AS month (first_day)
        WHERE NOT EXISTS (
            SELECT FROM statements_statement stated
            WHERE stated.book_id = bank.book_id AND stated.bank_account_id = bank.id
                AND stated.last_date >= month.first_day AND stated.first_date < month.first_day + interval '1 month'
        )
    )
    ORDER BY bank.name
"""


# Whoever never reconciled anything is told so, and not held up.
_UNRECONCILED = """
    SELECT bank.name, bank.reconciled_through IS NOT NULL
    FROM statements_bankaccount bank
    WHERE bank.book_id = %(book)s AND EXISTS (
        SELECT FROM statements_statementline line
        WHERE line.book_id = bank.book_id AND line.bank_account_id = bank.id
            AND line.date > coalesce(bank.reconciled_through, %(before)s) AND line.date BETWEEN %(first)s AND %(last)s
    )
    ORDER BY bank.name
"""


def checklist(*, book: Book, through: date, since: date | None = None) -> Checklist:
    """Return what is open through the day: since the last closed day, or since the day given.

    Ten queries, two more where receipts are asked for, three more where accounts are kept in other currencies, and
    three more at the end of a tax year.
    """
    closed = held(book=book).closed_through
    if since is None and closed is not None and closed < through:
        since = closed + timedelta(days=1)
    facts: dict[str, int | date] = {"book": book.pk, "first": since or date.min, "last": through}
    with connection.cursor() as cursor:
        cursor.execute(_LINES, facts)
        to_review, to_post, held_back, pending, asked = cursor.fetchone()
        cursor.execute(_STATEMENTS, facts)
        discrepancies, unprovable, questions = cursor.fetchone()
        cursor.execute(_UNSTATED, facts)
        unstated = [name for (name,) in cursor.fetchall()]
    queue, days = "review:queue", _days_query(since, through)
    return Checklist(
        first=since,
        last=through,
        points=(
            Point("lines to review", to_review, queue, query=days),
            Point("accepted lines that are not posted", to_post, queue, query=f"tab={Tab.REVIEWED}&{days}"),
            Point("lines held back", held_back, queue, query=f"tab={Tab.NEEDS_ANSWER}&{days}"),
            Point(
                "lines that the bank has not booked", pending, queue, query=f"tab={Tab.NEEDS_ANSWER}&{days}"
            ),
            Point(
                "lines with a question that waits for an answer",
                asked,
                queue,
                query=f"tab={Tab.NEEDS_ANSWER}&{days}",
            ),
            Point("questions about days that two files show", questions, "pipeline:questions"),
            Point("statements that do not prove", discrepancies, "statements:list"),
            Point("statements that state no balance to prove", unprovable, "statements:list", is_note=True),
            Point(
                "bank accounts without a statement for each month",
                len(unstated),
                "statements:list",
                detail=", ".join(unstated),
            ),
            *_unreconciled(facts),
            *_suspense(book, through),
            *_foreign(book, through),
            *_without_receipt(book, since, through),
            *_tax_facts(book, through),
        ),
    )


def _days_query(since: date | None, through: date) -> str:
    """Return the part of an address that keeps a page to the days of the checklist."""
    return (f"from={since.isoformat()}&" if since else "") + f"to={through.isoformat()}"


def _unreconciled(facts: Mapping[str, int | date]) -> list[Point]:
    with connection.cursor() as cursor:
        cursor.execute(_UNRECONCILED, {**facts, "before": date.min})
        rows = cursor.fetchall()
    begun = [name for name, is_begun in rows if is_begun]
    never = [name for name, is_begun in rows if not is_begun]
    points = [
        Point(
            "bank accounts whose last lines are not reconciled",
            len(begun),
            "reconciliation:list",
            detail=", ".join(begun),
        )
    ]
    if never:
        points.append(
            Point(
                "bank accounts that were never reconciled",
                len(never),
                "reconciliation:list",
                detail=", ".join(never),
                is_note=True,
            )
        )
    return points


def _without_receipt(book: Book, since: date | None, through: date) -> list[Point]:
    limit = receipt_limit(book=book)
    if limit.amount is None:
        return []
    shown = f"{format_money(limit.amount, book.base_currency)} {book.base_currency}"
    first = since or date.min
    return [
        Point(
            f"lines of {shown} or more without a receipt",
            count_without_receipt(book=book, limit=limit.amount, first=first, last=through),
            "posting:receipts",
            query=_days_query(since, through),
            is_note=True,
        )
    ]


def _tax_facts(book: Book, through: date) -> list[Point]:
    """Return whether the facts of a tax year that ends on the day were entered: once it is closed they stay."""
    year = year_at(book=book, day=through)
    if tax_year(book=book, year=year).last != through:
        return []
    if not Account.objects.filter(book=book, tax_line__startswith=f"{SCHEDULE_C}:").exists():
        return []
    lacking = entered_facts(book=book, year=year).entered_at is None
    return [
        Point(
            "tax years whose facts were not entered",
            int(lacking),
            "taxes:facts",
            detail=f"{year} (miles, home, inventory, business shares); once it is closed they stay as they are",
            query=f"year={year}",
            is_note=True,
        )
    ]


def _suspense(book: Book, through: date) -> list[Point]:
    account = Account.objects.filter(book=book, role=AccountRole.SUSPENSE).first()
    if account is None:
        return []
    rows = balances(book=book, as_of=through)
    balance: Decimal = next((row.base_amount for row in rows if row.account_id == account.pk), ZERO)
    shown = f"{format_money(balance, book.base_currency)} {book.base_currency}" if balance else ""
    return [
        Point(
            f"balance of {account}",
            int(balance != 0),
            "reports:register",
            detail=shown,
            url_kwargs={"account": account.pk},
            query=f"to={through.isoformat()}",
        )
    ]


def _foreign(book: Book, through: date) -> list[Point]:
    if not currencies_of(book=book):
        return []
    found = revaluation(book=book, as_of=through)
    unvalued = [row.code for row in found.rows if row.value is None or row.difference]
    return [
        Point(
            "balances in other currencies to revalue",
            len(unvalued),
            "posting:revaluation",
            detail=", ".join(unvalued),
            query=f"as_of={through.isoformat()}",
            is_note=True,
        )
    ]
