"""A book with one bank account whose statements come in any order, for tests of what it began with."""

from decimal import Decimal

from ledgerflow.books.models import Book
from ledgerflow.classification.services import accept_all, classify_lines
from ledgerflow.ledger.models import Account
from ledgerflow.ledger.selectors import balances
from ledgerflow.ledger.services.opening import open_book
from ledgerflow.posting.opening_selectors import AccountOpening, opening_of
from ledgerflow.posting.services import post_lines, post_opening
from ledgerflow.statements.models import BankAccount
from ledgerflow.statements.services import create_bank_account
from tests.factories import UserFactory
from tests.statements.shapes import NOW, line, take_in


class Opened:
    """A book in dollars with the bank account Checking."""

    def __init__(self) -> None:
        self.user = UserFactory()
        self.book: Book = open_book(
            name="Shop", base_currency="USD", chart="generic", owner=self.user, now=NOW
        )
        self.bank = self.account("Checking")
        self.expense = Account.objects.filter(book=self.book, type="expense").order_by("code").first()

    def account(self, name: str, currency: str = "USD", kind: str = "bank") -> BankAccount:
        return create_bank_account(book=self.book, name=name, kind=kind, currency=currency)

    def take_in(self, *lines, bank: BankAccount | None = None, **more):
        """Import a statement of the lines and let them be suggested."""
        outcome = take_in(bank or self.bank, *lines, **more)
        classify_lines(book=self.book, line_ids=outcome.new_line_ids)
        return outcome.statement

    def proven(self, first: int, opening: str, *amounts: str, bank: BankAccount | None = None):
        """Import a statement that proves, its lines a day apart from the day of January on."""
        total = sum(map(Decimal, amounts))
        return self.take_in(
            *(line(first + at, amount, f"Line {first + at}") for at, amount in enumerate(amounts)),
            bank=bank,
            opening_balance=Decimal(opening),
            closing_balance=Decimal(opening) + total,
        )

    def opening(self, bank: BankAccount | None = None) -> AccountOpening:
        return opening_of(book=self.book, bank_account=bank or self.bank)

    def confirm(self, bank: BankAccount | None = None, **more):
        """Post what is proposed, as a person does who sees it."""
        bank = bank or self.bank
        proposal = self.opening(bank).proposal
        seen = {"amount": proposal.amount, "date": proposal.date, **more}
        return post_opening(book=self.book, bank_account=bank, user=self.user, now=NOW, **seen)

    def post_everything(self) -> None:
        accept_all(book=self.book, user=self.user, now=NOW, account=self.expense)
        post_lines(book=self.book, line_ids=None, posted_by=self.user, posted_at=NOW)

    def balance(self, as_of, bank: BankAccount | None = None) -> Decimal:
        """Return what the books show on the bank account at the end of a day."""
        account = (bank or self.bank).ledger_account_id
        found = {balance.account_id: balance.amount for balance in balances(book=self.book, as_of=as_of)}
        return found.get(account, Decimal(0))
