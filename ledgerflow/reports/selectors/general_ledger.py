"""The general ledger: every account with its lines and the balance after each, in pages and as a stream."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from itertools import chain, groupby, islice

from ledgerflow.books.models import Book
from ledgerflow.core.money import ZERO
from ledgerflow.core.periods import Period
from ledgerflow.ledger.models import Account
from ledgerflow.ledger.selectors import (
    Place,
    SelectedLine,
    Selection,
    ledger_lines,
    register,
    selected_lines,
    stood,
)
from ledgerflow.posting.selectors import texts_for_entries
from ledgerflow.reports.selectors.provenance import (
    ReportLine,
    accounts_by_id,
    other_sides,
    with_provenance,
)

#: Lines on one page, and lines read at once for a file.
PAGE, _BLOCK = 100, 2_000


@dataclass(frozen=True, slots=True)
class LedgerPlace:
    """Where a page of the general ledger ends: after a line of an account."""

    account: int
    place: Place


@dataclass(frozen=True, slots=True)
class AccountPart:
    """An account's lines on a page, the oldest first; debit positive, in the base currency.

    ``opening`` stands before the first of them, ``closing`` after the last, or None where the next page goes on.
    """

    account: Account
    opening: Decimal
    is_continued: bool
    lines: Sequence[ReportLine]
    closing: Decimal | None


@dataclass(frozen=True, slots=True)
class GeneralLedgerPage:
    """Accounts by code; ``following`` is the place to ask for next, None on the last page."""

    parts: Sequence[AccountPart]
    following: LedgerPlace | None


def general_ledger_page(
    *, book: Book, period: Period, after: LedgerPlace | None = None, limit: int = PAGE
) -> GeneralLedgerPage:
    """Return the next lines by account and day, with the accounts that have a balance; a constant number of queries."""
    every = accounts_by_id(book=book)
    accounts = _from(sorted(every.values(), key=lambda each: each.code), after)
    carried: list[ReportLine] = []
    goes_on = False
    if after and accounts:
        accounts[0].book = book
        begun = register(
            account=accounts[0],
            after=after.place,
            newest_first=False,
            first=period.first,
            last=period.last,
            limit=limit,
        )
        carried = with_provenance(book=book, lines=begun.lines, account=accounts[0], accounts=every)
        goes_on = begun.following is not None
    found: tuple[SelectedLine, ...] = ()
    room = limit - len(carried)
    if not goes_on:
        rest = [each.pk for each in (accounts[1:] if after else accounts)]
        found = ledger_lines(book=book, accounts=rest, period=period, limit=room + 1)
    shown = [*carried, *with_provenance(book=book, lines=found[:room], accounts=every)]
    last = shown[-1] if shown and (goes_on or len(found) > room) else None
    cut = goes_on or (last is not None and found[room].account_id == last.account.pk)
    if last is not None:
        accounts = accounts[: accounts.index(last.account) + 1]
    before = [period.first - timedelta(days=1)]
    openings = stood(book=book, days=before, accounts=[account.pk for account in accounts])
    parts = []
    for account in accounts:
        is_last = last is not None and account.pk == last.account.pk
        parts += _part(
            account,
            openings.get(account.pk, (ZERO,))[0],
            [line for line in shown if line.account.pk == account.pk],
            is_continued=after is not None and account.pk == after.account,
            goes_on=is_last and cut,
        )
    return GeneralLedgerPage(parts, LedgerPlace(last.account.pk, last.place) if last else None)


def _from(accounts: list[Account], after: LedgerPlace | None) -> list[Account]:
    if after is None:
        return accounts
    return accounts[
        next((at for at, each in enumerate(accounts) if each.pk == after.account), len(accounts)) :
    ]


def _part(
    account: Account, opening: Decimal, lines: Sequence[ReportLine], *, is_continued: bool, goes_on: bool
) -> list[AccountPart]:
    if not lines and (is_continued or not opening):
        return []
    if is_continued and lines[0].balance is not None:
        opening = lines[0].balance - lines[0].amount
    balance, shown = opening, []
    for line in lines:
        balance += line.amount
        shown.append(replace(line, balance=balance))
    return [AccountPart(account, opening, is_continued, shown, None if goes_on else balance)]


@dataclass(frozen=True, slots=True)
class StreamedLine:
    """A line of the general ledger for a file; debit positive, in the base currency, with the balance after it."""

    line: SelectedLine
    text: str
    other_side: Account | None
    balance: Decimal


def general_ledger_parts(
    *, book: Book, period: Period
) -> Iterator[tuple[Account, Decimal, Iterator[StreamedLine]]]:
    """Yield every account that has a balance or lines, by code, with its opening balance and its lines.

    Take each account's lines before the next account. Lines are read a few thousand at a time.
    """
    accounts = accounts_by_id(book=book)
    in_order = sorted(accounts.values(), key=lambda each: each.code)
    openings = stood(book=book, days=[period.first - timedelta(days=1)])
    lines = chain.from_iterable(_account_lines(book, account, period) for account in in_order)
    groups = groupby(_told(book, accounts, lines), key=lambda told: told[0].account_id)
    own, group = next(groups, _NO_GROUP)
    for account in in_order:
        (opening,) = openings.get(account.pk, (ZERO,))
        if account.pk == own:
            yield account, opening, _with_balances(opening, group)
            own, group = next(groups, _NO_GROUP)
        elif opening:
            yield account, opening, iter(())


_Told = tuple[SelectedLine, str, Account | None]
_NO_GROUP: tuple[int, Iterator[_Told]] = (0, iter(()))


def _account_lines(book: Book, account: Account, period: Period) -> Iterator[SelectedLine]:
    after: Place | None = None
    selection = Selection(accounts=(account.pk,), period=period)
    while True:
        page = selected_lines(book=book, selection=selection, after=after, newest_first=False, limit=_BLOCK)
        yield from page.lines
        after = page.following
        if after is None:
            return


def _told(book: Book, accounts: dict[int, Account], lines: Iterator[SelectedLine]) -> Iterator[_Told]:
    """Yield each line with its text and the other side of its entry, asked for in blocks of lines of any accounts."""
    while block := list(islice(lines, _BLOCK)):
        numbers = {line.entry_number for line in block}
        texts, sides = texts_for_entries(book=book, numbers=numbers), other_sides(book=book, numbers=numbers)
        for line in block:
            text = line.text or texts.get(line.entry_number, "")
            yield line, text, sides.account(line.entry_number, line.account_id, accounts)


def _with_balances(balance: Decimal, lines: Iterator[_Told]) -> Iterator[StreamedLine]:
    for line, text, other_side in lines:
        balance += line.base_amount
        yield StreamedLine(line, text, other_side, balance)
