"""Generated ledgers in PostgreSQL, through the real services, and what our own reports say of them."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from ledgerflow.books.models import Book
from ledgerflow.ledger.models import Account, AccountType, BatchSource
from ledgerflow.ledger.selectors import trial_balance
from ledgerflow.ledger.services.journal import EntryDraft, LineDraft, post_entries
from ledgerflow.ledger.services.periods import close_period
from ledgerflow.users.models import User
from tests.exchange.generated_ledgers import DIGITS, YEAR_END, Ledger
from tests.factories import BookFactory

NOW = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
Totals = dict[str, Decimal]


def booked(ledger: Ledger, *, user: User) -> Book:
    """Open a book with the ledger's accounts, post its entries batch by batch, and close the year."""
    book = BookFactory(name=f'Ledger {ledger.seed} "quoted"', base_currency=ledger.base)
    Account.objects.bulk_create(
        Account(book=book, code=each.code, name=each.name, type=each.type, currency=each.currency)
        for each in ledger.accounts.values()
    )
    ids = dict(Account.objects.filter(book=book).values_list("code", "pk"))
    drafts = [
        EntryDraft(
            date=entry.date,
            lines=[
                LineDraft(
                    ids[line.account],
                    line.currency,
                    _money(line.amount, line.currency),
                    _money(line.base, ledger.base),
                )
                for line in entry.lines
            ],
            reverses_number=entry.reverses,
            text=entry.text,
        )
        for entry in ledger.entries
    ]
    starts = [0, *ledger.batches, len(drafts)]
    for at, end in pairwise(starts):
        if drafts[at:end]:
            post_entries(
                book=book, source=BatchSource.MANUAL, entries=drafts[at:end], posted_by=user, posted_at=NOW
            )
    close_period(book=book, through=YEAR_END, reason="Filed", user=user, now=NOW)
    return book


def _money(amount: int, currency: str) -> Decimal:
    return Decimal(amount).scaleb(-DIGITS[currency])


def our_balances(book: Book, last: date) -> Totals:
    """Our trial balance at the end of the day by code, accounts at zero left out."""
    return {row.code: row.base_amount for row in trial_balance(book=book, as_of=last).rows if row.base_amount}


def our_income_statement(book: Book, first: date, last: date) -> Totals:
    """What was earned (negative) and spent from the first day through the last, by code."""
    types = {AccountType.INCOME, AccountType.EXPENSE}
    totals: Totals = defaultdict(Decimal)
    for sign, day in ((1, last), (-1, first - timedelta(days=1))):
        for row in trial_balance(book=book, as_of=day).rows:
            if row.type in types:
                totals[row.code] += sign * row.base_amount
    return {code: total for code, total in totals.items() if total}


def our_balance_sheet(book: Book, last: date) -> Totals:
    """What stands on assets, liabilities and equity at the end of the day, by code."""
    types = {AccountType.ASSET, AccountType.LIABILITY, AccountType.EQUITY}
    rows = trial_balance(book=book, as_of=last).rows
    return {row.code: row.base_amount for row in rows if row.type in types and row.base_amount}
