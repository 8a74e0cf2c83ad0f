"""Bank against books: the figures, what is open on either side, and what may belong together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Sum

from ledgerflow.books.models import Book
from ledgerflow.core.money import ZERO
from ledgerflow.ledger.models import Account, AccountRole, JournalLine, Movement
from ledgerflow.reconciliation import engine
from ledgerflow.reconciliation.engine import DELAY, NEAR
from ledgerflow.reconciliation.models import Match, Reconciliation
from ledgerflow.reconciliation.sides import Sides
from ledgerflow.reconciliation.values import BankLine, BookLine, Suggestion
from ledgerflow.statements.chain_selectors import opening_of
from ledgerflow.statements.models import BankAccount, StatementLine

_SETTLED = """
    SELECT line.entry_number, line.no, line.date, line.amount
    FROM ledger_journalline line
    JOIN ledger_journalentry entry ON entry.book_id = line.book_id AND entry.number = line.entry_number
    WHERE line.book_id = %(book)s AND line.account_id = %(account)s AND line.date BETWEEN %(first)s AND %(last)s
        AND line.amount = ANY(%(amounts)s::numeric[]) AND entry.reverses_number IS NULL
        AND NOT EXISTS (
            SELECT FROM ledger_journalentry reversal
            WHERE reversal.book_id = line.book_id AND reversal.reverses_number = line.entry_number
        )
    ORDER BY line.date, line.entry_number, line.no
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """What bank and books say, in the bank account's currency; money owed is negative."""

    bank: Decimal
    books: Decimal

    @property
    def difference(self) -> Decimal:
        """What the bank says minus what the books say."""
        return self.bank - self.books


def figures(*, reconciliation: Reconciliation) -> Figures:
    """Return what bank and books say at the end of the day, as the guard of finishing adds it up; two queries."""
    day, month = reconciliation.as_of, reconciliation.as_of.replace(day=1)
    of_account = {
        "book": reconciliation.book_id,
        "account": reconciliation.bank_account.ledger_account_id,
        "currency": reconciliation.bank_account.currency,
    }
    whole = Movement.objects.filter(month__lt=month, **of_account).aggregate(total=Sum("amount"))
    part = JournalLine.objects.filter(date__range=(month, day), **of_account).aggregate(total=Sum("amount"))
    return Figures(bank=reconciliation.bank_balance, books=(whole["total"] or ZERO) + (part["total"] or ZERO))


def suggestions(*, reconciliation: Reconciliation, found: Sides) -> list[Suggestion]:
    """Return what may belong together among the open lines, the surest first; seven queries at most."""
    account, book = reconciliation.bank_account, reconciliation.book
    can_correct = account.currency == book.base_currency
    books = [
        BookLine(one.entry_number, one.no, one.day, one.amount, one.is_manual, one.line_count == 2)
        for one in found.books
        if one.can_match
    ]
    bank = [BankLine(one.line.pk, one.line.date, one.line.amount) for one in found.bank if one.can_match]
    lacking = _lacking_opening(account) if can_correct else []
    return lacking + engine.suggest(
        bank=bank,
        books=books,
        settled=_settled(reconciliation, books),
        coming=_coming(reconciliation, books),
        currency=account.currency,
        can_correct=can_correct,
    )


def matches(*, bank_account: BankAccount, through: date, at_most: int) -> list[Match]:
    """Return the latest matches of the bank account with lines through the day; three queries."""
    numbers = (
        Match.objects.filter(bank_account=bank_account, lines__line__date__lte=through)
        .order_by("-pk")
        .values_list("pk", flat=True)
        .distinct()[:at_most]
    )
    return list(
        Match.objects.filter(pk__in=list(numbers))
        .select_related("made_by")
        .prefetch_related("lines__line", "entry_lines")
        .order_by("-pk")
    )


def opening_account(*, book: Book) -> Account | None:
    """Return the account that opening balances stand against, if the book has one in use."""
    return Account.objects.filter(book=book, role=AccountRole.OPENING, is_archived=False).first()


def _lacking_opening(account: BankAccount) -> list[Suggestion]:
    """Suggest the opening balance while the books know nothing of the account before its first statement."""
    found = opening_of(bank_account=account)
    if found is None or not found.amount or opening_account(book=account.book) is None:
        return []
    earlier = JournalLine.objects.filter(
        book=account.book_id, account=account.ledger_account_id, date__lte=found.day
    )
    if earlier.exists():
        return []
    return [
        engine.opening(
            day=found.day, amount=found.amount, currency=account.currency, is_stated=found.is_stated
        )
    ]


def _coming(reconciliation: Reconciliation, books: Sequence[BookLine]) -> list[BankLine]:
    """Return the bank's lines just after the day that one of the open lines may be waiting for."""
    if not books:
        return []
    found = StatementLine.objects.filter(
        book=reconciliation.book_id,
        bank_account=reconciliation.bank_account_id,
        date__gt=reconciliation.as_of,
        date__lte=reconciliation.as_of + NEAR,
        amount__in={one.amount for one in books},
    )
    return [BankLine(line.pk, line.date, line.amount) for line in found]


def _settled(reconciliation: Reconciliation, books: Sequence[BookLine]) -> list[BookLine]:
    """Return the lines of the books, not open ones, that an open one may repeat."""
    if not books:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _SETTLED,
            {
                "book": reconciliation.book_id,
                "account": reconciliation.bank_account.ledger_account_id,
                "first": min(one.date for one in books) - DELAY,
                "last": min(max(one.date for one in books) + DELAY, reconciliation.as_of),
                "amounts": sorted({one.amount for one in books}),
            },
        )
        rows = cursor.fetchall()
    are_open = {(one.entry_number, one.no) for one in books}
    return [BookLine(*row) for row in rows if row[:2] not in are_open]
