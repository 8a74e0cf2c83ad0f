"""The upload door: the file is stored and its job enqueued in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from ledgerflow.books.models import Book
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.documents.models import Receipt
from ledgerflow.documents.selectors import content as content_of
from ledgerflow.documents.services import keep_receipt, store_document
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services._accounts import ANY_POSITION, account_for_answer, answer_for
from ledgerflow.pipeline.services._layouts import forget_said_orders
from ledgerflow.pipeline.services._protected import PDF
from ledgerflow.pipeline.services._waiting import RESCUE_SECONDS, enqueue_import, look_again, wait_again
from ledgerflow.pipeline.services.run import KEPT_AS_RECEIPT, run_import
from ledgerflow.statements.archives import ArchiveRefusedError, unpack
from ledgerflow.statements.models import BankAccount
from ledgerflow.users.models import User


class RunNotWaitingError(LedgerFlowError):
    """The file is not in a state in which this can be done."""


@dataclass(frozen=True, slots=True)
class Received:
    """A received file; ``is_new`` is false when the same bytes are in the book already, and did not fail there."""

    run: ImportRun
    is_new: bool


def receive_file(
    *,
    book: Book,
    name: str,
    content: bytes,
    user: User | None,
    now: datetime,
    bank_account: BankAccount | None = None,
    password: str | None = None,
    looks_first: bool = False,
) -> Received:
    """Store the file and enqueue its import; the same bytes again lead to the import that is there.

    Where that failed it is tried again, for the person and as the bank account given now, because whoever gives a file
    again wants it in; what somebody said of the order of its dates is asked again.

    ``bank_account`` answers beforehand which account the file is, where it does not say so itself. With a ``password``
    a PDF is imported at once, because the password is kept nowhere and a worker could not know it; it is read once
    the file is kept. Where somebody ``looks_first``, as the book itself may say, the file is read and waits for that.

    Raises:
        DocumentRefusedError: the file is empty or too large.
    """
    is_read_here = bool(password) and content.startswith(PDF)
    received = _take(
        book=book,
        name=name,
        content=content,
        user=user,
        now=now,
        bank_account=bank_account,
        looks_first=looks_first or book.looks_first,
        # Should this process die, the file does not wait for ever.
        in_seconds=RESCUE_SECONDS if is_read_here else 0,
    )
    if is_read_here and received.is_new:
        run_import(run_id=received.run.pk, now=now, password=password)
        received.run.refresh_from_db()
    return received


@transaction.atomic
def _take(
    *,
    book: Book,
    name: str,
    content: bytes,
    user: User | None,
    now: datetime,
    bank_account: BankAccount | None,
    looks_first: bool,
    in_seconds: int,
) -> Received:
    stored = store_document(book=book, name=name, content=content, uploaded_by=user, now=now)
    # Without a lock: a worker holds the run as long as it takes the file in, and only what failed is changed.
    live = (
        ImportRun.objects.select_related("document", "bank_account", "started_by")
        .filter(book=book, document=stored.document)
        .exclude(state=ImportRun.State.UNDONE)
    )
    there = live.first()
    look = ImportRun.Look.FIRST if looks_first else ImportRun.Look.NONE
    if there is None:
        try:
            with transaction.atomic():
                run = ImportRun.objects.create(
                    book=book,
                    document=stored.document,
                    bank_account=bank_account,
                    started_by=user,
                    created_at=now,
                    look=look,
                )
        except IntegrityError:
            # Given by another session at the same moment: the unique constraint has settled whose it is.
            there = live.first()
            if there is None:
                raise
        else:
            enqueue_import(run, in_seconds=in_seconds)
            return Received(run, is_new=True)
    failed = None
    if there.state == ImportRun.State.FAILED:
        failed = live.select_for_update(of=("self",)).filter(state=ImportRun.State.FAILED).first()
    if failed is None:
        return Received(there, is_new=False)
    failed.bank_account, failed.started_by = bank_account or failed.bank_account, user or failed.started_by
    failed.look = failed.look or look
    _begin_anew(failed, in_seconds=in_seconds)
    return Received(failed, is_new=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one of several files: received, here already, or refused with a sentence."""

    name: str
    received: Received | None
    refusal: str = ""


