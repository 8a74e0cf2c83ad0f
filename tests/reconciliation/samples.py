# ruff: noqa: ARG002 - each maker takes the page, though few need it
"""What addresses of reconciling name; a part of the sample of a book."""

from decimal import Decimal
from typing import Any

from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.classification.services import classify_lines
from ledgerflow.posting.services import EntryLine, post_manual_entry
from ledgerflow.reconciliation.models import Reconciliation
from ledgerflow.reconciliation.services import make_match, start
from ledgerflow.reconciliation.values import Kind
from ledgerflow.statements.models import StatementLine
from ledgerflow.users.models import User
from tests.factories import AccountFactory, BankAccountFactory


class ReconciliationSamples:
    """Makes a reconciliation that is open, and a match in it."""

    book: Book
    owner: User

    def value(self, name: str, page: str) -> Any:
        """Return what stands in the address for the name."""
        raise NotImplementedError

    def _make_reconciliation(self, page: str) -> int:
        begun = start(
            bank_account=BankAccountFactory(book=self.book),
            as_of=timezone.localdate(),
            balance=Decimal(-3),
            user=self.owner,
            now=timezone.now(),
        )
        return begun.pk

    def _make_match(self, page: str) -> int:
        reconciliation = Reconciliation.objects.get(pk=self.value("reconciliation", page))
        bank_account = reconciliation.bank_account
        line = StatementLine.objects.create(
            book=self.book,
            bank_account=bank_account,
            date=timezone.localdate(),
            amount=-3,
            currency="USD",
            description="Coffee",
        )
        classify_lines(book=self.book, line_ids=[line.pk])
        given = {"date": timezone.localdate(), "text": "Coffee", "user": self.owner, "now": timezone.now()}
        sides = [
            EntryLine(bank_account.ledger_account, Decimal(-3)),
            EntryLine(AccountFactory(book=self.book), Decimal(3)),
        ]
        number = post_manual_entry(book=self.book, lines=sides, **given)
        match = make_match(
            bank_account=bank_account,
            line_ids=[line.pk],
            entry_lines=[(number, 1)],
            kind=Kind.EXACT,
            user=self.owner,
            now=timezone.now(),
        )
        return match.pk
