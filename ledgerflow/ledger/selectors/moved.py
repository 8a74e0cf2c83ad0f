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
    chosen = _OF_TYPES * (set(types) != set(AccountType)) + _OF_ACCOUNTS * (accounts is not None)
    branches = [_MONTHS, _PARTS] if asked.parts else [_MONTHS]
    branches += [_LEFT_OUT] if without else []
    facts = asked.facts() | {
        "book": book.pk,
        "types": list(types),
        "accounts": list(accounts or ()),
        "without": list(without),
    }
    columns = _Columns(asked, sums, len(periods))
    with connection.cursor() as cursor:
        cursor.execute(_MOVED.format("UNION ALL".join(branches).format(chosen=chosen)), facts)
        return {account: columns.of(places, amounts) for account, places, amounts in cursor.fetchall()}


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


@dataclass(slots=True)
class _Asked:
    """Which whole months belong to which column, and which parts of months are added (1) or taken away (-1).

    The first days of ``months`` and of the ones behind them cut time into stretches that lie wholly inside or outside
    of each column.
    """

    periods: list[tuple[int, Period]] = field(default_factory=list)
    months: list[tuple[int, date, date]] = field(default_factory=list)
    parts: list[tuple[int, int, date, date]] = field(default_factory=list)

    def add(self, no: int, period: Period) -> None:
        """Take the period apart into whole months and the parts of months at its ends."""
        if period.last < period.first:
            return
        self.periods.append((no, period))
        first, last = months_from(period.first, 1), months_from(period.last, 1)
        if first == last:
            count = 1 if self._is_whole(no, first, period) else 0
            begin, behind = first.first, add_months(first.first, count)
        else:
            skipped = 0 if self._is_whole(no, first, Period(period.first, first.last)) else 1
            begin = add_months(first.first, skipped)
            count = 1 if self._is_whole(no, last, Period(last.first, period.last)) else 0
            behind = add_months(last.first, count)
        if begin < behind:
            self.months.append((no, begin, behind))

    def _is_whole(self, no: int, month: Period, wanted: Period) -> bool:
        """Take up to half a month from its lines; say that more is the whole month without the lines around it."""
        if wanted.days * 2 <= month.days:
            self.parts.append((no, 1, wanted.first, wanted.last))
            return False
        if month.first < wanted.first:
            self.parts.append((no, -1, month.first, wanted.first - timedelta(days=1)))
        if wanted.last < month.last:
            self.parts.append((no, -1, wanted.last + timedelta(days=1), month.last))
        return True

    @property
    def bounds(self) -> list[date]:
        """The days at which a stretch begins or ends."""
        return sorted({day for _, begin, behind in self.months for day in (begin, behind)})

    def facts(self) -> dict[str, Any]:
        """Return the columns of the lists by the names that the query gives them."""
        bounds = self.bounds or [EARLIEST, EARLIEST]
        return {
            "bounds": bounds,
            "begin": bounds[0],
            "second": bounds[1],
            "end": bounds[-1],
            "nos": [no for no, _ in self.periods],
            "firsts": [period.first for _, period in self.periods],
            "lasts": [period.last for _, period in self.periods],
            "part_nos": [no for no, _, _, _ in self.parts],
            "part_signs": [sign for _, sign, _, _ in self.parts],
            "part_firsts": [first for _, _, first, _ in self.parts],
            "part_lasts": [last for _, _, _, last in self.parts],
        }


class _Columns:
    """Puts together what the query gives for each account: a place above zero is a stretch, another a column's own."""

    def __init__(self, asked: _Asked, sums: Mapping[int, range], count: int) -> None:
        bounds = asked.bounds
        at = {day: place for place, day in enumerate(bounds)}
        reach = [(no, at[begin], at[behind]) for no, begin, behind in asked.months]
        self._singles = [(no, first) for no, first, behind in reach if behind == first + 1]
        self._ranges = [(no, first, behind) for no, first, behind in reach if behind > first + 1]
        self._stretches, self._sums, self._count = len(bounds), sums, count

    def of(self, places: Sequence[int], amounts: str) -> tuple[Decimal, ...]:
        """Return the account's figure of each column."""
        found = [ZERO] * self._count
        typed = list(map(Decimal, amounts.split()))
        by_place = dict(zip(places, typed, strict=True))
        if len(by_place) == len(typed) and min(by_place) > 0 and not self._ranges:
            # What nearly every account of a report by month is: one amount for each month, and nothing else.
            for no, first in self._singles:
                found[no] = by_place.get(first + 1, ZERO)
            return self._summed(found)
        stretches = [ZERO] * self._stretches
        for place, amount in zip(places, typed, strict=True):
            if place > 0:
                stretches[place - 1] += amount
            else:
                found[-place] += amount
        for no, first in self._singles:
            found[no] += stretches[first]
        for no, first, behind in self._ranges:
            found[no] += sum(stretches[first:behind], ZERO)
        return self._summed(found)

    def _summed(self, found: list[Decimal]) -> tuple[Decimal, ...]:
        """Return the figures with those of the periods that are the sum of ones before them."""
        for no, parts in self._sums.items():
            found[no] = sum([found[part] for part in parts], ZERO)
        return tuple(found)


# Everything before the first day asked for is one long stretch, which PostgreSQL adds up. The months after it come one
# by one: to group thousands of them costs more than to send them, and sent as text they are read fastest.
_MOVED = """
SELECT account_id, array_agg(place), string_agg(amount::text, ' ')
  FROM ({}) AS moved (account_id, place, amount) GROUP BY account_id
"""
_MONTHS = """
    SELECT account_id, 1, sum(debit) - sum(credit) FROM ledger_movement
     WHERE book_id = %(book)s AND month >= %(begin)s AND month < %(second)s {chosen}
     GROUP BY account_id
     UNION ALL
    SELECT account_id, width_bucket(month, %(bounds)s::date[]), debit - credit FROM ledger_movement
     WHERE book_id = %(book)s AND month >= %(second)s AND month < %(end)s {chosen}
"""
_PARTS = """
    SELECT account.account_id, -part.no, part.sign * lines.base_amount
      FROM (SELECT id AS account_id FROM ledger_account WHERE book_id = %(book)s) AS account
      CROSS JOIN unnest(%(part_nos)s::int[], %(part_signs)s::int[], %(part_firsts)s::date[], %(part_lasts)s::date[])
           AS part (no, sign, first, last)
      CROSS JOIN LATERAL (
            SELECT sum(base_amount) AS base_amount FROM ledger_journalline AS line
             WHERE line.book_id = %(book)s AND line.account_id = account.account_id
               AND line.date BETWEEN part.first AND part.last) AS lines
     WHERE lines.base_amount IS NOT NULL {chosen}
"""
_LEFT_OUT = """
    SELECT account_id, -asked.no, -line.base_amount
      FROM unnest(%(nos)s::int[], %(firsts)s::date[], %(lasts)s::date[]) AS asked (no, first, last)
      JOIN ledger_journalline AS line
        ON line.book_id = %(book)s AND line.entry_number = ANY(%(without)s)
           AND line.date BETWEEN asked.first AND asked.last
     WHERE true {chosen}
"""
_OF_TYPES = (
    " AND account_id IN (SELECT id FROM ledger_account WHERE book_id = %(book)s AND type = ANY(%(types)s))"
)
_OF_ACCOUNTS = " AND account_id = ANY(%(accounts)s::bigint[])"
