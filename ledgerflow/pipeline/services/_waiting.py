"""Let a file wait for its turn, once or once more."""

from datetime import datetime

from ledgerflow.core.jobs import enqueue
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.users.models import User

IMPORT_JOB = "pipeline.import_file"

#: How long a file waits for a worker that is imported at once, because its password is kept nowhere.
RESCUE_SECONDS = 60


def look_again(run: ImportRun) -> None:
    """Let a file that is read anew, or goes, be looked at again where it was to be looked at; not saved yet."""
    if run.look:
        run.look, run.looked_by, run.looked_at = ImportRun.Look.FIRST, None, None
        run.shown_sha256 = ""


def looked(run: ImportRun, *, shown_sha256: str, user: User, now: datetime) -> None:
    """Note that somebody saw what is imported next; not saved yet."""
    run.look, run.looked_by, run.looked_at = ImportRun.Look.DONE, user, now
    run.shown_sha256 = shown_sha256


def wait_again(run: ImportRun, *, in_seconds: int = 0) -> None:
    """Let a file that failed, or asked, be read anew; its account and who started it are saved with it."""
    look_again(run)
    enqueue_anew(run, in_seconds=in_seconds)


def enqueue_anew(run: ImportRun, *, in_seconds: int = 0) -> None:
    """Let a file begin anew whose look stands as it is on the run; it is saved with it."""
    run.state, run.stage = ImportRun.State.WAITING, ImportRun.Stage.RECEIVED
    run.attempts, run.message, run.finished_at, run.asked_order = 0, "", None, None
    run.save(
        update_fields=[
            "state", "stage", "attempts", "message", "finished_at", "asked_order", "bank_account", "started_by", "look",
            "looked_by", "looked_at", "shown_sha256",
        ]
    )  # fmt: skip
    enqueue_import(run, in_seconds=in_seconds)


def enqueue_import(run: ImportRun, *, in_seconds: int = 0) -> None:
    """Let a worker import the file, one of the book after the other."""
    enqueue(
        IMPORT_JOB, lock=f"book:{run.book_id}", once=f"import:{run.pk}", in_seconds=in_seconds, run_id=run.pk
    )
