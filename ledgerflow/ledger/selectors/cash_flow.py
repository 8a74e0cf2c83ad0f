"""The cash flow, by the direct method: where the money of some accounts came from and where it went.

The rule for an entry with several lines: its other lines say what its cash was for, each with its own amount. Because
an entry adds up to zero, what its cash lines gain is exactly what its other lines lose, so nothing is shared out by
percentage and nothing is rounded. An entry that moves money between cash accounts alone has no other lines, and
counts for nothing. What went through the account for conversion on the way from one currency to another is no flow:
only what stays there counts.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from ledgerflow.books.models import Book
from ledgerflow.core.money import ZERO
from ledgerflow.core.periods import Period
from ledgerflow.ledger.models import Account, AccountType
from ledgerflow.ledger.selectors.moved import parts_before, stood
from ledgerflow.ledger.selectors.sections import AccountFigures, Section, add_columns


@dataclass(frozen=True, slots=True)
class CashFlow:
    """Cash by what it was for, money in positive and money out negative, one figure for each period.

    ``sections`` are the other accounts by type. ``money_in`` and ``money_out`` are both positive; opening, money in,
    less money out, is ``closing``, which is what stands on the cash accounts.
    """

    cash: tuple[int, ...]
    periods: tuple[Period, ...]
    sections: tuple[Section, ...]
    opening: tuple[Decimal, ...]
    money_in: tuple[Decimal, ...]
    money_out: tuple[Decimal, ...]
    closing: tuple[Decimal, ...]

    @property
    def net(self) -> tuple[Decimal, ...]:
        """The sections added up: what cash gained."""
        return add_columns((section.totals for section in self.sections), len(self.periods))

    def columns(self, wanted: slice) -> "CashFlow":
        """Return the cash flow with these periods alone."""
        sections = (section.columns(wanted) for section in self.sections)
        return CashFlow(
            cash=self.cash,
            periods=self.periods[wanted],
            sections=tuple(section for section in sections if section.rows),
            opening=self.opening[wanted],
            money_in=self.money_in[wanted],
            money_out=self.money_out[wanted],
            closing=self.closing[wanted],
        )


def cash_flow(
    *,
    book: Book,
    cash: Sequence[int],
    periods: Sequence[Period],
    keeping: tuple[Collection[int], bool] | None = None,
) -> CashFlow:
    """Return the cash flow of the accounts ``cash`` with a column for each period; three queries.

    ``keeping`` names entries, and whether these alone count or all others. Opening and closing are of the accounts
    whatever it says.
    """
    ins, outs = _counter_movements(book, cash, periods, keeping)
    days = [period.first - timedelta(days=1) for period in periods] + [period.last for period in periods]
    standing = stood(book=book, days=days, accounts=cash)
    at = add_columns(standing.values(), len(days))
    count = len(periods)
    return CashFlow(
        cash=tuple(cash),
        periods=tuple(periods),
        sections=_sections(book, ins, outs, count),
        opening=at[:count],
        money_in=add_columns(ins.values(), count),
        money_out=add_columns(outs.values(), count),
        closing=at[count:],
    )


_Columns = dict[int, tuple[Decimal, ...]]


def _counter_movements(
    book: Book,
    cash: Sequence[int],
    periods: Sequence[Period],
    keeping: tuple[Collection[int], bool] | None,
) -> tuple[_Columns, _Columns]:
    sums = {no: parts for no in range(len(periods)) if (parts := parts_before(periods, no))}
    asked = [(no, period) for no, period in enumerate(periods) if no not in sums]
    facts: dict[str, Any] = {
        "book": book.pk,
        "cash": list(cash),
        "nos": [no for no, _ in asked],
        "firsts": [period.first for _, period in asked],
        "lasts": [period.last for _, period in asked],
        "keeping": list(keeping[0]) if keeping else [],
    }
    kept = _KEEPING.format("=" if keeping[1] else "<>", "ANY" if keeping[1] else "ALL") if keeping else ""
    ins: dict[int, list[Decimal]] = {}
    outs: dict[int, list[Decimal]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_MOVEMENTS.format(kept=kept), facts)
        for account, no, gained, spent in cursor.fetchall():
            ins.setdefault(account, [ZERO] * len(periods))[no] = gained
            outs.setdefault(account, [ZERO] * len(periods))[no] = spent
    for amounts in (*ins.values(), *outs.values()):
        for no, parts in sums.items():
            amounts[no] = sum((amounts[part] for part in parts), ZERO)
    return (
        {account: tuple(amounts) for account, amounts in ins.items()},
        {account: tuple(amounts) for account, amounts in outs.items()},
    )


def _sections(book: Book, ins: _Columns, outs: _Columns, count: int) -> tuple[Section, ...]:
    rows: dict[AccountType, list[AccountFigures]] = {}
    accounts = Account.objects.filter(book=book, pk__in=ins).order_by("code")
    for account, code, name, kind in accounts.values_list("pk", "code", "name", "type"):
        amounts = tuple(gained - spent for gained, spent in zip(ins[account], outs[account], strict=True))
        rows.setdefault(AccountType(kind), []).append(
            AccountFigures(account, code, name, AccountType(kind), amounts)
        )
    return tuple(
        Section(kind, tuple(rows[kind]), add_columns((row.amounts for row in rows[kind]), count))
        for kind in _IN_ORDER
        if kind in rows
    )


_IN_ORDER = (
    AccountType.INCOME,
    AccountType.EXPENSE,
    AccountType.ASSET,
    AccountType.LIABILITY,
    AccountType.EQUITY,
)
_KEEPING = "AND line.entry_number {} {}(%(keeping)s::bigint[])"
_MOVEMENTS = """
WITH touched AS (
    SELECT DISTINCT asked.no, line.entry_number
      FROM unnest(%(nos)s::int[], %(firsts)s::date[], %(lasts)s::date[]) AS asked (no, first, last)
      JOIN ledger_journalline AS line
        ON line.book_id = %(book)s AND line.account_id = ANY(%(cash)s::bigint[])
           AND line.date BETWEEN asked.first AND asked.last {kept}
)
SELECT moved.account_id, moved.no,
       trim_scale(CASE account.role WHEN 'conversion' THEN greatest(gained - spent, 0) ELSE gained END),
       trim_scale(CASE account.role WHEN 'conversion' THEN greatest(spent - gained, 0) ELSE spent END)
  FROM (SELECT line.account_id, touched.no, sum(greatest(-line.base_amount, 0)) AS gained,
               sum(greatest(line.base_amount, 0)) AS spent
          FROM touched JOIN ledger_journalline AS line
            ON line.book_id = %(book)s AND line.entry_number = touched.entry_number
               AND line.account_id <> ALL(%(cash)s::bigint[])
         GROUP BY line.account_id, touched.no) AS moved
  JOIN ledger_account AS account ON account.id = moved.account_id
 WHERE account.role IS DISTINCT FROM 'conversion' OR gained <> spent
"""
