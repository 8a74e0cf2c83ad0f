"""Closing a fiscal year to equity, and taking that back.

The books are perpetual: what stands on assets, liabilities and equity at the end of a year opens the next one by
itself. Only income and expenses begin anew, which is what the closing entry is for.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.core.money import ZERO
from ledgerflow.core.periods import Period
from ledgerflow.ledger.charts import chart_named
from ledgerflow.ledger.errors import PeriodActionError, refusals_explained
from ledgerflow.ledger.models import Account, AccountRole, AccountType, BatchSource, YearClosing
from ledgerflow.ledger.selectors.balances import Balance, balances
from ledgerflow.ledger.selectors.closings import live_closings
from ledgerflow.ledger.services._period_log import act, hold
from ledgerflow.ledger.services.journal import EntryDraft, LineDraft, mirror, post_entries
from ledgerflow.users.models import User

_ONE_DAY = timedelta(days=1)
_OF_A_YEAR = (AccountType.INCOME, AccountType.EXPENSE)
_NAMES = {AccountRole.RETAINED: "3000 Retained earnings", AccountRole.DRAWINGS: "3200 Owner's drawings"}


@transaction.atomic
def close_year(*, book: Book, year: Period, reason: str, user: User, now: datetime) -> YearClosing:
    """Close a fiscal year to equity and close the books through its last day.

    One entry of that day brings every income and expense account to zero against retained earnings; where the chart
    is a sole proprietor's, drawings too. Where the books are closed through that day already, they are reopened for
    this one entry and closed through the same day again, each with its row in the log.

    Raises:
        PeriodActionError: no reason is given; the year has not ended, is closed to equity already, or the one before
            it is not; the book lacks an account for it; or nothing happened in the year.
        PeriodLockedError: the year is locked and the user's role does not post there.
    """
    was = hold(book)
    if not reason.strip():
        raise PeriodActionError("Say why the books are closed or reopened.")
    if timezone.localdate(now) <= year.last:
        raise PeriodActionError(f"The year through {year.last} has not ended yet.")
    _refuse_out_of_order(book, year)
    draft = _closing_entry(book, year)
    if was.closed_through is not None and was.closed_through >= year.last:
        why = f"For the entry that closes the year through {year.last}"
        _move(book, year.last - _ONE_DAY, why, user, now)
    number = _post(book, draft, user, now)
    with refusals_explained():
        closing = YearClosing.objects.create(book=book, last_day=year.last, entry_number=number)
    _move(book, max(was.closed_through or year.last, year.last), reason, user, now)
    return closing


def take_back_closings(*, book: Book, after: date | None, reason: str, user: User, now: datetime) -> None:
    """Reverse the closing entry of every year that ends after the day, the latest first; the books are reopened."""
    for closing in live_closings(book=book):
        if after is None or closing.last_day > after:
            draft = mirror(book=book, number=closing.entry_number, date=closing.last_day, text=reason.strip())
            closing.reversed_by_number = _post(book, draft, user, now)
            with refusals_explained():
                closing.save(update_fields=["reversed_by_number"])


def _refuse_out_of_order(book: Book, year: Period) -> None:
    """The year before comes first, so that each closing entry holds the result of one year."""
    closings = live_closings(book=book)
    if closings and closings[0].last_day >= year.last:
        latest = closings[0]
        raise PeriodActionError(
            f"The year through {latest.last_day} is closed to equity already, by entry {latest.entry_number}."
        )
    day_before = year.first - _ONE_DAY
    if not (closings and closings[0].last_day >= day_before) and _results(book, day_before):
        raise PeriodActionError(f"The year through {day_before} is not closed to equity; close it first.")


def _results(book: Book, as_of: date, *, also: Collection[int] = ()) -> list[Balance]:
    """Return the income and expense accounts, and those of ``also``, that do not stand at zero."""
    return [
        row
        for row in balances(book=book, as_of=as_of)
        if (row.type in _OF_A_YEAR or row.account_id in also) and (row.base_amount or row.amount)
    ]


def _closing_entry(book: Book, year: Period) -> EntryDraft:
    equity = _account(book, AccountRole.RETAINED)
    also = [_account(book, AccountRole.DRAWINGS).pk] if chart_named(book.chart).closes_drawings else []
    closed = _results(book, year.last, also=also)
    if not closed:
        raise PeriodActionError(
            f"No income or expenses stand in the books at the end of {year.last}, so nothing is closed to equity; "
            "close the period through that day instead."
        )
    lines = [LineDraft(row.account_id, row.currency, -row.amount, -row.base_amount) for row in closed]
    if result := sum((row.base_amount for row in closed), ZERO):
        lines.append(LineDraft(equity.pk, book.base_currency, result, result))
    return EntryDraft(date=year.last, lines=lines, text=f"Closing of the {year.words}")


def _account(book: Book, role: AccountRole) -> Account:
    account = Account.objects.filter(book=book, role=role).first()
    if account is None:
        raise PeriodActionError(
            f"The book has no account with the role {role.label}. Add one under Accounts, such as "
            f"{_NAMES[role]}: type {AccountType.EQUITY.label}, role {role.label}."
        )
    return account


def _post(book: Book, draft: EntryDraft, user: User, now: datetime) -> int:
    with _in_use(book, [line.account_id for line in draft.lines]):
        batch = post_entries(
            book=book, source=BatchSource.CLOSING, entries=[draft], posted_by=user, posted_at=now
        )
    return batch.first_number


@contextmanager
def _in_use(book: Book, account_ids: list[int]) -> Iterator[None]:
    """Take archived accounts into use for one entry: what was archived in the course of a year is closed with it."""
    archived = Account.objects.filter(book=book, pk__in=account_ids, is_archived=True)
    numbers = list(archived.values_list("pk", flat=True))
    archived.update(is_archived=False)
    yield
    Account.objects.filter(pk__in=numbers).update(is_archived=True)


def _move(book: Book, through: date, reason: str, user: User, now: datetime) -> None:
    locked = hold(book).locked_through
    act(book=book, closed=through, locked=locked, reason=reason, user=user, now=now)
