"""What the banks' proven statements let other programs check about the exported books."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate

from django.db.models import Count, Sum

from ledgerflow.books.models import Book
from ledgerflow.classification.models import State
from ledgerflow.core.money import ZERO, format_money
from ledgerflow.ledger.models import JournalLine
from ledgerflow.statements.models import SETTLED_HOLDS, Proof, Statement, StatementLine


@dataclass(frozen=True, slots=True)
class Assertion:
    """A proven statement says that ``amount`` stands on the account at the end of ``date``; debit positive.

    ``missing`` is empty, or the sentence that says why the books do not show it, so that nothing can be asserted.
    """

    date: date
    account_id: int
    currency: str
    amount: Decimal
    what: str
    document_name: str
    document_sha256: str
    missing: str


def assertions(*, book: Book) -> list[Assertion]:
    """Return opening and closing balance of every proven statement, in the order of their days; three queries.

    A statement without lines has no days, so there is nothing to say about it.
    """
    posted = _posted(book)
    left_out = _left_out(book)
    found = []
    proven = Statement.objects.filter(book=book, proof=Proof.PROVEN, first_date__isnull=False)
    for statement in proven.select_related("document", "bank_account").order_by("pk"):
        first, last = statement.first_date, statement.last_date
        for what, day, balance in (
            ("Opening balance", first and _day_before(first), statement.opening_balance),
            ("Closing balance", last, statement.closing_balance),
        ):
            if day is None or balance is None:
                continue
            bank = statement.bank_account
            in_books = posted[bank.ledger_account_id, bank.currency].until(day)
            waiting = int(left_out[bank.pk].until(day))
            found.append(
                Assertion(
                    date=day,
                    account_id=bank.ledger_account_id,
                    currency=bank.currency,
                    amount=balance,
                    what=f"{what} of {bank.name}",
                    document_name=statement.document.name,
                    document_sha256=statement.document.sha256,
                    missing=_missing(waiting, in_books, balance, bank.currency),
                )
            )
    return sorted(found, key=lambda assertion: assertion.date)


def _missing(waiting: int, in_books: Decimal, balance: Decimal, currency: str) -> str:
    if waiting:
        lines, stand = ("1 line", "stands") if waiting == 1 else (f"{waiting:,} lines", "stand")
        return f"{lines} of the account up to this day {stand} in no entry."
    if in_books != balance:
        return (
            f"the books say {format_money(in_books, currency)} {currency}, the statement "
            f"{format_money(balance, currency)} {currency}."
        )
    return ""


def _day_before(day: date) -> date:
    return day - timedelta(days=1)


class _Running:
    """A sum by day."""

    def __init__(self, by_day: Iterable[tuple[date, Decimal]] = ()) -> None:
        rows = sorted(by_day)
        self._days = [day for day, _ in rows]
        self._sums = list(accumulate(amount for _, amount in rows))

    def until(self, day: date) -> Decimal:
        """Return the sum at the end of the day."""
        at = bisect_right(self._days, day)
        return self._sums[at - 1] if at else ZERO


def _posted(book: Book) -> dict[tuple[int, str], _Running]:
    """Return what stands on each bank account in the books, by its ledger account and currency."""
    rows: dict[tuple[int, str], list[tuple[date, Decimal]]] = defaultdict(list)
    for account_id, currency, day, amount in (
        JournalLine.objects.filter(book=book, account__in=book.bank_accounts.values("ledger_account"))
        .values_list("account_id", "currency", "date")
        .annotate(amount=Sum("amount"))
        .order_by()
    ):
        rows[account_id, currency].append((day, amount))
    return defaultdict(_Running, {key: _Running(by_day) for key, by_day in rows.items()})


def _left_out(book: Book) -> dict[int, _Running]:
    """Return how many booked lines of each bank account stand in no entry: open, accepted, held back or excluded.

    A twin of another line, and what the bank dropped, are movements of no books.
    """
    rows: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
    for bank_account, day, count in (
        StatementLine.objects.filter(book=book, is_pending=False)
        .exclude(classification__state__in=(State.POSTED, State.MATCHED))
        .exclude(hold__in=SETTLED_HOLDS)
        .values_list("bank_account_id", "date")
        .annotate(count=Count("pk"))
        .order_by()
    ):
        rows[bank_account].append((day, Decimal(count)))
    return defaultdict(_Running, {key: _Running(by_day) for key, by_day in rows.items()})