def receive_files(
    *,
    book: Book,
    files: Iterable[tuple[str, bytes]],
    user: User | None,
    now: datetime,
    bank_account: BankAccount | None = None,
    password: str | None = None,
    looks_first: bool = False,
) -> list[Answer]:
    """Receive several files, each by itself: one that is refused does not stop the next.

    A ZIP archive is as many files as it holds, each a document of its own; the archive itself is not kept.
    """
    answers = []
    for name, content in files:
        try:
            members = unpack(content=content)
        except ArchiveRefusedError as error:
            answers.append(Answer(name, None, str(error)))
            continue
        inside = (
            [(name, content)] if members is None else [(f"{name}/{each}", data) for each, data in members]
        )
        for shown, data in inside:
            try:
                received = receive_file(
                    book=book,
                    name=shown,
                    content=data,
                    user=user,
                    now=now,
                    bank_account=bank_account,
                    password=password,
                    looks_first=looks_first,
                )
                answers.append(Answer(shown, received))
            except LedgerFlowError as error:
                answers.append(Answer(shown, None, str(error)))
    return answers


def retry(*, run: ImportRun, now: datetime, password: str | None = None) -> None:
    """Try a failed file again from the beginning; with a password at once, because it is kept nowhere.

    What somebody said of the order of its dates is asked again, because it may be why it failed.

    Raises:
        RunNotWaitingError: it has not failed.
    """
    with transaction.atomic():
        locked = ImportRun.objects.select_for_update().get(pk=run.pk)
        if locked.state != ImportRun.State.FAILED:
            raise RunNotWaitingError(f"{locked.document.name} has not failed; there is nothing to try again.")
        _begin_anew(locked, in_seconds=RESCUE_SECONDS if password else 0)
    if password:
        run_import(run_id=locked.pk, now=now, password=password)


def _begin_anew(failed: ImportRun, *, in_seconds: int) -> None:
    # A file that only lacked its password did not fail by what was said of it.
    if not failed.asks_password:
        forget_said_orders(failed)
    wait_again(failed, in_seconds=in_seconds)


@transaction.atomic
def discard(*, run: ImportRun, user: User, now: datetime) -> ImportRun:
    """Set a file aside that failed or asks: nothing of it is in the books, and nobody is asked about it any more.

    The file is kept, and can be taken in again; what was said of one that waited to be looked at is asked again then.

    Raises:
        RunNotWaitingError: it has neither failed nor asks.
    """
    locked = (
        ImportRun.objects.select_for_update(of=("self",)).select_related("book", "document").get(pk=run.pk)
    )
    if locked.state not in (ImportRun.State.FAILED, ImportRun.State.NEEDS_YOU):
        raise RunNotWaitingError(f"{locked.document.name} neither failed nor asks; undo its import instead.")
    locked.state, locked.undone_at, locked.undone_by = ImportRun.State.UNDONE, now, user
    if locked.asks_look:
        _forget_what_was_said(locked)
    else:
        locked.message = f"Set aside. {locked.message}"
    locked.asked_order = None
    look_again(locked)
    locked.save(
        update_fields=[
            "state", "undone_at", "undone_by", "message", "asked_order", "answers", "look", "looked_by", "looked_at",
            "shown_sha256",
        ]
    )  # fmt: skip
    return locked


def _forget_what_was_said(waiting: ImportRun) -> None:
    """Let it be asked again: nothing else takes an answer back that was seen to be wrong before the import."""
    is_any = bool(waiting.answers)
    waiting.answers = []
    if forget_said_orders(waiting) or is_any:
        waiting.message = "Set aside. What was said of it is asked again when it is imported again."
    else:
        # What an import would bring changes with every other file.
        waiting.message = "Set aside."


