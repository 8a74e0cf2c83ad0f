"""Bank lines and what belongs to them, as plain rows."""

from datetime import UTC, date, datetime
from decimal import Decimal

from ledgerflow.books.models import Book
from ledgerflow.ledger.models import Account
from ledgerflow.statements.models import BankAccount, StatementLine
from ledgerflow.users.models import User
from tests.factories import AccountFactory, BankAccountFactory, BookFactory, SuspenseFactory, UserFactory

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)


class Shop:
    """A book with a bank account, a few ledger accounts and a bookkeeper."""

    def __init__(self) -> None:
        self.book: Book = BookFactory()
        self.user: User = UserFactory()
        self.bank: BankAccount = BankAccountFactory(book=self.book)
        self.fuel: Account = AccountFactory(book=self.book, code="6530", name="Fuel")
        self.food: Account = AccountFactory(book=self.book, code="6640", name="Meals")
        self.sales: Account = AccountFactory(book=self.book, code="4000", name="Sales", type="income")
        self.suspense: Account = SuspenseFactory(book=self.book)

    def line(
        self, description: str = "SHELL 5742", amount: str = "-40.00", **fields: object
    ) -> StatementLine:
        """Store one bank line."""
        row = {
            "book": self.book,
            "bank_account": self.bank,
            "date": date(2026, 3, 2),
            "currency": "USD",
            "description": description,
            "amount": Decimal(amount),
            **fields,
        }
        return StatementLine.objects.create(**row)
