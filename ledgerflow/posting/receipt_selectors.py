"""What was spent without a receipt, and receipts that belong to no line yet."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from ledgerflow.books.models import Book
from ledgerflow.ledger.models import Account, AccountType

#: Lines that the page lists; the list becomes shorter as receipts come.
MOST = 200

# What an entry costs is added up over its accounts, so that a split does not fall below the limit.
_LACKING = """
    SELECT spent.entry_number, spent.amount, spent.account_ids, line.id AS line_id, line.date, line.description,
        bank.name AS bank_account
    FROM (
        SELECT entry_number, sum(base_amount) AS amount, array_agg(DISTINCT account_id) AS account_ids
        FROM ledger_journalline
        WHERE book_id = %(book)s AND account_id = ANY(%(accounts)s) AND date BETWEEN %(first)s AND %(last)s
        GROUP BY entry_number HAVING sum(base_amount) >= %(limit)s AND sum(base_amount) > 0
    ) spent
    JOIN classification_classification made ON made.book_id = %(book)s AND made.entry_number = spent.entry_number
        AND made.state = 'posted'
    JOIN statements_statementline line ON line.id = made.line_id
    JOIN statements_bankaccount bank ON bank.id = line.bank_account_id
    WHERE NOT EXISTS (
        SELECT FROM statements_linereceipt attached
        WHERE attached.book_id = %(book)s AND attached.line_id = made.line_id AND attached.detached_at IS NULL
    )
"""


@dataclass(frozen=True, slots=True)
class LackingLine:
    """A posted bank line without a receipt; ``spent`` is what of it went to expenses, in the base currency."""

    line_id: int
    date: date
    text: str
    bank_account: str
    accounts: str
    spent: Decimal
    entry_number: int


def count_without_receipt(*, book: Book, limit: Decimal, last: date, first: date = date.min) -> int:
    """Return how many posted lines cost the limit or more in the days and have no receipt; two queries."""
    accounts, facts = _asked(book, limit, first, last)
    if not accounts:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({_LACKING}) lacking", facts)  # noqa: S608 - the constant above
        (count,) = cursor.fetchone()
    return int(count)


def lines_without_receipt(
    *, book: Book, limit: Decimal, last: date, first: date = date.min
) -> list[LackingLine]:
    """Return the first of those lines, oldest first; two queries."""
    accounts, facts = _asked(book, limit, first, last)
    if not accounts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"{_LACKING} ORDER BY line.date, line.id LIMIT {MOST}", facts)
        rows = cursor.fetchall()
    return [
        LackingLine(
            line_id=line_id,
            date=day,
            text=text,
            bank_account=bank_account,
            accounts=", ".join(sorted(str(accounts[pk]) for pk in account_ids)),
            spent=spent,
            entry_number=number,
        )
        for number, spent, account_ids, line_id, day, text, bank_account in rows
    ]


def _asked(book: Book, limit: Decimal, first: date, last: date) -> tuple[dict[int, Account], dict[str, Any]]:
    accounts = {
        account.pk: account for account in Account.objects.filter(book=book, type=AccountType.EXPENSE)
    }
    facts = {"book": book.pk, "accounts": list(accounts), "first": first, "last": last, "limit": limit}
    return accounts, facts
