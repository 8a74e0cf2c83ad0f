"""What the worker's clock starts."""

from django.utils import timezone

from ledgerflow.core.jobs import BACKUPS, job, periodic_job
from ledgerflow.ops.backups import schedule


@periodic_job(name=schedule.LOOK_AFTER_JOB, cron="*/10 * * * *", queue=BACKUPS)
def look_after_backups() -> None:
    """Make what is due: a dump, a copy for recovery, a drill."""
    schedule.look_after(now=timezone.now())


def _given_up() -> None:
    """Leave it: its record says that it was interrupted."""


@job(name=schedule.DUMP_JOB, given_up=_given_up, queue=BACKUPS)
def dump_now() -> None:
    """Make the dump that somebody asked for on the page."""
    schedule.dump_asked_for(now=timezone.now())


@job(name=schedule.DRILL_JOB, given_up=_given_up, queue=BACKUPS)
def drill_now() -> None:
    """Run the drill that somebody asked for on the page."""
    schedule.drill_asked_for(now=timezone.now())
