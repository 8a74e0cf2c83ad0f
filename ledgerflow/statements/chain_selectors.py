"""The chain of a bank account's statements, read from the rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection

from ledgerflow.books.models import Book
from ledgerflow.core.money import ZERO
from ledgerflow.statements.chain import Chain, Coverage, Joint, Link, Month, Repeat, chain, overlapping
from ledgerflow.statements.models import BankAccount, Statement
from ledgerflow.statements.selectors import statements
from ledgerflow.statements.standing import Standing
from ledgerflow.statements.sums import pending_in

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
    skips: Sequence[tuple[Joint, Statement, Statement]]
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


@dataclass(frozen=True, slots=True)
class Place:
    """Where a statement stands in the chain of its bank account.

    ``follows`` says that its balances follow from those of the one before; ``skips`` are where statements of the bank
    are missing right before or after it.
    """

    follows: bool = False
    skips: Sequence[tuple[Joint, Statement, Statement]] = ()


def place_of(*, statement: Statement) -> Place:
    """Return where the statement stands. Three queries at most."""
    known = {one.pk: one for one in statements(book=statement.book, bank_account=statement.bank_account)}
    found = _chain(statement.book, list(known.values()))
    return Place(
        follows=statement.pk in found.proven,
        skips=[
            (joint, known[joint.before], known[joint.after])
            for joint in found.joints
            if joint.skipped and statement.pk in (joint.before, joint.after)
        ],
    )


def missing_statements() -> list[tuple[BankAccount, int]]:
    """Return each bank account whose bank has issued statements that nobody has brought, and how many.

    Four queries for each book that holds numbered statements.
    """
    books = Book.objects.filter(pk__in=Statement.objects.filter(number__isnull=False).values("book"))
    counts = {
        account: sum(len(joint.skipped) for joint in found.joints)
        for book in books
        for account, found in chains(book=book).items()
    }
    accounts = BankAccount.objects.filter(pk__in=[account for account, count in counts.items() if count])
    return [
        (account, counts[account.pk]) for account in accounts.select_related("book").order_by("book", "name")
    ]


def chain_of(*, bank_account: BankAccount) -> ListedChain:
    """Return the chain of the bank account's statements. Three queries at most, however many statements."""
    known = {one.pk: one for one in statements(book=bank_account.book, bank_account=bank_account)}
    found = _chain(bank_account.book, list(known.values()))
    return ListedChain(
        found,
        [
            ListedMonth(
                month=month,
                statements=[known[number] for number in month.statements],
                mismatches=[(joint, known[joint.before], known[joint.after]) for joint in month.mismatches],
                skips=[(joint, known[joint.before], known[joint.after]) for joint in month.skips],
                repeats=[(each, known[each.statement], known[each.of]) for each in month.repeats],
            )
            for month in reversed(found.months)
        ],
    )


def _chain(book: Book, found: Sequence[Statement]) -> Chain:
    links = _links(found)
    return chain(links, _shared(book, links), _numbered_without_days(found, links))


def chains(*, book: Book) -> dict[int, Chain]:
    """Return the chain of each bank account that has statements, by its id. Three queries at most."""
    found = list(Statement.objects.filter(book=book))
    links = {link.statement: link for link in _links(found)}
    by_account: dict[int, list[Statement]] = {}
    for one in found:
        by_account.setdefault(one.bank_account_id, []).append(one)
    of_account = {
        account: [links[one.pk] for one in those if one.pk in links] for account, those in by_account.items()
    }
    shared = _shared(book, *of_account.values())
    return {
        account: chain(of_account[account], shared, _numbered_without_days(those, of_account[account]))
        for account, those in by_account.items()
    }


def _numbered_without_days(found: Iterable[Statement], links: Iterable[Link]) -> set[tuple[str, int]]:
    with_days = {link.statement for link in links}
    return {(one.format, one.number) for one in found if one.number is not None and one.pk not in with_days}


def closing_day(statement: Statement) -> date | None:
    """Return the day whose end the closing balance speaks for; None for a statement without days."""
    days = [day for day in (statement.complete_to, statement.last_date) if day is not None]
    return max(days, default=None)


def _links(found: Sequence[Statement]) -> list[Link]:
    pending = pending_in(found)
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
                total=one.total - pending.get(one.pk, (0, ZERO))[1],
                number=one.number,
                series=one.format,
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
    first = min(_links(list(found)), key=lambda link: (link.first, link.statement), default=None)
    if first is None or first.opens_with is None:
        return None
    return Opening(first.first - timedelta(days=1), first.opens_with, first.opening is not None)
