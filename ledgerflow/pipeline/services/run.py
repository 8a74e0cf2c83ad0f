"""One file's way through the stages, written in one transaction: a killed run leaves nothing half-done."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from ledgerflow.agent.services import wake as wake_agent
from ledgerflow.books.scope import book_scope
from ledgerflow.classification.services import classify_lines
from ledgerflow.core.database_errors import is_away, lacks_room
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.core.jobs import MOST_ATTEMPTS
from ledgerflow.documents.media import media_type_of
from ledgerflow.documents.models import PICTURES
from ledgerflow.documents.selectors import content
from ledgerflow.documents.services import keep_receipt
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services._layouts import (
    ReadByLayouts,
    is_proven_by_file,
    layout_warnings,
    read_by_layouts,
)
from ledgerflow.statements.models import BankAccount
from ledgerflow.statements.reading import FileReading
from ledgerflow.statements.services import (
    import_statement,
    match_bank_account,
    remember_layout,
    remember_number,
)
from ledgerflow.toolbox.values import Layout

logger = logging.getLogger(__name__)

IMPORT_JOB = "pipeline.import_file"
KEPT_AS_RECEIPT = "It is kept as a receipt."

#: ISO 4217's code for "no currency", where a file states none.
_NO_CURRENCY = "XXX"

_State, _Stage = ImportRun.State, ImportRun.Stage
_NO_ROOM = (
    "The database's disk is full or failing, so nothing of this file was kept. Make room, then try again."
)


def run_import(
    *, run_id: int, now: datetime, password: str | None = None, read: ReadByLayouts | None = None
) -> None:
    """Read the file, recognize what is here already, classify what is new.

    Ends with the run ready, failed with a sentence, or asking which account the file is. Running it again after a kill
    starts from the beginning; a run that is finished is left alone. Where two try at once (a worker that was only
    asleep, or the command line beside a worker) one of them imports, and the other changes nothing. ``password`` opens
    a protected file; it is kept nowhere. ``read`` is what the file says where it was read just now.
    """
    run = _begin(run_id, now)
    if run is None:
        return
    try:
        read = read or read_by_layouts(run=run, password=password)
        reading = read.reading
        run.is_table = reading.is_table
        if not reading.is_claimed:
            original = content(run.document)
            if media_type_of(original) in PICTURES:
                _keep_as_receipt(run, original, now)
                return
        if reading.status != "read":
            state = _State.READY if reading.status == "empty" else _State.FAILED
            _finish(run, state, now, reading.error or "")
            return
        with book_scope(run.book, run.started_by):
            if _is_ours(run):
                _take_in(run, read, now)
    except LedgerFlowError as error:
        _finish(run, _State.FAILED, now, str(error))
    except Exception as error:  # the edge of the job: the row must say that it failed
        if lacks_room(error):
            logger.error("Unable to import document %s: the database's disk is full", run.document_id)  # noqa: TRY400 - the disk, not this code
            _finish(run, _State.FAILED, now, _NO_ROOM)
            return
        if is_away(error):
            raise  # nothing was kept, so the file is taken up again when the database answers
        logger.exception("Unable to import document %s", run.document_id)
        _finish(
            run,
            _State.FAILED,
            now,
            "Something unexpected went wrong; the log says what. Try again, or report it.",
        )


def _keep_as_receipt(run: ImportRun, original: bytes, now: datetime) -> None:
    """Keep a picture as a receipt: no reader takes it for a statement, and a receipt changes no figure."""
    with book_scope(run.book, run.started_by):
        if _is_ours(run):
            keep_receipt(
                book=run.book, name=run.document.name, content=original, user=run.started_by, now=now
            )
            _finish(run, _State.READY, now, KEPT_AS_RECEIPT)


def give_up(*, run_id: int, now: datetime) -> None:
    """Say on the run that its worker died, or lost its database, each time."""
    run = ImportRun.objects.select_related("document").get(pk=run_id)
    _finish(
        run,
        _State.FAILED,
        now,
        f"The worker died {MOST_ATTEMPTS} times while importing this file, or lost the database. Try it again, or "
        "another format.",
    )


def _begin(run_id: int, now: datetime) -> ImportRun | None:
    with transaction.atomic():
        run = (
            ImportRun.objects.select_for_update(of=("self",))
            .select_related("book", "document", "bank_account", "started_by")
            .filter(pk=run_id)
            .first()
        )
        # Nothing is left of a run whose book was purged while the file waited.
        if run is None or run.state not in {_State.WAITING, _State.RUNNING}:
            return None
        run.state, run.stage = _State.RUNNING, _Stage.READING
        run.attempts += 1
        run.started_at = now
        run.save(update_fields=["state", "stage", "attempts", "started_at"])
    return run


def _is_ours(run: ImportRun) -> bool:
    """Whether nobody else took the run up or finished it since; its row stays locked to the transaction's end."""
    mine = ImportRun.objects.select_for_update().filter(
        pk=run.pk, state__in=(_State.WAITING, _State.RUNNING), started_at=run.started_at
    )
    return mine.first() is not None


