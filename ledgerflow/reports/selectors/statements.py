"""Income statement and balance sheet on either basis, and the income statement by tag."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ledgerflow.books.models import Book
from ledgerflow.classification.tag_selectors import tags_of
from ledgerflow.core.money import ZERO
from ledgerflow.core.periods import EARLIEST, Period
from ledgerflow.ledger.selectors import (
    RESULT_TYPES,
    AccountFigures,
    Amounts,
    BalanceSheet,
    IncomeStatement,
    Section,
    add_columns,
    balance_sheet_of,
    closing_entries,
    days_and_year_ends,
    income_statement_of,
    moved_without_closings,
    stood,
)
from ledgerflow.posting.accrual_selectors import (
    Accrued,
    accrual_moves,
    accrual_moves_by_tags,
    dated_count,
)
from ledgerflow.posting.tag_selectors import TagFilter, TagSet, moved_by_tags
from ledgerflow.reports.basis import Basis, Scope, title_of


def income_statement_on(*, book: Book, periods: Sequence[Period], scope: Scope) -> IncomeStatement:
    """Return the income statement on the basis and of the tag of the scope; five queries at most."""
    return income_statement_of(book=book, periods=periods, amounts=_amounts(book, periods, scope))


@dataclass(frozen=True, slots=True)
class ByTag:
    """An income statement with a column for each combination of tags, for what has none, and for the total.

    ``columns`` says by name and tags what each column holds; the total holds everything (None).
    """

    report: IncomeStatement
    columns: tuple[tuple[str, TagFilter | None], ...]


def income_statement_by_tag(*, book: Book, period: Period, scope: Scope) -> ByTag:
    """Return the income statement of the period by tag; eight queries at most.

    A line counts once: what carries several tags stands in a column of their names, so that the columns add up to the
    total.
    """
    parts = _by_tags(book, [period], scope.basis)
    # A tag that is merged at this moment is called by its number.
    names = {tag: f"{tag}" for tags in parts for tag in tags} | {
        tag.pk: tag.name for tag in tags_of(book=book)
    }
    if scope.tags is not None:
        parts = {tags: amounts for tags, amounts in parts.items() if scope.tags.takes(tags)}
    whole = _amounts(book, [period], scope)
    untagged = _less(whole, parts.values(), 1)
    in_order = sorted(parts, key=lambda tags: (len(tags), [names[tag].lower() for tag in tags]))
    columns = [(title_of(tags, names), TagFilter(exactly=tags), parts[tags]) for tags in in_order]
    if scope.tags is None:
        columns.append((title_of((), names), TagFilter(exactly=()), untagged))
    every = [*(amounts for _, _, amounts in columns), whole]
    accounts = {account for amounts in every for account in amounts}
    side_by_side = {
        account: tuple(amounts.get(account, (ZERO,))[0] for amounts in every) for account in accounts
    }
    report = income_statement_of(book=book, periods=[period] * len(every), amounts=side_by_side)
    return ByTag(report, (*((name, tags) for name, tags, _ in columns), ("Total", scope.tags)))


def balance_sheet_on(*, book: Book, days: Sequence[date], basis: Basis) -> BalanceSheet:
    """Return the balance sheet on the basis; three queries.

    On the accrual basis what is owed between the days of documents and the bank's stands in rows of its own.
    """
    every = days_and_year_ends(book=book, days=days)
    standing = stood(book=book, days=every)
    if basis is Basis.CASH:
        return balance_sheet_of(book=book, days=days, standing=standing)
    moves = accrual_moves(book=book, periods=[Period(EARLIEST, day) for day in every])
    report = balance_sheet_of(book=book, days=days, standing=_plus(standing, moves.accounts, len(every)))
    owed = {each: amounts[: len(days)] for each, amounts in moves.owed.items() if any(amounts[: len(days)])}
    return replace(
        report,
        assets=_with_owed(report.assets, owed, 1),
        liabilities=_with_owed(report.liabilities, owed, -1),
    )


#: What is owed has no account; its rows are known by these numbers.
OWED_IDS = {-place: each for place, each in enumerate(Accrued, start=1)}


def _with_owed(section: Section, owed: Mapping[Accrued, tuple[Decimal, ...]], sign: int) -> Section:
    rows = [
        AccountFigures(number, "", each.label, section.type, tuple(sign * amount for amount in owed[each]))
        for number, each in OWED_IDS.items()
        if each in owed and each.type is section.type
    ]
    totals = add_columns((section.totals, *(row.amounts for row in rows)), len(section.totals))
    return Section(section.type, (*section.rows, *rows), totals)


def basis_notes(*, book: Book, period: Period, basis: Basis) -> tuple[str, ...]:
    """Return what a report of the period says about its basis; one query, nothing where no document is dated."""
    dated, moved = dated_count(book=book, period=period)
    if basis is Basis.CASH and not dated:
        return ()
    lines = "1 posted bank line carries" if dated == 1 else f"{dated:,} posted bank lines carry"
    if basis is Basis.CASH:
        return (f"Cash basis: every line counts on the bank's day. {lines} the date of a document.",)
    said = (
        f"Accrual basis: {lines} the date of a document, {moved:,} of them another day than the bank's, on which they "
        "count. All others count on the bank's day."
    )
    return (said,)


def _amounts(book: Book, periods: Sequence[Period], scope: Scope) -> Amounts:
    """Return what moved on income and expense accounts in each period, as the scope counts it."""
    if scope.tags is None:
        whole = moved_without_closings(book=book, periods=periods)
        if scope.basis is Basis.CASH:
            return whole
        return _plus(whole, accrual_moves(book=book, periods=periods).accounts, len(periods))
    parts = _by_tags(book, periods, scope.basis)
    if scope.tags.is_untagged:
        everything = _amounts(book, periods, replace(scope, tags=None))
        return _less(everything, parts.values(), len(periods))
    wanted = [amounts for tags, amounts in parts.items() if scope.tags.takes(tags)]
    total: Amounts = {}
    for amounts in wanted:
        total = _plus(total, amounts, len(periods))
    return total


def _by_tags(book: Book, periods: Sequence[Period], basis: Basis) -> dict[TagSet, Amounts]:
    """Return what the tagged entries moved, by their tags."""
    closings = closing_entries(book=book)
    found: dict[TagSet, Amounts] = dict(
        moved_by_tags(book=book, periods=periods, types=RESULT_TYPES, without=closings)
    )
    if basis is Basis.ACCRUAL:
        for tags, moves in accrual_moves_by_tags(book=book, periods=periods).items():
            if tags:
                found[tags] = _plus(found.get(tags, {}), moves.accounts, len(periods))
    return found


def _plus(amounts: Amounts, others: Amounts, count: int, sign: int = 1) -> Amounts:
    added = dict(amounts)
    for account, more in others.items():
        before = added.get(account, (ZERO,) * count)
        added[account] = tuple(one + sign * other for one, other in zip(before, more, strict=True))
    return added


def _less(amounts: Amounts, parts: Iterable[Amounts], count: int) -> Amounts:
    for part in parts:
        amounts = _plus(amounts, part, count, -1)
    return amounts
