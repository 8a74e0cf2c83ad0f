"""Let a file wait for its turn, once or once more."""

from ledgerflow.core.jobs import enqueue
from ledgerflow.pipeline.models import ImportRun

IMPORT_JOB = "pipeline.import_file"

#: How long a file waits for a worker that is imported at once, because its password is kept nowhere.
RESCUE_SECONDS = 60


def look_again(run: ImportRun) -> None:
    """Let a file that waits for a look, and is read anew or goes, be looked at again when it is read; not saved yet."""
    if run.asks_look:
        run.look = ImportRun.Look.FIRST


def wait_again(run: ImportRun, *, in_seconds: int = 0) -> None:
    """Let a file that failed, or asked, begin anew; its account, look and who started it are saved with it."""
    look_again(run)
    run.state, run.stage = ImportRun.State.WAITING, ImportRun.Stage.RECEIVED
    run.attempts, run.message, run.finished_at, run.asked_order = 0, "", None, None
    run.save(
        update_fields=[
            "state", "stage", "attempts", "message", "finished_at", "asked_order", "bank_account", "started_by", "look",
            "looked_by", "looked_at",
        ]
    )  # fmt: skip
    enqueue_import(run, in_seconds=in_seconds)


def enqueue_import(run: ImportRun, *, in_seconds: int = 0) -> None:
    """Let a worker import the file, one of the book after the other."""
    enqueue(
        IMPORT_JOB, lock=f"book:{run.book_id}", once=f"import:{run.pk}", in_seconds=in_seconds, run_id=run.pk
    )
