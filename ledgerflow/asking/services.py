"""Ask about a bank line, answer, withdraw and ask again."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from ledgerflow.asking.models import LONGEST_TEXT, LineQuestion
from ledgerflow.asking.selectors import colleagues, digest_of, find_by_link
from ledgerflow.books.models import Book
from ledgerflow.books.permissions import Action, require
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.documents.services import StorageError, keep_receipt
from ledgerflow.statements.models import StatementLine
from ledgerflow.users.models import User

#: How many days a link to the client is good for, and how many it may be.
DEFAULT_DAYS, MOST_DAYS = 14, 90


class QuestionError(LedgerFlowError):
    """The question cannot be asked, answered or withdrawn so."""


class LinkRefusedError(QuestionError):
    """The link is unknown, was used or withdrawn, or has expired; which of these is not told."""

    def __init__(self) -> None:
        super().__init__("This link does not lead to a question any more. Ask whoever sent it for a new one.")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the token of the link where the client is asked: it is known at this moment only."""

    question: LineQuestion
    token: str | None


@transaction.atomic
def ask(
    *,
    book: Book,
    line_id: int,
    text: str,
    of: User | None,
    user: User,
    now: datetime,
    days: int = DEFAULT_DAYS,
) -> Asked:
    """Ask a member of the book about the line, or with ``of`` empty its client, by a link good for ``days``.

    Raises:
        QuestionError: the book has no such line, a question about it is open, nobody of the book was asked, or nothing.
        NotAllowedError: the user's role does not allow it.
    """
    require(user=user, book=book, action=Action.REVIEW)
    _hold_line(book, line_id)
    if LineQuestion.objects.filter(
        book=book, line=line_id, answered_at__isnull=True, withdrawn_at__isnull=True
    ).exists():
        raise QuestionError("A question about this line is open already. Withdraw it first, or ask it again.")
    if of is not None and not colleagues(book=book).filter(user=of).exists():
        raise QuestionError(f"{of} cannot answer in this book; ask a member who may classify lines.")
    if not 1 <= days <= MOST_DAYS:
        raise QuestionError(f"A link is good for 1 to {MOST_DAYS} days.")
    token = secrets.token_urlsafe(32) if of is None else None
    question = LineQuestion(
        book=book,
        line_id=line_id,
        text=_said(text, "Write what you want to know."),
        asked_by=user,
        asked_at=now,
        asked_of=of,
    )
    if token is not None:
        question.token_sha256, question.expires_at = digest_of(token), now + timedelta(days=days)
    question.save(force_insert=True)
    return Asked(question, token)


@transaction.atomic
def ask_again(*, book: Book, line_id: int, user: User, now: datetime) -> Asked:
    """Withdraw the open question about the line, which ends its link, and ask the same anew, for as many days.

    Raises:
        QuestionError: no question about the line is open, or as :func:`ask`.
        NotAllowedError: the user's role does not allow it.
    """
    withdrawn = withdraw(book=book, line_id=line_id, user=user, now=now)
    days = (withdrawn.expires_at - withdrawn.asked_at).days if withdrawn.expires_at else DEFAULT_DAYS
    return ask(
        book=book, line_id=line_id, text=withdrawn.text, of=withdrawn.asked_of, user=user, now=now, days=days
    )


@transaction.atomic
def withdraw(*, book: Book, line_id: int, user: User, now: datetime) -> LineQuestion:
    """Take back the open question about the line; a link to it leads nowhere from now on.

    Raises:
        QuestionError: no question about the line is open.
        NotAllowedError: the user's role does not allow it.
    """
    require(user=user, book=book, action=Action.REVIEW)
    question = _open(book, line_id)
    question.withdrawn_by, question.withdrawn_at, question.token_sha256 = user, now, None
    question.save(update_fields=["withdrawn_by", "withdrawn_at", "token_sha256"])
    return question


@transaction.atomic
def answer(*, book: Book, line_id: int, text: str, user: User, now: datetime) -> LineQuestion:
    """Answer the open question about the line as a member; nothing about the line itself changes.

    Raises:
        QuestionError: no question about the line is open, or nothing is said.
        NotAllowedError: the user's role does not allow it.
    """
    require(user=user, book=book, action=Action.REVIEW)
    question = _open(book, line_id)
    question.answer = _said(text, "Write the answer.")
    question.answered_by, question.answered_at, question.token_sha256 = user, now, None
    question.save(update_fields=["answer", "answered_by", "answered_at", "token_sha256"])
    return question


@transaction.atomic
def answer_by_link(
    *, token: str, text: str, receipt: tuple[str, bytes] | None, now: datetime
) -> LineQuestion:
    """Answer as the client, with words, a receipt or both; the link leads nowhere afterwards.

    The receipt is kept in the book like any other, and attached to nothing: a member does that.

    Raises:
        LinkRefusedError: the link stands for no open question.
        QuestionError: neither words nor a receipt are given, or the receipt cannot be kept now.
        DocumentRefusedError: the receipt is empty, too large or no receipt.
    """
    found = find_by_link(token=token, now=now)
    if found is None:
        raise LinkRefusedError
    question = LineQuestion.objects.select_for_update().get(pk=found.pk)
    if not (question.is_open and question.is_link_usable(now=now)):
        raise LinkRefusedError
    question.answer = (
        _said(text, "Write an answer, or choose a receipt.") if text.strip() or not receipt else ""
    )
    if receipt is not None:
        name, content = receipt
        try:
            question.receipt = keep_receipt(book=found.book, name=name, content=content, user=None, now=now)
        except StorageError as error:
            # What it says of the disk is not for strangers.
            raise QuestionError("The receipt cannot be kept just now. Try again later.") from error
    question.answered_at, question.token_sha256 = now, None
    question.save(update_fields=["answer", "receipt", "answered_at", "token_sha256"])
    return question


def _hold_line(book: Book, line_id: int) -> None:
    if not StatementLine.objects.select_for_update().filter(book=book, pk=line_id).exists():
        raise QuestionError("This book has no such line any more.")


def _open(book: Book, line_id: int) -> LineQuestion:
    question = (
        LineQuestion.objects.select_for_update(of=("self",))
        .select_related("asked_of")
        .filter(book=book, line=line_id, answered_at__isnull=True, withdrawn_at__isnull=True)
        .first()
    )
    if question is None:
        raise QuestionError("No question about this line is open; it was answered or withdrawn meanwhile.")
    return question


def _said(text: str, missing: str) -> str:
    words = text.replace("\0", "").strip()
    if not words:
        raise QuestionError(missing)
    if len(words) > LONGEST_TEXT:
        raise QuestionError(f"Say it in at most {LONGEST_TEXT:,} characters; this has {len(words):,}.")
    return words
