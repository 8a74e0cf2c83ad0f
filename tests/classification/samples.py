# ruff: noqa: ARG002 - each maker takes the page, though few need it
"""Objects that addresses of rules and tags name."""

from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.classification.models import BusinessUse, Rule, RuleTrial, Tag
from ledgerflow.payees.services import name_payee, remember_payee
from ledgerflow.users.models import User
from tests.factories import AccountFactory


class ClassificationSamples:
    """Makes a rule, a trial of one, a tag and a payee of the book."""

    book: Book
    owner: User

    def _make_rule(self, page: str) -> int:
        account = AccountFactory(book=self.book)
        rule = Rule.objects.create(
            book=self.book,
            position=1,
            text="coffee",
            account=account,
            made_by=self.owner,
            made_at=timezone.now(),
        )
        return rule.pk

    def _make_trial(self, page: str) -> int:
        trial = RuleTrial.objects.create(
            book=self.book, asked_by=self.owner, asked_at=timezone.now(), asked={}
        )
        return trial.pk

    def _make_payee(self, page: str) -> int:
        payee = name_payee(book=self.book, name="Corner Shop")
        for text in ("CORNER SHOP", "CORNER STORE"):
            remember_payee(book=self.book, text=text, payee=payee)
        return payee.pk

    def _make_use(self, page: str) -> int:
        account = AccountFactory(book=self.book)
        used = BusinessUse.objects.create(
            book=self.book,
            account=account,
            share=60,
            since=timezone.localdate(),
            set_by=self.owner,
            set_at=timezone.now(),
        )
        return used.pk

    def _make_tag(self, page: str) -> int:
        return Tag.objects.create(book=self.book, name="travel").pk