@transaction.atomic
def take_in_again(*, run: ImportRun, user: User, now: datetime) -> ImportRun:
    """Import a file again whose import was undone, or that was set aside, with what was said of it before.

    Raises:
        RunNotWaitingError: it is not undone, or was taken in again already, since when other things may have been said
            of it.
    """
    since = (
        ImportRun.objects.filter(book=run.book, document=run.document, pk__gt=run.pk).order_by("pk").last()
    )
    if since is not None and since.state == ImportRun.State.UNDONE:
        raise RunNotWaitingError(
            f"{run.document.name} was taken in again since, and undone. Take it in from there: what was said of it "
            "last stands there."
        )
    if run.state != ImportRun.State.UNDONE or since is not None:
        raise RunNotWaitingError(f"{run.document.name} is in the inbox already; nothing was taken in again.")
    try:
        with transaction.atomic():
            again = ImportRun.objects.create(
                book=run.book,
                document=run.document,
                # Of an import it is what the file was found to be; before one it is what was said of the file.
                bank_account=run.bank_account if run.read_by is None else None,
                started_by=user,
                created_at=now,
                layouts=run.layouts,
                answers=run.answers,
                look=ImportRun.Look.FIRST if run.look or run.book.looks_first else ImportRun.Look.NONE,
            )
    except IntegrityError as error:
        # By another session at the same moment: the unique constraint has settled whose it is.
        raise RunNotWaitingError(f"{run.document.name} is in the inbox already.") from error
    enqueue_import(again)
    return again


@transaction.atomic
def take_as_receipt(*, run: ImportRun, user: User, now: datetime) -> Receipt:
    """Keep a file that failed as a statement as a receipt, which is read then; its import is done with that.

    Undoing the import lets the file be tried as a statement again; the receipt stays.

    Raises:
        RunNotWaitingError: it has not failed.
        DocumentRefusedError: it is larger than a receipt may be, or neither PDF, picture nor text.
    """
    locked = (
        ImportRun.objects.select_for_update(of=("self",)).select_related("book", "document").get(pk=run.pk)
    )
    if locked.state != ImportRun.State.FAILED:
        raise RunNotWaitingError(f"{locked.document.name} has not failed; attach it on the page of its line.")
    document = locked.document
    receipt = keep_receipt(
        book=locked.book, name=document.name, content=content_of(document), user=user, now=now
    )
    locked.state, locked.stage = ImportRun.State.READY, ImportRun.Stage.DONE
    locked.message, locked.finished_at = KEPT_AS_RECEIPT, now
    locked.save(update_fields=["state", "stage", "message", "finished_at"])
    return receipt


def answer_account(
    *,
    run: ImportRun,
    bank_account: BankAccount | None,
    now: datetime,
    name: str = "",
    kind: str = "",
    currency: str = "",
    is_for_all: bool = False,
    password: str = "",
    asked: str | None = None,
) -> None:
    """Answer which account the statement is that the file asks about, one that is there or a new one, and go on.

    The answer is for that statement, and for those of the file that name the same number in the same currency;
    ``is_for_all`` says that the others which name none in that currency are the same account. Once the file is
    imported, the number that it names is remembered, or the file's name where it names none, so that the next file is
    not asked about. With a ``password`` a PDF is imported at once, because it is kept nowhere. ``asked`` is what the
    run asked (:attr:`ImportRun.asked`) when the answer was given; without it, the answer is for what it asks now.

    Raises:
        RunNotWaitingError: the file does not ask, or asks about another statement than ``asked``.
        BankAccountRefusedError: the account is in another currency than the file states, or cannot be created.
    """
    with transaction.atomic():
        _take_answer(
            run,
            bank_account,
            facts=(name, kind, currency),
            is_for_all=is_for_all,
            in_seconds=RESCUE_SECONDS if password else 0,
            asked=asked,
        )
    if password:
        run_import(run_id=run.pk, now=now, password=password)


def _take_answer(
    run: ImportRun,
    bank_account: BankAccount | None,
    *,
    facts: tuple[str, str, str],
    is_for_all: bool,
    in_seconds: int,
    asked: str | None,
) -> None:
    locked = (
        ImportRun.objects.select_for_update(of=("self",)).select_related("book", "document").get(pk=run.pk)
    )
    if not locked.asks_account:
        raise RunNotWaitingError(f"{locked.document.name} does not ask for its account.")
    if asked not in (None, locked.asked):
        raise RunNotWaitingError(
            f"{locked.document.name} asks about another statement by now. Open it again."
        )
    name, kind, currency = facts
    account = account_for_answer(
        book=locked.book, bank_account=bank_account, name=name, kind=kind, currency=currency,
        stated=locked.asked_currency,
    )  # fmt: skip
    position = ANY_POSITION if is_for_all else locked.asked_position
    locked.answers = [
        *locked.answers,
        answer_for(position, locked.asked_number, locked.asked_currency, account.pk),
    ]
    locked.save(update_fields=["answers"])
    wait_again(locked, in_seconds=in_seconds)
