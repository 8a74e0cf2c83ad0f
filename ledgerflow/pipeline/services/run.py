"""One file's way through the stages, written in one transaction: a killed run leaves nothing half-done."""

import logging
import time
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

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
from ledgerflow.pipeline.services._accounts import Part, parts_of, remember_answers, whose
from ledgerflow.pipeline.services._bringing import Brought, bring_in, tried
from ledgerflow.pipeline.services._layouts import ReadByLayouts, is_proven_by_file, read_by_layouts
from ledgerflow.pipeline.services._orders import question_of
from ledgerflow.pipeline.services._protected import is_protected
from ledgerflow.pipeline.services._shown import shown_sha256
from ledgerflow.pipeline.services._waiting import look_again, wait_again
from ledgerflow.statements.models import BankAccount
from ledgerflow.statements.reading import FileReading
from ledgerflow.statements.services import are_named_alike, remember_layout
from ledgerflow.toolbox.layouts import open_order_as_json
from ledgerflow.toolbox.services.readings import note_reading
from ledgerflow.toolbox.values import Layout

logger = logging.getLogger(__name__)

KEPT_AS_RECEIPT = "It is kept as a receipt."

_State, _Stage, _Look = ImportRun.State, ImportRun.Stage, ImportRun.Look
#: Bank accounts that the sentence of a file that waits names.
_NAMED = 3
_OTHERWISE = "It is read otherwise now, or is of another account, than when somebody looked at it."
_NO_ROOM = (
    "The database's disk is full or failing, so nothing of this file was kept. Make room, then try again."
)


def run_import(
    *, run_id: int, now: datetime, password: str | None = None, read: ReadByLayouts | None = None
) -> None:
    """Read the file, recognize what is here already, classify what is new.

    Ends with the run ready, failed with a sentence, or asking which account the file is or how its dates are written;
    a file that somebody wants to look at first waits for that, read and proved. One that somebody looked at waits once
    more where it is not read as they saw it, or is another account's.
    Running it again after a kill starts from the beginning; a run that is finished is left alone. Where two try at once
    (a worker that was only asleep, or the command line beside a worker) one of them imports, and the other changes
    nothing. ``password`` opens a protected file; it is kept nowhere. ``read`` is what the file says where it was read
    just now.
    """
    run = _begin(run_id, now)
    if run is None:
        return
    try:
        read = read or _read(run, password, now)
        reading = read.reading
        run.is_table = reading.is_table
        if reading.status != "read":
            if reading.asks is None and media_type_of(original := content(run.document)) in PICTURES:
                _keep_as_receipt(run, original, reading.error or "", now)
            else:
                _end_unread(run, reading, now)
            return
        # Seen before the one transaction of all that follows, which shows nothing until it ends.
        run.stage = _Stage.RECOGNIZING
        _mine(run).update(stage=run.stage)
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


def _read(run: ImportRun, password: str | None, now: datetime) -> ReadByLayouts:
    """Read the file, and put on the record of tools what its reader made of it."""
    began = time.monotonic()
    read = read_by_layouts(run=run, password=password)
    seconds, reading, document = time.monotonic() - began, read.reading, run.document
    if reading.reader is None:
        return read
    counts = {
        "format": reading.format,
        "statements": len(reading.statements),
        "lines": sum(len(each.lines) for each in reading.statements),
        "warnings": len(reading.warnings),
    }
    with book_scope(run.book, run.started_by):
        note_reading(
            reader=reading.reader,
            book=run.book,
            user=run.started_by,
            subject=f"document {document.pk}",
            name=document.name,
            sha256=document.sha256,
            size=document.size,
            result=None if reading.status == "refused" else counts,
            error=reading.error or "",
            started_at=now,
            seconds=seconds,
        )
    return read


def _end_unread(run: ImportRun, reading: FileReading, now: datetime) -> None:
    if reading.asks is not None:
        look_again(run)
        run.asked_order = open_order_as_json(reading.asks)
        _finish(run, _State.NEEDS_YOU, now, question_of(reading.asks))
        return
    _finish(run, _State.READY if reading.status == "empty" else _State.FAILED, now, reading.error or "")


def _keep_as_receipt(run: ImportRun, original: bytes, why: str, now: datetime) -> None:
    """Keep a picture in which no statement was read as a receipt, which changes no figure."""
    with book_scope(run.book, run.started_by):
        if _is_ours(run):
            keep_receipt(
                book=run.book, name=run.document.name, content=original, user=run.started_by, now=now
            )
            _finish(run, _State.READY, now, f"{KEPT_AS_RECEIPT} It was not read as a statement: {why}")


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
    return _mine(run).select_for_update().first() is not None


def _mine(run: ImportRun) -> QuerySet[ImportRun]:
    return ImportRun.objects.filter(
        pk=run.pk, state__in=(_State.WAITING, _State.RUNNING), started_at=run.started_at
    )


