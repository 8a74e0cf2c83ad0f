"""One job per file."""

from django.utils import timezone

from ledgerflow.core.jobs import job
from ledgerflow.pipeline import services


def _given_up(*, run_id: int) -> None:
    services.give_up(run_id=run_id, now=timezone.now())


@job(name=services.IMPORT_JOB, given_up=_given_up)
def import_file(*, run_id: int) -> None:
    """Take one received file through reading, recognition and classification."""
    services.run_import(run_id=run_id, now=timezone.now())
