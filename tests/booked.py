"""A book with a CSV file taken all the way into the journal, for tests of what pages show of it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.test import Client

from ledgerflow.books.models import Book, Role
from ledgerflow.classification.services import accept_all, classify_lines, decide
from ledgerflow.documents.models import Document
from ledgerflow.documents.services import store_document
from ledgerflow.ledger.models import Account
from ledgerflow.ledger.services.opening import open_book
from ledgerflow.posting.services import post_lines
from ledgerflow.statements.models import BankAccount, LineReceipt, Statement
from ledgerflow.statements.services import attach_receipts, create_bank_account, import_statement
from ledgerflow.toolbox import values
from tests.factories import MembershipFactory, UserFactory

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
FIRST_DAY = date(2026, 1, 5)


class BookedFile:
    """Movements of -1.00, -2.00, ... a day apart, booked to one expense account; opening balance 1,000."""

    def __init__(self, count: int = 3, *, closing: Decimal | None = None, is_posted: bool = True) -> None:
        self.owner = UserFactory()
        self.book: Book = open_book(
            name="Shop", base_currency="USD", chart="generic", owner=self.owner, now=NOW
        )
        self.bank: BankAccount = create_bank_account(
            book=self.book, name="Checking", kind="bank", currency="USD", number="123456789"
        )
        self.expense = Account.objects.filter(book=self.book, type="expense").order_by("code").first()
        self.amounts = [Decimal(-number) for number in range(1, count + 1)]
        self.document, self.statement, self.line_ids = self.take_in(self.amounts, closing=closing)
        if is_posted:
            self.decide_all()
            post_lines(book=self.book, line_ids=None, posted_by=self.owner, posted_at=NOW)

    def attach(self, line_id: int, *files: tuple[str, bytes]) -> list[LineReceipt]:
        """Attach files as receipts to the line."""
        return attach_receipts(book=self.book, line_id=line_id, files=files, user=self.owner, now=NOW)

    def take_in(
        self,
        amounts: list[Decimal],
        *,
        name: str = "january.csv",
        closing: Decimal | None = None,
        first=FIRST_DAY,
    ) -> tuple[Document, Statement, list[int]]:
        """Store a file of the amounts and import it; line 1 of the file is its header."""
        rows = [f"{first + timedelta(days=at)},Shop {at + 1},{amount}" for at, amount in enumerate(amounts)]
        document = store_document(
            book=self.book,
            name=name,
            content="\r\n".join([f"Date,Text,{name}", *rows, ""]).encode(),
            uploaded_by=self.owner,
            now=NOW,
        ).document
        said = values.Statement(
            account="123456789",
            bank=None,
            currency="USD",
            lines=tuple(
                values.StatementLine(
                    date=first + timedelta(days=at),
                    amount=amount,
                    currency="USD",
                    description=f"Shop {at + 1}",
                    place={"line": at + 2},
                )
                for at, amount in enumerate(amounts)
            ),
            opening_balance=Decimal(1000),
            closing_balance=Decimal(1000) + sum(amounts) if closing is None else closing,
        )
        (outcome,) = import_statement(
            document=document,
            reading=values.Reading(format="csv", statements=(said,)),
            bank_accounts=[self.bank],
            now=NOW,
        )
        classify_lines(book=self.book, line_ids=outcome.new_line_ids)
        return document, outcome.statement, outcome.new_line_ids

    def decide_all(self) -> None:
        """Book every line of the file to the expense account: the first by a decision, the others as one set."""
        decide(book=self.book, line_id=self.line_ids[0], user=self.owner, now=NOW, account=self.expense)
        accept_all(book=self.book, user=self.owner, now=NOW, account=self.expense)

    def client(self, role: Role = Role.OWNER) -> Client:
        """Return a browser signed in as a member of the role."""
        client = Client()
        client.force_login(
            self.owner if role == Role.OWNER else MembershipFactory(book=self.book, role=role).user
        )
        return client

    def address(self, path: str) -> str:
        """Return the address of a page of the book."""
        return f"/books/{self.book.slug}/{path}"
