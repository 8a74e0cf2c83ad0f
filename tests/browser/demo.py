"""The demo books as the sample: pages full of what two years bring, instead of one row of each kind."""

import base64
from typing import Any

from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.classification.models import Classification, Rule, State
from ledgerflow.ledger.models import Account
from ledgerflow.pipeline.demo import make_books
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services import receive_file, run_import
from ledgerflow.posting.services import EntryLine, post_manual_entry
from ledgerflow.reconciliation.models import Reconciliation
from ledgerflow.reconciliation.services import start
from ledgerflow.statements.models import Proof, Statement
from ledgerflow.statements.services import attach_receipts
from ledgerflow.users.models import User
from tests.factories import AccountFactory, UserFactory
from tests.samples import Sample

#: A picture of one pixel.
_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


#: Of the card, to be looked at before it is imported; it has one line twice, and what it states does not agree.
_WAITING = b"""Date,Description,Amount,Balance
2026-01-05,Tea,-4.20,95.80
2026-01-05,Tea,-4.20,91.60
2026-01-06,Cake,-3.00,76.30
"""


def open_reconciliation(*, statement: Statement, user: User) -> Reconciliation:
    """Begin to reconcile the statement where a fee may be in a line and an entry was typed for another one."""
    bank_account, now = statement.bank_account, timezone.now()
    expense = Account.objects.filter(book=statement.book, type="expense").earliest("code")
    first, second = statement.sightings.filter(line__amount__lt=0).order_by("no")[:2]
    for sighting, fee in ((first, 0), (second, 1)):
        amount = sighting.line.amount + fee
        post_manual_entry(
            book=statement.book,
            date=sighting.line.date,
            lines=[EntryLine(bank_account.ledger_account, amount), EntryLine(expense, -amount)],
            text="Typed before the statement came",
            user=user,
            now=now,
        )
    return start(bank_account=bank_account, statement=statement, user=user, now=now)


class DemoSample(Sample):
    """A sample whose book is the demo's; of each kind, the row whose page shows the most."""

    def __init__(self) -> None:
        super().__init__()
        # What the factories add must not take a number of the demo's chart.
        AccountFactory.reset_sequence(9000, force=True)
        self.owner: User = UserFactory(name="Robin Doe", is_firm_admin=True, is_staff=True, is_superuser=True)
        self.book: Book = make_books(user=self.owner, now=timezone.now())[0]
        waiting = Classification.objects.filter(book=self.book, state=State.OPEN, line__hold="")
        self._made |= {
            "book": self.book.slug,
            "number": Classification.objects.filter(book=self.book, state=State.POSTED)
            .latest("entry_number")
            .entry_number,
            "account": Account.objects.get(book=self.book, code="6200").pk,
            "line": waiting.latest("line").line_id,
            "rule": Rule.objects.filter(book=self.book).latest("pk").pk,
        }
        # The last file of the card lost a row: it shows a discrepancy and asks for a reason.
        statement = Statement.objects.filter(book=self.book, proof=Proof.DISCREPANCY).latest("pk")
        run = ImportRun.objects.get(book=self.book, document=statement.document)
        checking = Statement.objects.filter(book=self.book, bank_account__name="Business checking")
        self._made["reconciliation"] = open_reconciliation(
            statement=checking.latest("last_date"), user=self.owner
        ).pk
        attach_receipts(
            book=self.book,
            line_id=self._made["line"],
            files=[("photo.png", base64.b64decode(_PIXEL)), ("mail.txt", b"Mail")],
            user=self.owner,
            now=timezone.now(),
        )
        self._made |= {
            "statement": statement.pk,
            "bank_account": statement.bank_account_id,
            "document": statement.document_id,
            "run": run.pk,
        }
        self._waiting = _waiting_run(statement, self.owner).pk

    def value(self, name: str, page: str) -> Any:
        """Return what stands in the address for the name: the preview is that of a file that waits."""
        return self._waiting if (name, page) == ("run", "pipeline:look") else super().value(name, page)


def _waiting_run(statement: Statement, user: User) -> ImportRun:
    now = timezone.now()
    run = receive_file(
        book=statement.book,
        name="card.csv",
        content=_WAITING,
        user=user,
        now=now,
        bank_account=statement.bank_account,
        looks_first=True,
    ).run
    run_import(run_id=run.pk, now=now)
    return run
