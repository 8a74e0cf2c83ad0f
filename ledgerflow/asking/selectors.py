"""Questions about lines: which are open, what was answered, and which one a link stands for."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from ledgerflow.asking.models import LineQuestion
from ledgerflow.books.models import Book, Membership
from ledgerflow.books.permissions import ALLOWED, Action
from ledgerflow.statements.models import LineReceipt

_OPEN = Q(answered_at__isnull=True, withdrawn_at__isnull=True)
_PEOPLE = ("asked_by", "asked_of", "answered_by", "withdrawn_by", "receipt__document")
#: Answered and withdrawn questions that the page of questions lists.
LATEST = 100


def open_question_about(*, book: Book, line: OuterRef) -> Exists:
    """Return whether a question is open about the line that an outer query names."""
    return Exists(LineQuestion.objects.filter(_OPEN, book=book, line=line))


def answered_question_about(*, book: Book, line: OuterRef) -> Exists:
    """Return whether a question about the line that an outer query names was answered."""
    return Exists(LineQuestion.objects.filter(book=book, line=line, answered_at__isnull=False))


def asked_about(*, book: Book, line_ids: Iterable[int]) -> set[int]:
    """Return those of the lines about which a question is open or was answered; one query."""
    found = LineQuestion.objects.filter(book=book, line__in=list(line_ids), withdrawn_at__isnull=True)
    return set(found.values_list("line_id", flat=True))


def questions_of_line(*, book: Book, line_id: int) -> list[LineQuestion]:
    """Return what was asked about the line, the latest first, and whether a receipt given is attached; one query."""
    attached = LineReceipt.objects.filter(
        book=book, line=line_id, receipt=OuterRef("receipt"), detached_at__isnull=True
    )
    found = LineQuestion.objects.filter(book=book, line=line_id).select_related(*_PEOPLE)
    return list(found.annotate(is_attached=Exists(attached)).order_by("-asked_at", "-pk"))


def open_questions(*, book: Book) -> QuerySet[LineQuestion]:
    """Return the open questions of the book with their lines, the oldest first."""
    found = LineQuestion.objects.filter(_OPEN, book=book)
    return found.select_related("asked_by", "asked_of", "line__bank_account").order_by("asked_at", "pk")


def settled_questions(*, book: Book) -> QuerySet[LineQuestion]:
    """Return the latest questions that were answered or withdrawn, those asked last first."""
    found = LineQuestion.objects.filter(book=book).exclude(_OPEN)
    return found.select_related(*_PEOPLE, "line__bank_account").order_by("-asked_at", "-pk")[:LATEST]


def colleagues(*, book: Book) -> QuerySet[Membership]:
    """Return the members who can be asked, because they can answer, by name."""
    roles = [role for role, actions in ALLOWED.items() if Action.REVIEW in actions]
    members = book.memberships.filter(role__in=roles, user__is_active=True)
    return members.select_related("user").order_by("user__name", "user__email")


def is_from_client(*, book: Book, receipt_id: int) -> bool:
    """Whether the client gave the receipt in answer to a question."""
    return LineQuestion.objects.filter(book=book, receipt=receipt_id).exists()


def find_by_link(*, token: str, now: datetime) -> LineQuestion | None:
    """Return the open question that a link stands for: none where it is unknown, used, withdrawn or expired."""
    found = (
        LineQuestion.objects.filter(_OPEN, token_sha256=digest_of(token))
        .select_related("book", "asked_by", "line__bank_account")
        .first()
    )
    return found if found is not None and found.is_link_usable(now=now) else None


def digest_of(token: str) -> str:
    """Return what is kept of the token of a link."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
