"""What moved on the accounts in periods, and what stood on them at the end of days, many of either at once.

Whole months come from the kept movements, the parts of months at the ends of a period from their lines, half a month
at most. Debit is positive, amounts are in the base currency, and the number of queries grows with nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import Any

from django.db import connection

from ledgerflow.books.models import Book
from ledgerflow.core.money import ZERO
from ledgerflow.core.periods import EARLIEST, Period, add_months, months_from
from ledgerflow.ledger.models import AccountType

#: For each account that moved, what moved in each of the periods asked for, in their order.
Amounts = Mapping[int, tuple[Decimal, ...]]


def moved(
    *,
    book: Book,
    periods: Sequence[Period],
    types: Collection[AccountType] = tuple(AccountType),
    accounts: Collection[int] | None = None,
    without: Sequence[int] = (),
) -> Amounts:
    """Return what moved on the accounts of the types, or on these of them, in each period, if anything; one query.

    Periods may overlap; one that follows its own parts, or itself, is not read again. ``without`` names entries that
    are left out, such as those that close a year.
    """
    sums = {no: parts for no, period in enumerate(periods) if (parts := parts_before(periods, no))}
    asked = _Asked()
    for no, period in enumerate(periods):
        if no not in sums:
            asked.add(no, period)
    with connection.cursor() as cursor:
        cursor.execute(
            _MOVED.format(left_out=_LEFT_OUT if without else ""),
            {
                "book": book.pk,
                "types": list(types),
                "accounts": None if accounts is None else list(accounts),
                "without": list(without),
                **asked.facts(),
            },
        )
        return {
            account: _in_columns(columns, amounts, sums, len(periods))
            for account, columns, amounts in cursor.fetchall()
        }


def parts_before(periods: Sequence[Period], no: int) -> range | None:
    """Return the places of the periods that come before and are this one cut into parts, if they stand there."""
    whole = periods[no]
    for first in range(no):
        if periods[first].first == whole.first:
            last = first
            while (
                periods[last].last < whole.last
                and last + 1 < no
                and _follows(periods[last], periods[last + 1])
            ):
                last += 1
            if periods[last].last == whole.last:
                return range(first, last + 1)
    return None


def _follows(period: Period, other: Period) -> bool:
    return other.first == period.last + timedelta(days=1)


def stood(*, book: Book, days: Sequence[date], accounts: Collection[int] | None = None) -> Amounts:
    """Return what stood on each account, or on these, at the end of each day, if anything ever moved; one query."""
    in_order = sorted(set(days))
    periods = [Period(EARLIEST, in_order[0])] + [
        Period(earlier + timedelta(days=1), later) for earlier, later in pairwise(in_order)
    ]
    places = [in_order.index(day) for day in days]
    changes = moved(book=book, periods=periods, accounts=accounts)
    standing = {account: list(accumulate(amounts)) for account, amounts in changes.items()}
    return {account: tuple(amounts[place] for place in places) for account, amounts in standing.items()}


def _in_columns(
    columns: Sequence[int], amounts: Sequence[Decimal], sums: Mapping[int, range], count: int
) -> tuple[Decimal, ...]:
    found = [ZERO] * count
    for no, amount in zip(columns, amounts, strict=True):
        found[no] += amount
    for no, parts in sums.items():
        found[no] = sum((found[part] for part in parts), ZERO)
    return tuple(found)


@dataclass(slots=True)
class _Asked:
    """Which whole months belong to which column, and which parts of months are added (1) or taken away (-1).

    A period from the earliest day on takes every month before one (``until``).
    """

    periods: list[tuple[int, Period]] = field(default_factory=list)
    until: list[tuple[int, date]] = field(default_factory=list)
    months: list[tuple[int, date]] = field(default_factory=list)
    parts: list[tuple[int, int, date, date]] = field(default_factory=list)

    def add(self, no: int, period: Period) -> None:
        """Take the period apart: its first month, its last, and the whole months between."""
        if period.last < period.first:
            return
        self.periods.append((no, period))
        first, last = months_from(period.first, 1), months_from(period.last, 1)
        if period.first == EARLIEST:
            self.until.append((no, last.first))
            self._add_month(no, last, Period(last.first, period.last))
            return
        if first == last:
            self._add_month(no, first, period)
            return
        self._add_month(no, first, Period(period.first, first.last))
        month = add_months(first.first, 1)
        while month < last.first:
            self.months.append((no, month))
            month = add_months(month, 1)
        self._add_month(no, last, Period(last.first, period.last))

    def _add_month(self, no: int, month: Period, wanted: Period) -> None:
        """Take up to half a month from its lines, and more as the whole month without the lines around it."""
        if wanted.days * 2 <= month.days:
            self.parts.append((no, 1, wanted.first, wanted.last))
            return
        self.months.append((no, month.first))
        if month.first < wanted.first:
            self.parts.append((no, -1, month.first, wanted.first - timedelta(days=1)))
        if wanted.last < month.last:
            self.parts.append((no, -1, wanted.last + timedelta(days=1), month.last))

    def facts(self) -> dict[str, Any]:
        """Return the columns of the lists by the names that the query gives them."""
        months = [month for _, month in self.months]
        return {
            "earliest": min(months, default=EARLIEST),
            "latest": max(months, default=EARLIEST),
            "nos": [no for no, _ in self.periods],
            "firsts": [period.first for _, period in self.periods],
            "lasts": [period.last for _, period in self.periods],
            "until_nos": [no for no, _ in self.until],
            "until": [month for _, month in self.until],
            "month_nos": [no for no, _ in self.months],
            "months": months,
            "part_nos": [no for no, _, _, _ in self.parts],
            "part_signs": [sign for _, sign, _, _ in self.parts],
            "part_firsts": [first for _, _, first, _ in self.parts],
            "part_lasts": [last for _, _, _, last in self.parts],
        }


_MOVED = """
WITH account AS (
    SELECT book_id, id FROM ledger_account
     WHERE book_id = %(book)s AND type = ANY(%(types)s)
       AND (%(accounts)s::bigint[] IS NULL OR id = ANY(%(accounts)s::bigint[]))
), moved AS (
    SELECT account.id, asked.no, months.base_amount
      FROM unnest(%(until_nos)s::int[], %(until)s::date[]) AS asked (no, month)
      CROSS JOIN account
      CROSS JOIN LATERAL (
            SELECT sum(debit - credit) AS base_amount FROM ledger_movement AS movement
             WHERE movement.book_id = account.book_id AND movement.account_id = account.id
               AND movement.month < asked.month) AS months
     WHERE months.base_amount IS NOT NULL
     UNION ALL
    SELECT account.id, asked.no, movement.debit - movement.credit AS base_amount
      FROM unnest(%(month_nos)s::int[], %(months)s::date[]) AS asked (no, month)
      CROSS JOIN account
      JOIN ledger_movement AS movement
        ON movement.book_id = account.book_id AND movement.account_id = account.id AND movement.month = asked.month
           AND movement.month BETWEEN %(earliest)s AND %(latest)s
     UNION ALL
    SELECT account.id, part.no, part.sign * lines.base_amount
      FROM unnest(%(part_nos)s::int[], %(part_signs)s::int[], %(part_firsts)s::date[], %(part_lasts)s::date[])
           AS part (no, sign, first, last)
      CROSS JOIN account
      CROSS JOIN LATERAL (
            SELECT sum(base_amount) AS base_amount FROM ledger_journalline AS line
             WHERE line.book_id = account.book_id AND line.account_id = account.id
               AND line.date BETWEEN part.first AND part.last) AS lines
     WHERE lines.base_amount IS NOT NULL
    {left_out}
)
SELECT id, array_agg(no), array_agg(base_amount) FROM moved GROUP BY id
"""
_LEFT_OUT = """
     UNION ALL
    SELECT account.id, asked.no, - line.base_amount
      FROM unnest(%(nos)s::int[], %(firsts)s::date[], %(lasts)s::date[]) AS asked (no, first, last)
      JOIN ledger_journalline AS line
        ON line.book_id = %(book)s AND line.entry_number = ANY(%(without)s)
           AND line.date BETWEEN asked.first AND asked.last
      JOIN account ON account.id = line.account_id
"""
