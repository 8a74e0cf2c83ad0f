"""A small book whose figures are worked out by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal

from ledgerflow.ledger.models import AccountType, BatchSource
from ledgerflow.ledger.services.journal import EntryDraft, LineDraft, mirror, post_entries
from tests.factories import AccountFactory, BookFactory

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


class SmallBook:
    """A year of a small business: a contribution, a loan, sales and rent in 2024 and 2025."""

    def __init__(self, start_month: int = 1) -> None:
        self.book = BookFactory(fiscal_year_start_month=start_month)
        kinds = AccountType
        self.bank = self.account("1000", "Bank", kinds.ASSET)
        self.loan = self.account("2500", "Loan", kinds.LIABILITY)
        self.capital = self.account("3100", "Contributions", kinds.EQUITY)
        self.retained = self.account("3000", "Retained earnings", kinds.EQUITY)
        self.sales = self.account("4000", "Sales", kinds.INCOME)
        self.rent = self.account("6100", "Rent", kinds.EXPENSE)
        self.meals = self.account("6070", "Meals", kinds.EXPENSE)
        self.post(date(2024, 1, 2), (self.bank, 5000), (self.capital, -5000))
        self.post(date(2024, 3, 31), (self.bank, 900), (self.sales, -900))
        self.post(date(2024, 12, 31), (self.rent, 400), (self.bank, -400))
        self.post(date(2025, 1, 1), (self.bank, 2000), (self.loan, -2000))
        self.post(date(2025, 2, 15), (self.bank, 700), (self.sales, -700))
        self.post(date(2025, 2, 16), (self.rent, 150), (self.meals, 50), (self.bank, -200))
        self.post(date(2025, 3, 10), (self.sales, 100), (self.bank, -100))

    def account(self, code, name, kind):
        return AccountFactory(book=self.book, code=code, name=name, type=kind)

    def post(self, day, *lines, source=BatchSource.MANUAL):
        drafts = [LineDraft(account.pk, "USD", Decimal(amount), Decimal(amount)) for account, amount in lines]
        return self._post(EntryDraft(date=day, lines=drafts), source)

    def reverse(self, number, day):
        return self._post(mirror(book=self.book, number=number, date=day), BatchSource.REVERSAL)

    def _post(self, entry, source):
        return post_entries(
            book=self.book, source=source, entries=[entry], posted_by=None, posted_at=NOW
        ).first_number
