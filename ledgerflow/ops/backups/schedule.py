"""What is due when. Decided by what was done last, not by the clock alone: machines sleep."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from ledgerflow.core.jobs import enqueue
from ledgerflow.embedded.archive import archive_of, compress_finished
from ledgerflow.embedded.errors import EmbeddedError
from ledgerflow.embedded.folder import DataFolder
from ledgerflow.ops.backups import services
from ledgerflow.ops.backups.errors import BackupError
from ledgerflow.ops.backups.selectors import latest_backup, latest_drill, recovery_begins
from ledgerflow.ops.models import BackupKind, BackupReason

logger = logging.getLogger(__name__)

LOOK_AFTER_JOB = "ops.look_after_backups"
DUMP_JOB = "ops.dump"
DRILL_JOB = "ops.drill"

DUMP_EVERY = timedelta(hours=24)
COPY_EVERY = timedelta(hours=24)
#: In the night as soon as this has passed, by day a little later: machines that sleep at night have drills too.
DRILL_EVERY, DRILL_AT_THE_LATEST = timedelta(hours=20), timedelta(hours=25)
_NIGHT = range(1, 6)
_TRY_AGAIN = timedelta(hours=1)


def look_after(*, now: datetime) -> None:
    """Make what is due. What fails is recorded, logged and tried again an hour later."""
    services.forget_unfinished(now=now)
    if settings.USES_EMBEDDED_DATABASE and archive_of(DataFolder.at(settings.DATA_DIR)) is not None:
        _attempt("copy for recovery", lambda: _copy_if_due(now))
    if not settings.AUTOMATIC_BACKUPS:
        return
    if _is_due(BackupKind.DUMP, DUMP_EVERY, now):
        _attempt("dump", lambda: services.create_dump(reason=BackupReason.DAILY, now=now))
        _attempt("pruning of backups", lambda: services.prune(now=timezone.now()))
    if _drill_is_due(now):
        drill_asked_for(now=now)


def dump_asked_for(*, now: datetime) -> None:
    """Make a dump; a failure is recorded and logged."""
    _attempt("dump", lambda: services.create_dump(reason=BackupReason.ASKED, now=now))


def drill_asked_for(*, now: datetime) -> None:
    """Run a drill; what it finds is recorded and logged."""
    drill = services.run_drill(now=now)
    if drill.error:
        logger.error("The restore drill failed: %s", drill.error)


def enqueue_look_after() -> None:
    """Have a worker look at what is due as soon as it has started, instead of at the clock's next mark."""
    enqueue(LOOK_AFTER_JOB, lock=LOOK_AFTER_JOB, once=LOOK_AFTER_JOB, timestamp=0)


def enqueue_dump() -> None:
    """Have a worker make a dump soon; a second wish while the first waits changes nothing."""
    enqueue(DUMP_JOB, lock=LOOK_AFTER_JOB, once=DUMP_JOB)


def enqueue_drill() -> None:
    """Have a worker run a drill soon."""
    enqueue(DRILL_JOB, lock=LOOK_AFTER_JOB, once=DRILL_JOB)


def _copy_if_due(now: datetime) -> None:
    compress_finished(services.recovery_archive())
    is_first = recovery_begins() is None
    if is_first or _is_due(BackupKind.BASE, COPY_EVERY, now):
        services.create_base_backup(reason=BackupReason.DAILY, now=now, only_first=is_first)


def _is_due(kind: BackupKind, every: timedelta, now: datetime) -> bool:
    last, attempt = latest_backup(kind=kind), latest_backup(kind=kind, is_good=False)
    if attempt is not None and attempt.error and attempt.started_at > now - _TRY_AGAIN:
        return False
    return last is None or last.started_at <= now - every


def _drill_is_due(now: datetime) -> bool:
    dump, drill = latest_backup(kind=BackupKind.DUMP), latest_drill()
    if dump is None:
        return False
    if drill is None:
        # Not in the first minutes of an installation, in which people look around.
        return now - dump.started_at >= _TRY_AGAIN
    age = now - drill.started_at
    if drill.error:
        return age >= _TRY_AGAIN
    is_night = timezone.localtime(now).hour in _NIGHT
    return age >= DRILL_AT_THE_LATEST or (is_night and age >= DRILL_EVERY)


def _attempt(what: str, action: Callable[[], object]) -> None:
    try:
        action()
    except (BackupError, EmbeddedError, OSError) as error:
        logger.error("The %s failed: %s", what, error)  # noqa: TRY400 - the sentence is what a person needs
