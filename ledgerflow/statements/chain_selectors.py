"""The chain of a bank account's statements, read from the rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Sum

from ledgerflow.books.models import Book
from ledgerflow.core.money import ZERO
from ledgerflow.statements.chain import Chain, Coverage, Joint, Link, Month, Repeat, chain, overlapping
from ledgerflow.statements.models import BankAccount, Sighting, Statement
from ledgerflow.statements.selectors import statements
from ledgerflow.statements.standing import Standing

# What both statements of each pair show: from the sightings of the one, by key, to those of the other, by line.
_SHARED = """
    SELECT pair.before, pair.after, sum(line.amount)
    FROM unnest(%(before)s::bigint[], %(after)s::bigint[]) AS pair (before, after)
    JOIN statements_sighting seen ON seen.book_id = %(book)s AND seen.statement_id = pair.after AND NOT seen.is_pending
    JOIN statements_sighting other ON other.book_id = seen.book_id AND other.line_id = seen.line_id
        AND other.statement_id = pair.before AND NOT other.is_pending
    JOIN statements_statementline line ON line.id = seen.line_id
    GROUP BY pair.before, pair.after
"""
#: The color and the shape of a month's dot.
_DOTS = {
    Coverage.MISMATCH: (Standing.BROKEN.style, Standing.BROKEN.icon),
    Coverage.MISSING: (Standing.GAPS.style, Standing.GAPS.icon),
    Coverage.DUPLICATE: (Standing.OLD.style, "files"),
    Coverage.COVERED: (Standing.PROVEN.style, Standing.PROVEN.icon),
}


@dataclass(frozen=True, slots=True)
class ListedMonth:
    """A month of the chain with its statements, for a page; ``style`` and ``icon`` are those of a dot."""

    month: Month
    statements: Sequence[Statement]
    mismatches: Sequence[tuple[Joint, Statement, Statement]]
    repeats: Sequence[tuple[Repeat, Statement, Statement]]

    @property
    def style(self) -> str:
        """The class that colors the month's dot."""
        return _DOTS[self.month.coverage][0]

    @property
    def icon(self) -> str:
        """The shape of the month's dot."""
        return _DOTS[self.month.coverage][1]


@dataclass(frozen=True, slots=True)
class ListedChain:
    """The chain of a bank account, its months newest first."""

    chain: Chain
    months: Sequence[ListedMonth]


def chain_of(*, bank_account: BankAccount) -> ListedChain:
    """Return the chain of the bank account's statements. Three queries at most, however many statements."""
    known = {one.pk: one for one in statements(book=bank_account.book, bank_account=bank_account)}
    links = _links(bank_account.book, list(known.values()))
    found = chain(links, _shared(bank_account.book, links))
    return ListedChain(
        found,
        [
            ListedMonth(
                month=month,
                statements=[known[number] for number in month.statements],
                mismatches=[(joint, known[joint.before], known[joint.after]) for joint in month.mismatches],
                repeats=[(each, known[each.statement], known[each.of]) for each in month.repeats],
            )
            for month in reversed(found.months)
        ],
    )


def chains(*, book: Book) -> dict[int, Chain]:
    """Return the chain of each bank account that has statements, by its id. Three queries at most."""
    found = list(Statement.objects.filter(book=book))
    links = {link.statement: link for link in _links(book, found)}
    by_account: dict[int, list[Link]] = {}
    for one in found:
        by_account.setdefault(one.bank_account_id, [])
        if one.pk in links:
            by_account[one.bank_account_id].append(links[one.pk])
    shared = _shared(book, *by_account.values())
    return {account: chain(of_account, shared) for account, of_account in by_account.items()}


def closing_day(statement: Statement) -> date | None:
    """Return the day whose end the closing balance speaks for; None for a statement without days."""
    days = [day for day in (statement.complete_to, statement.last_date) if day is not None]
    return max(days, default=None)


def _links(book: Book, found: Sequence[Statement]) -> list[Link]:
    pending = dict(
        Sighting.objects.filter(book=book, statement__in=found, is_pending=True)
        .values_list("statement")
        .annotate(Sum("line__amount"))
        .order_by()
    )
    links = []
    for one in found:
        starts = [day for day in (one.complete_from, one.first_date) if day is not None]
        last = closing_day(one)
        if not starts or last is None:
            continue  # a file without lines that names no days says nothing about any
        links.append(
            Link(
                statement=one.pk,
                first=min(starts),
                last=last,
                opening=one.opening_balance,
                closing=one.closing_balance,
                total=one.total - pending.get(one.pk, ZERO),
            )
        )
    return links


def _shared(book: Book, *accounts: Sequence[Link]) -> dict[tuple[int, int], Decimal]:
    pairs = [pair for links in accounts for pair in overlapping(links)]
    if not pairs:
        return {}
    before, after = zip(*pairs, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_SHARED, {"book": book.pk, "before": list(before), "after": list(after)})
        return {(one, other): amount for one, other, amount in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class Opening:
    """What a bank account held at the end of the day before its first statement; ``is_stated`` by the file itself."""

    day: date
    amount: Decimal
    is_stated: bool


def opening_of(*, bank_account: BankAccount) -> Opening | None:
    """Return what the bank account held before its first statement, where that says so. Two queries."""
    found = statements(book=bank_account.book, bank_account=bank_account)
    first = min(
        _links(bank_account.book, list(found)), key=lambda link: (link.first, link.statement), default=None
    )
    if first is None or first.opens_with is None:
        return None
    return Opening(first.first - timedelta(days=1), first.opens_with, first.opening is not None)
