"""The upload door: the file is stored and its job enqueued in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.core.jobs import enqueue
from ledgerflow.documents.services import store_document
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services.run import IMPORT_JOB
from ledgerflow.statements.models import BankAccount
from ledgerflow.statements.services import create_bank_account, remember_file_name, remember_number
from ledgerflow.users.models import User


class RunNotWaitingError(LedgerFlowError):
    """The file is not in a state in which this can be done."""


@dataclass(frozen=True, slots=True)
class Received:
    """A received file; ``is_new`` is false when the same bytes are in the book already."""

    run: ImportRun
    is_new: bool


@transaction.atomic
def receive_file(
    *,
    book: Book,
    name: str,
    content: bytes,
    user: User | None,
    now: datetime,
    bank_account: BankAccount | None = None,
) -> Received:
    """Store the file and enqueue its import; the same bytes again lead to the import that is there.

    ``bank_account`` answers beforehand which account the file is, where it does not say so itself.

    Raises:
        DocumentRefusedError: the file is empty or too large.
    """
    stored = store_document(book=book, name=name, content=content, uploaded_by=user, now=now)
    there = (
        ImportRun.objects.filter(book=book, document=stored.document)
        .exclude(state=ImportRun.State.UNDONE)
        .first()
    )
    if there is not None:
        return Received(there, is_new=False)
    run = ImportRun.objects.create(
        book=book, document=stored.document, bank_account=bank_account, started_by=user, created_at=now
    )
    _enqueue(run)
    return Received(run, is_new=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one of several files: received, here already, or refused with a sentence."""

    name: str
    received: Received | None
    refusal: str = ""


def receive_files(
    *, book: Book, files: Iterable[tuple[str, bytes]], user: User | None, now: datetime
) -> list[Answer]:
    """Receive several files, each by itself: one that is refused does not stop the next."""
    answers = []
    for name, content in files:
        try:
            answers.append(
                Answer(name, receive_file(book=book, name=name, content=content, user=user, now=now))
            )
        except LedgerFlowError as error:
            answers.append(Answer(name, None, str(error)))
    return answers


@transaction.atomic
def retry(*, run: ImportRun) -> None:
    """Try a failed file again from the beginning.

    Raises:
        RunNotWaitingError: it has not failed.
    """
    locked = ImportRun.objects.select_for_update().get(pk=run.pk)
    if locked.state != ImportRun.State.FAILED:
        raise RunNotWaitingError(f"{locked.document.name} has not failed; there is nothing to try again.")
    _wait_again(locked)


@transaction.atomic
def answer_account(
    *, run: ImportRun, bank_account: BankAccount | None, name: str = "", kind: str = "", currency: str = ""
) -> None:
    """Answer which account the file is, one that is there or a new one, and go on with the file.

    The number that the file names is remembered, or the file's name where it names none, so that the next file is not
    asked about.

    Raises:
        RunNotWaitingError: the file does not ask.
    """
    locked = (
        ImportRun.objects.select_for_update(of=("self",)).select_related("book", "document").get(pk=run.pk)
    )
    if locked.state != ImportRun.State.NEEDS_YOU:
        raise RunNotWaitingError(f"{locked.document.name} does not ask for its account.")
    account = bank_account or create_bank_account(
        book=locked.book, name=name, kind=kind, currency=currency, number=locked.asked_number or None
    )
    if not locked.asked_number:
        remember_file_name(bank_account=account, file_name=locked.document.name)
    elif bank_account:
        remember_number(bank_account=account, number=locked.asked_number)
    locked.bank_account = account
    locked.asked_number = ""
    locked.save(update_fields=["bank_account", "asked_number"])
    _wait_again(locked)


def _wait_again(run: ImportRun) -> None:
    run.state, run.stage = ImportRun.State.WAITING, ImportRun.Stage.RECEIVED
    run.attempts, run.message, run.finished_at = 0, "", None
    run.save(update_fields=["state", "stage", "attempts", "message", "finished_at"])
    _enqueue(run)


def _enqueue(run: ImportRun) -> None:
    enqueue(IMPORT_JOB, lock=f"book:{run.book_id}", once=f"import:{run.pk}", run_id=run.pk)
