# ruff: noqa: ARG002 - each maker takes the page, though few need it
"""One object of each kind that an address can name, all of one book."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from ledgerflow.api.models import Scope
from ledgerflow.api.services import make_token
from ledgerflow.asking.services import ask
from ledgerflow.books.models import Book, Invitation, Role
from ledgerflow.books.services import invite
from ledgerflow.classification.services import classify_lines
from ledgerflow.ops.models import ErrorEvent
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.posting.services import EntryLine, post_manual_entry
from ledgerflow.review.models import Proposal
from ledgerflow.review.services import Proposer, propose_rule
from ledgerflow.statements.models import DayQuestion, Proof, Statement, StatementLine
from ledgerflow.users.models import User
from ledgerflow.users.services import make_sign_in_link
from tests.agent.samples import AgentSamples
from tests.books.samples import BookSamples
from tests.classification.samples import ClassificationSamples
from tests.documents.samples import DocumentSamples
from tests.factories import AccountFactory, BankAccountFactory, BookFactory, MembershipFactory, UserFactory
from tests.reconciliation.samples import ReconciliationSamples
from tests.toolbox.samples import ToolboxSamples

#: Names in addresses that do not name a row of a book.
_OF_NO_BOOK = {
    "user",
    "token",
    "uidb64",
    "object_id",
    "app_label",
    "content_type_id",
    "url",
    "tool",
    "format",
    "year",
    "month",
    "page_number",
    "api_token",
}
#: What stands in an address for these, whatever the book.
_WORDS = {"list": "queue", "tax_line": "28", "report": "trial-balance", "path": "tools.no_such.tool"}


class Sample(
    AgentSamples, BookSamples, ClassificationSamples, DocumentSamples, ReconciliationSamples, ToolboxSamples
):
    """Makes the objects when they are first asked for."""

    def __init__(self) -> None:
        self.owner: User = UserFactory()
        self.book: Book = BookFactory()
        MembershipFactory(book=self.book, user=self.owner, role=Role.OWNER)
        today = timezone.localdate()
        self._made: dict[str, Any] = {"book": self.book.slug, "year": today.year, "month": today.month}

    def is_of_the_book(self, name: str) -> bool:
        """Whether the name stands for a row that belongs to the book."""
        return name not in _OF_NO_BOOK and name not in _WORDS

    def value(self, name: str, page: str) -> Any:
        """Return what stands in the address for the name."""
        if name in _WORDS:
            return _WORDS[name]
        key = f"{page} {name}" if name in {"token", "object_id", "tool"} else name
        if key not in self._made:
            maker = getattr(self, f"_make_{name}", None)
            if maker is None:
                pytest.fail(f"The page {page} takes <{name}>: add _make_{name} to tests/samples.py.")
            self._made[key] = maker(page)
        return self._made[key]

    def _make_user(self, page: str) -> int:
        return UserFactory().pk

    def _make_member(self, page: str) -> int:
        return MembershipFactory(book=self.book, role=Role.VIEWER).pk

    def _make_invitation(self, page: str) -> int:
        _invite(self, "other@example.org")
        return Invitation.objects.get(book=self.book, email="other@example.org").pk

    def _make_token(self, page: str) -> str:
        if page == "web:invitation":
            return _invite(self, "new@example.org")
        if page == "asking:link":
            made = ask(
                book=self.book,
                line_id=self.value("line", page),
                text="What was this for?",
                of=None,
                user=self.owner,
                now=timezone.now(),
            )
            assert made.token is not None
            return made.token
        if page == "web:sign-in-link":
            return make_sign_in_link(user=self.owner, now=timezone.now())
        return default_token_generator.make_token(self.owner)

    def _make_uidb64(self, page: str) -> str:
        return urlsafe_base64_encode(force_bytes(self.owner.pk))

    def _make_object_id(self, page: str) -> str:
        if "api_apitoken" in page:
            return str(self._make_api_token(page))
        if "ops_errorevent" not in page:
            return str(self.owner.pk)
        event = ErrorEvent.objects.create(
            fingerprint=page, kind="ValueError", place="ledgerflow.posting.views:get", message="Odd", count=3,
            traceback="Traceback (most recent call last):\n  ...\nValueError: Odd", logger="django.request",
            first_seen=timezone.now(), last_seen=timezone.now(), path=f"/books/{self.book.slug}/", user=self.owner,
            job=7, job_name="pipeline.import_file", request={"method": "GET"},
        )  # fmt: skip
        return str(event.pk)

    def _make_api_token(self, page: str) -> int:
        token, _ = make_token(
            user=self.owner,
            name="Sample",
            scopes=list(Scope),
            valid_for=timedelta(days=1),
            now=timezone.now(),
        )
        return token.pk

    def _make_proposal(self, page: str) -> int:
        made = propose_rule(
            book=self.book,
            text="coffee",
            account=AccountFactory(book=self.book),
            by=Proposer(user=self.owner, through=Proposal.Through.API),
            now=timezone.now(),
        )
        return made.pk

    def _make_app_label(self, page: str) -> str:
        return "procrastinate"

    def _make_content_type_id(self, page: str) -> int:
        return ContentType.objects.get_for_model(User).pk

    def _make_account(self, page: str) -> int:
        return AccountFactory(book=self.book).pk

    def _make_bank_account(self, page: str) -> int:
        return BankAccountFactory(book=self.book).pk

    def _make_run(self, page: str) -> int:
        document = self.value("document", page)
        run = ImportRun.objects.create(book=self.book, document_id=document, created_at=timezone.now())
        return run.pk

    def _make_statement(self, page: str) -> int:
        return _statement(self, position=0, page=page)

    def _make_line(self, page: str) -> int:
        bank_account = BankAccountFactory(book=self.book)
        line = StatementLine.objects.create(
            book=self.book,
            bank_account=bank_account,
            date=timezone.localdate(),
            amount=-3,
            currency="USD",
            description="Coffee",
        )
        classify_lines(book=self.book, line_ids=[line.pk])
        return line.pk

    def _make_question(self, page: str) -> int:
        bank_account = BankAccountFactory(book=self.book)
        question = DayQuestion.objects.create(
            book=self.book,
            bank_account=bank_account,
            date=timezone.localdate(),
            statement_id=self.value("statement", page),
            other_statement_id=_statement(self, position=1, page=page),
        )
        return question.pk

    def _make_number(self, page: str) -> int:
        debit, credit = AccountFactory(book=self.book), AccountFactory(book=self.book)
        return post_manual_entry(
            book=self.book,
            date=timezone.localdate(),
            lines=[EntryLine(debit, Decimal(3)), EntryLine(credit, Decimal(-3))],
            text="Coffee",
            user=self.owner,
            now=timezone.now(),
        )


def _invite(sample: Sample, email: str) -> str:
    given = {"invited_by": sample.owner, "now": timezone.now()}
    return invite(book=sample.book, email=email, role=Role.VIEWER, **given)


def _statement(sample: Sample, *, position: int, page: str) -> int:
    bank_account = BankAccountFactory(book=sample.book)
    statement = Statement.objects.create(
        book=sample.book,
        document_id=sample.value("document", page),
        bank_account=bank_account,
        position=position,
        format="csv",
        currency="USD",
        line_count=0,
        total=0,
        proof=Proof.UNPROVABLE,
        imported_at=timezone.now(),
    )
    return statement.pk