def _take_in(run: ImportRun, read: ReadByLayouts, now: datetime) -> None:
    reading = read.reading
    accounts = _accounts(run, reading)
    if accounts is None:
        named = (
            f"names the account {run.asked_number}"
            if run.asked_number
            else "does not say which account it is"
        )
        _finish(run, _State.NEEDS_YOU, now, f"The file {named}. Which account of this book is it?")
        return
    warnings = [*reading.warnings, *layout_warnings(read=read)]
    _remember(run, reading, read.given, accounts, now)
    outcomes = import_statement(document=run.document, reading=reading, bank_accounts=accounts, now=now)
    new_lines = [line_id for outcome in outcomes for line_id in outcome.new_line_ids]
    classify_lines(book=run.book, line_ids=new_lines)
    wake_agent(book=run.book, user=None, by_import=True)
    run.bank_account = accounts[0]
    run.read_by = read.used
    run.lines_new = sum(outcome.lines_new for outcome in outcomes)
    run.lines_known = sum(outcome.lines_known for outcome in outcomes)
    run.lines_held = sum(outcome.lines_held for outcome in outcomes)
    _finish(run, _State.READY, now, " ".join(warnings))


def _remember(
    run: ImportRun,
    reading: FileReading,
    given: Sequence[Layout],
    accounts: Sequence[BankAccount],
    now: datetime,
) -> None:
    """Remember what a person chose for this file, for each of its bank accounts."""
    titles = {each["fingerprint"]: each.get("titles", []) for each in run.layouts}
    for layout in given:
        for account in dict.fromkeys(accounts):
            remember_layout(
                bank_account=account,
                layout=layout,
                titles=titles[layout.fingerprint],
                is_proven=is_proven_by_file(reading),
                user=run.started_by,
                now=now,
            )


def _accounts(run: ImportRun, reading: FileReading) -> Sequence[BankAccount] | None:
    """Return each statement's bank account, or ask a person about the first that nothing tells."""
    matched = [
        match_bank_account(book=run.book, statement=statement, file_name=run.document.name)
        for statement in reading.statements
    ]
    unmatched = [
        statement for statement, account in zip(reading.statements, matched, strict=True) if account is None
    ]
    open_numbers = {statement.account for statement in unmatched}
    if not unmatched:
        return [account for account in matched if account is not None]
    if run.bank_account is not None and len(open_numbers) == 1:
        # The person's answer, or the account named with the upload, can only mean this one.
        for number in filter(None, open_numbers):
            remember_number(bank_account=run.bank_account, number=number)
        return [account or run.bank_account for account in matched]
    asked = min(unmatched, key=lambda statement: statement.account or "")
    run.asked_number = asked.account or ""
    run.asked_currency = asked.currency if asked.currency != _NO_CURRENCY else ""
    return None


@transaction.atomic
def _finish(run: ImportRun, state: ImportRun.State, now: datetime, message: str) -> None:
    if not _is_ours(run):
        logger.warning("Import %s was taken up by another worker, so this one leaves it alone.", run.pk)
        return
    run.state, run.message, run.finished_at = state, message, now
    run.stage = _Stage.DONE if state == _State.READY else run.stage
    run.save(
        update_fields=[
            "state", "stage", "message", "finished_at", "bank_account", "lines_new", "lines_known", "lines_held",
            "asked_number", "asked_currency", "is_table", "read_by",
        ]
    )  # fmt: skip
