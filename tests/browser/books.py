"""A book with statements in review, for journeys: made by the demo's generator, taken in by the real stages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from playwright.sync_api import Page

from ledgerflow.books.models import Book
from ledgerflow.ledger.models import Account
from ledgerflow.ledger.services.opening import open_book
from ledgerflow.pipeline.demo_statements import DemoFile, Habit
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services import receive_file, run_import
from ledgerflow.statements.services import create_bank_account
from ledgerflow.users.models import User
from tests.factories import UserFactory
from tests.pipeline.statements import NUMBER, ofx

JANUARY = date(2026, 1, 1)
CARD_NUMBER = "5100447100882211"
#: Few enough to name each; money out.
HABITS = (
    Habit("SHELL OIL 5744{n} PORTLAND OR", "car", 3, -6900, -3100),
    Habit("BLUE STAR COFFEE {n} PORTLAND OR", "meals", 3, -1850, -450),
    Habit("CHECK {n}", "unknown", 1, -42000, -8000),
    Habit("MONTHLY SERVICE FEE", "other-expenses", 1, -1500, -1500),
)


@dataclass(frozen=True, slots=True)
class NewBook:
    """A book and its owner."""

    book: Book
    owner: User

    def address(self, path: str = "") -> str:
        """Return the address of a page of the book."""
        return f"/books/{self.book.slug}/{path}"

    def account(self, code: str) -> Account:
        """Return an account of the chart."""
        return Account.objects.get(book=self.book, code=code)

    def take_in(self, file: DemoFile) -> ImportRun:
        """Import the file as the worker does."""
        now = timezone.now()
        run = receive_file(book=self.book, name=file.name, content=file.content, user=self.owner, now=now).run
        run_import(run_id=run.pk, now=now)
        run.refresh_from_db()
        return run


def new_book() -> NewBook:
    """Return a book with the generic chart, a bank account and a card."""
    owner = UserFactory(name="Robin Doe")
    book = open_book(name="Studio", base_currency="USD", chart="generic", owner=owner, now=timezone.now())
    create_bank_account(book=book, name="Checking", kind="bank", currency="USD", number=NUMBER)
    create_bank_account(book=book, name="Card", kind="card", currency="USD", number=CARD_NUMBER)
    return NewBook(book, owner)


def book_in_review(habits: Sequence[Habit] = HABITS) -> NewBook:
    """Return a book whose lines wait for review."""
    made = new_book()
    (file,) = ofx(JANUARY, habits=tuple(habits))
    run = made.take_in(file)
    assert run.state == ImportRun.State.READY, run.message
    return made


def said(tab: Page) -> str:
    """Return what the newest message of the page says."""
    return tab.locator("#messages .toast").last.inner_text()
