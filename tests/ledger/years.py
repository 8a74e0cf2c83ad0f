"""A committed book with a chart, what happens in its years, and the closing of them."""

from datetime import UTC, date, datetime
from decimal import Decimal

from ledgerflow.ledger.fiscal import fiscal_year
from ledgerflow.ledger.models import Account, AccountRole, BatchSource
from ledgerflow.ledger.selectors import balances
from ledgerflow.ledger.services.closing import close_year
from ledgerflow.ledger.services.journal import EntryDraft, LineDraft, post_entries
from ledgerflow.ledger.services.opening import open_book
from ledgerflow.ledger.services.periods import close_period, reopen_period
from tests.factories import UserFactory

NOW = datetime(2027, 2, 10, 9, 0, tzinfo=UTC)


class Years:
    """A book that sells, spends and is drawn from; its owner closes its years."""

    def __init__(self, chart="generic", **book):
        self.owner = UserFactory()
        self.book = open_book(
            name="Studio", base_currency="USD", chart=chart, owner=self.owner, now=NOW, **book
        )
        self.bank, self.sales, self.rent = map(self.account, ("1000", "4000", "6100"))
        self.retained = self.role(AccountRole.RETAINED)
        self.drawings = self.role(AccountRole.DRAWINGS)

    def account(self, code):
        return Account.objects.get(book=self.book, code=code)

    def role(self, role):
        return Account.objects.get(book=self.book, role=role)

    def post(self, day, debit, credit, amount, *, currency="USD", foreign=None):
        """Post an amount of US dollars; with ``foreign`` the debited account takes that much in the currency."""
        amount = Decimal(amount)
        lines = [
            LineDraft(debit.pk, currency, Decimal(foreign) if foreign else amount, amount),
            LineDraft(credit.pk, "USD", -amount, -amount),
        ]
        return self.draft(EntryDraft(date=day, lines=lines))

    def draft(self, entry, source=BatchSource.MANUAL):
        return post_entries(
            book=self.book, source=source, entries=[entry], posted_by=self.owner, posted_at=NOW
        ).first_number

    def a_year(self, year=2026, sales="900", rent="300", drawn="50"):
        """Sell, pay rent and draw; everything on one day of the calendar year."""
        day = date(year, 5, 20)
        self.post(day, self.bank, self.sales, sales)
        self.post(day, self.rent, self.bank, rent)
        self.post(day, self.drawings, self.bank, drawn)

    def close(self, year=2026, reason="Filed"):
        return close_year(
            book=self.book,
            year=fiscal_year(book=self.book, ending_in=year),
            reason=reason,
            user=self.owner,
            now=NOW,
        )

    def close_through(self, day):
        return close_period(book=self.book, through=day, reason="Month", user=self.owner, now=NOW)

    def reopen(self, through=None, reason="Late bill"):
        return reopen_period(book=self.book, through=through, reason=reason, user=self.owner, now=NOW)

    def stands(self, account, day=date(2026, 12, 31)):
        """The base balance of the account at the end of the day."""
        rows = balances(book=self.book, as_of=day)
        return next(row.base_amount for row in rows if row.account_id == account.pk)
