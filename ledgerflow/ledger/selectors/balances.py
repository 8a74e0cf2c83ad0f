"""Balances of any day, from the kept month movements and at most half a month of lines.

Debit is positive. The number of queries does not grow with what the book holds.
"""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection

from ledgerflow.books.models import Book
from ledgerflow.core.money import ZERO
from ledgerflow.ledger.fiscal import fiscal_year_of
from ledgerflow.ledger.models import AccountType
from ledgerflow.ledger.selectors.closings import moved_by_closings


@dataclass(frozen=True, slots=True)
class Balance:
    """What stands on an account at the end of a day; debit positive.

    ``base_amount`` is in the book's base currency. ``amount`` is in ``currency``: the account's own, or the base
    currency for an account that takes every currency. ``line_count`` counts the lines of the months touched.
    """

    account_id: int
    code: str
    name: str
    type: AccountType
    is_archived: bool
    currency: str
    amount: Decimal
    base_amount: Decimal

    @property
    def debit(self) -> Decimal:
        """The base amount when it is a debit, else zero."""
        return max(self.base_amount, ZERO)

    @property
    def credit(self) -> Decimal:
        """The base amount, positive, when it is a credit, else zero."""
        return max(-self.base_amount, ZERO)


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Every account with a balance, by code; the two totals are equal in sound books."""

    as_of: date
    rows: tuple[Balance, ...]

    @property
    def total_debit(self) -> Decimal:
        """The debit balances added up, in the base currency."""
        return sum((row.debit for row in self.rows), ZERO)

    @property
    def total_credit(self) -> Decimal:
        """The credit balances added up, positive, in the base currency."""
        return sum((row.credit for row in self.rows), ZERO)


def balances(*, book: Book, as_of: date) -> list[Balance]:
    """Return the balance of every account of the book at the end of the day, by code; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_BALANCES, _bounds(book, as_of))
        rows = cursor.fetchall()
    return [_balance(book, row) for row in rows]


def changes(*, book: Book, first: date, last: date, before_closing: bool = False) -> list[Balance]:
    """Return what moved on every account from the first day to the last, both included, by code; two queries.

    With ``before_closing`` the entries that closed years within the range are left out; one query more.
    """
    before = {row.account_id: row for row in balances(book=book, as_of=first - timedelta(days=1))}
    moved = [
        Balance(
            account_id=after.account_id,
            code=after.code,
            name=after.name,
            type=after.type,
            is_archived=after.is_archived,
            currency=after.currency,
            amount=after.amount - before[after.account_id].amount,
            base_amount=after.base_amount - before[after.account_id].base_amount,
        )
        for after in balances(book=book, as_of=last)
    ]
    return _without_closings(book, moved, first, last) if before_closing else moved


def trial_balance(*, book: Book, as_of: date, before_closing: bool = False) -> TrialBalance:
    """Return the trial balance at the end of the day: the accounts whose balance is not zero; one query.

    With ``before_closing`` the entry that closed the fiscal year of that day is left out; one query more.
    """
    rows = balances(book=book, as_of=as_of)
    if before_closing:
        first = fiscal_year_of(book=book, day=as_of).first
        rows = _without_closings(book, rows, first, as_of)
    return TrialBalance(as_of=as_of, rows=tuple(row for row in rows if row.base_amount or row.amount))


# Whole months come from the movements. The lines of the part month are added to them (`sign` 1) up to its middle;
# later in the month its movement is taken whole and the lines after the day are taken away again (`sign` -1).
_BALANCES = """
SELECT account.id, account.code, account.name, account.type, account.is_archived, account.currency,
       coalesce(whole.amount, 0) + %(sign)s * coalesce(part.amount, 0),
       coalesce(whole.base_amount, 0) + %(sign)s * coalesce(part.base_amount, 0)
  FROM ledger_account AS account
  LEFT JOIN (
        SELECT account_id, sum(amount) AS amount, sum(debit) - sum(credit) AS base_amount FROM ledger_movement
         WHERE book_id = %(book)s AND month < %(whole_before)s
         GROUP BY account_id) AS whole ON whole.account_id = account.id
  LEFT JOIN LATERAL (
        SELECT sum(amount) AS amount, sum(base_amount) AS base_amount FROM ledger_journalline AS line
         WHERE %(part_first)s <= %(part_last)s AND line.book_id = account.book_id AND line.account_id = account.id
           AND line.date BETWEEN %(part_first)s AND %(part_last)s) AS part ON true
 WHERE account.book_id = %(book)s
 ORDER BY account.code
"""


def _without_closings(book: Book, rows: Iterable[Balance], first: date, last: date) -> list[Balance]:
    moved = moved_by_closings(book=book, first=first, last=last)
    return [
        replace(
            row,
            amount=row.amount - moved[row.account_id].amount,
            base_amount=row.base_amount - moved[row.account_id].base_amount,
        )
        if row.account_id in moved
        else row
        for row in rows
    ]


def _bounds(book: Book, as_of: date) -> dict[str, int | date]:
    month = as_of.replace(day=1)
    days = calendar.monthrange(as_of.year, as_of.month)[1]
    end = as_of.replace(day=days)
    if as_of.day * 2 <= days:
        whole_before, part_first, part_last, sign = month, month, as_of, 1
    elif as_of < end:
        whole_before, part_first, part_last, sign = end, as_of + timedelta(days=1), end, -1
    else:
        # No part month: an empty range of days.
        whole_before, part_first, part_last, sign = end, end, month, 1
    return {
        "book": book.pk,
        "whole_before": whole_before,
        "part_first": part_first,
        "part_last": part_last,
        "sign": sign,
    }


def _balance(book: Book, row: tuple[int, str, str, str, bool, str | None, Decimal, Decimal]) -> Balance:
    account_id, code, name, kind, is_archived, currency, amount, base_amount = row
    return Balance(
        account_id=account_id,
        code=code,
        name=name,
        type=AccountType(kind),
        is_archived=is_archived,
        currency=currency or book.base_currency,
        amount=amount if currency else base_amount,
        base_amount=base_amount,
    )