def _take_in(run: ImportRun, read: ReadByLayouts, now: datetime) -> None:
    reading = read.reading
    parts = parts_of(reading)
    found = whose(run, parts)
    shown = shown_sha256(read, found) if run.look else ""
    is_otherwise = run.look == _Look.DONE and shown != run.shown_sha256
    accounts = [account for account in found if account is not None]
    if len(accounts) < len(parts):
        unknown = [part for part, account in zip(parts, found, strict=True) if account is None]
        _ask(run, min(unknown, key=lambda part: (part.number, part.position)), len(parts), now)
        return
    if run.look == _Look.FIRST or is_otherwise:
        before = [_OTHERWISE] if is_otherwise else []
        _wait_for_a_look(run, read, accounts, now, shown=shown, before=before)
        return
    brought = bring_in(run=run, read=read, accounts=accounts, now=now)
    remember_answers(run, parts, accounts)
    _remember(run, reading, read.given, accounts, now)
    new_lines = [line_id for outcome in brought.outcomes for line_id in outcome.new_line_ids]
    classify_lines(book=run.book, line_ids=new_lines)
    wake_agent(book=run.book, user=None, by_import=True)
    run.bank_account = accounts[0]
    run.read_by = read.used
    run.lines_new, run.lines_known = brought.lines_new, brought.lines_known
    run.lines_held = brought.lines_held
    _finish(run, _State.READY, now, " ".join(brought.warnings))
    _let_others_go_on(run)


def _wait_for_a_look(
    run: ImportRun,
    read: ReadByLayouts,
    accounts: Sequence[BankAccount],
    now: datetime,
    *,
    shown: str,
    before: Sequence[str],
) -> None:
    """Say what the import would have brought now, and wait until somebody has looked at it."""
    with tried(run=run, read=read, accounts=accounts, now=now) as brought:
        would = _would_have_brought(brought, accounts)
        said = [*before, would, "Look at the file, then import it.", *brought.warnings]
    look_again(run)
    run.look, run.shown_sha256 = _Look.WAITS, shown
    _finish(run, _State.NEEDS_YOU, now, " ".join(said))


def _would_have_brought(brought: Brought, accounts: Sequence[BankAccount]) -> str:
    """Return it in the past: other files change it while this one waits, and its page counts anew."""
    new, known, held = brought.lines_new, brought.lines_known, brought.lines_held
    held_back = f", {held} would have been held back" if held else ""
    names = list(dict.fromkeys(str(account) for account in accounts))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return (
        f"When it was read for {', '.join(names[:_NAMED])}{more}, {new} line{' was' if new == 1 else 's were'} new, "
        f"{known} {'was' if known == 1 else 'were'} here already{held_back}."
    )


def _let_others_go_on(run: ImportRun) -> None:
    """Let the files that ask what was said of this one try again; what they ask beyond that, they ask then.

    What was said of a file that names no account is remembered by its name, so it tells nothing of files of other
    names. A protected file goes on asking: it would only fail, because its password is kept nowhere.
    """
    said = {(each["number"], each["currency"]) for each in run.answers}
    layouts = {each["fingerprint"] for each in run.layouts}
    if not said and not layouts:
        return
    asking = (
        ImportRun.objects.select_for_update(of=("self",))
        .select_related("document")
        .filter(book=run.book, state=_State.NEEDS_YOU)
        .exclude(look=_Look.WAITS)
        .order_by("pk")
    )
    for other in asking.exclude(pk=run.pk):
        if other.asked_order is not None:
            is_told = other.asked_order["layout"]["fingerprint"] in layouts
        else:
            is_told = (other.asked_number, other.asked_currency) in said and (
                bool(other.asked_number) or are_named_alike(run.document.name, other.document.name)
            )
        if is_told and not is_protected(document=other.document):
            wait_again(other)


def _ask(run: ImportRun, part: Part, count: int, now: datetime) -> None:
    """Ask a person about a statement of the file that nothing tells the account of."""
    look_again(run)
    run.asked_position, run.asked_alike = part.position, part.alike
    run.asked_number, run.asked_currency = part.number, part.currency
    run.asked_kind = part.statement.kind if part.statement.kind in BankAccount.Kind.values else ""
    which = f"Statement {part.position + 1} of {count} in the file" if count > 1 else "The file"
    named = f"names the account {part.number}" if part.number else "does not say which account it is"
    said = [part.sheet] if part.name and part.sheet else []
    lines = part.statement.lines
    if count > 1:
        said += [part.currency] if part.currency else []
        said += [f"{len(lines)} line{'' if len(lines) == 1 else 's'}"]
        days = [line.date for line in lines]
        said += [f"{min(days)} to {max(days)}"] if days else []
    about = f" ({', '.join(said)})" if said else ""
    _finish(run, _State.NEEDS_YOU, now, f"{which}{about} {named}. Which account of this book is it?")


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


@transaction.atomic
def _finish(run: ImportRun, state: ImportRun.State, now: datetime, message: str) -> None:
    if not _is_ours(run):
        logger.warning("Import %s was taken up by another worker, so this one leaves it alone.", run.pk)
        return
    if state != _State.NEEDS_YOU:
        # What was to be asked when something went wrong.
        run.asked_order = None
        if run.asks_look:
            look_again(run)
    run.state, run.message, run.finished_at = state, message, now
    run.stage = _Stage.DONE if state == _State.READY else run.stage
    run.save(
        update_fields=[
            "state", "stage", "message", "finished_at", "bank_account", "lines_new", "lines_known", "lines_held",
            "asked_number", "asked_currency", "asked_position", "asked_kind", "asked_alike", "asked_order", "is_table",
            "read_by", "look", "looked_by", "looked_at", "shown_sha256",
        ]
    )  # fmt: skip
