"""The books of a US sole proprietor, with lines from statements and by hand, for tests of tax worksheets."""

from datetime import date
from decimal import Decimal

from ledgerflow.classification.services import decide
from ledgerflow.documents.models import Document
from ledgerflow.ledger.fiscal import fiscal_year
from ledgerflow.ledger.models import Account
from ledgerflow.ledger.services.closing import close_year
from ledgerflow.ledger.services.opening import open_book
from ledgerflow.ledger.services.periods import close_period, reopen_period
from ledgerflow.posting.services import EntryLine, post_lines, post_manual_entry
from ledgerflow.statements.services import create_bank_account
from ledgerflow.taxes.models import YearFacts
from ledgerflow.taxes.services import enter_facts
from ledgerflow.taxforms.facts import Facts
from tests.booked import NOW, BookedFile
from tests.factories import UserFactory


class Proprietor(BookedFile):
    """A book in dollars whose accounts carry the lines of Schedule C; nothing is booked yet."""

    def __init__(self, *, currency: str = "USD", fiscal_year_start_month: int = 1) -> None:
        self.owner = UserFactory()
        self.book = open_book(
            name="Studio",
            base_currency=currency,
            chart="sole_proprietor_us",
            owner=self.owner,
            now=NOW,
            fiscal_year_start_month=fiscal_year_start_month,
        )
        self.bank = create_bank_account(
            book=self.book, name="Checking", kind="bank", currency=currency, number="123456789"
        )

    def account(self, code: str) -> Account:
        """Return the account of the code."""
        return Account.objects.get(book=self.book, code=code)

    def from_statement(
        self, code: str, *amounts: str, first: date = date(2025, 3, 3), name: str = "march.csv"
    ) -> Document:
        """Take in a statement of these movements, a day apart, money out negative, and book all to the account."""
        document, _, line_ids = self.take_in([Decimal(amount) for amount in amounts], name=name, first=first)
        account = self.account(code)
        for line_id in line_ids:
            decide(book=self.book, line_id=line_id, user=self.owner, now=NOW, account=account)
        post_lines(book=self.book, line_ids=line_ids, posted_by=self.owner, posted_at=NOW)
        return document

    def by_hand(self, code: str, amount: str, *, day: date = date(2025, 6, 1)) -> int:
        """Book an entry without a bank line; the amount is the account's, debit positive."""
        lines = [
            EntryLine(self.account(code), Decimal(amount)),
            EntryLine(self.bank.ledger_account, -Decimal(amount)),
        ]
        return post_manual_entry(
            book=self.book, date=day, lines=lines, text="By hand", user=self.owner, now=NOW
        )

    def enter(self, facts: Facts, *, year: int = 2025, shares: dict[str, str] | None = None) -> YearFacts:
        """Enter the facts of the year, with business shares by account code."""
        by_account = {self.account(code).pk: Decimal(share) for code, share in (shares or {}).items()}
        return enter_facts(
            book=self.book, year=year, facts=facts, shares=by_account, user=self.owner, now=NOW
        )

    def close(self, through: date) -> None:
        """Close the books through the day."""
        close_period(book=self.book, through=through, reason="Filed", user=self.owner, now=NOW)

    def close_year(self, year: int) -> None:
        """Close the fiscal year that ends in the calendar year to equity."""
        days = fiscal_year(book=self.book, ending_in=year)
        close_year(book=self.book, year=days, reason="Filed", user=self.owner, now=NOW)

    def reopen(self) -> None:
        """Reopen every period."""
        reopen_period(book=self.book, through=None, reason="Amended", user=self.owner, now=NOW)
