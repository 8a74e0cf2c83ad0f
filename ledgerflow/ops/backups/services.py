"""Making backups, pruning them, and saying in the database how it went."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from ledgerflow import embedded
from ledgerflow.embedded.base_backups import base_backups, prune_archive, take_base_backup
from ledgerflow.embedded.cluster import REPLACED_PREFIX
from ledgerflow.embedded.errors import EmbeddedError
from ledgerflow.ops.backups import access, media
from ledgerflow.ops.backups.drills import check_every_backup, measured_loss, try_dump, try_moment
from ledgerflow.ops.backups.errors import BackupError, DamagedDumpError
from ledgerflow.ops.backups.making import drop_database, locked, make_dump, media_root
from ledgerflow.ops.backups.manifests import ENCRYPTED, Backup, dumps_in, manifest_of, read_manifest
from ledgerflow.ops.backups.restoring import REPLACED, documents_back, replaced_databases
from ledgerflow.ops.backups.retention import expendable
from ledgerflow.ops.models import BackupKind, BackupReason, BackupRun, RestoreDrill

#: How long what a restore replaced is kept, and how far back WAL leads.
KEPT_FOR = timedelta(days=7)
_NEW_CHAIN_AFTER = 7
_OLDEST_RUNS = timedelta(days=400)


def create_dump(*, reason: BackupReason, now: datetime, folder: Path | None = None) -> Backup:
    """Make and verify one dump, and record how it went.

    Raises:
        BackupError: it does not work; nothing that could be taken for a backup is left.
    """
    run = BackupRun.objects.create(kind=BackupKind.DUMP, reason=reason, started_at=now)
    try:
        backup = make_dump(
            folder or settings.BACKUP_DIR,
            reason=reason,
            now=now,
            media_root=media_root(),
            recipient=settings.BACKUP_RECIPIENT,
        )
    except BaseException as error:
        _ended(run, error=str(error) or type(error).__name__)
        raise
    _ended(run, file_name=backup.name, size=backup.size)
    return backup


def create_dump_before_migration(*, now: datetime) -> Backup:
    """Make a dump of a database whose tables are still those of an earlier release; only the folder tells of it.

    Raises:
        BackupError: it does not work.
    """
    return make_dump(
        settings.BACKUP_DIR,
        reason=BackupReason.MIGRATION,
        now=now,
        media_root=media_root(),
        recipient=settings.BACKUP_RECIPIENT,
    )


def create_base_backup(
    *, reason: BackupReason, now: datetime, full: bool = False, only_first: bool = False
) -> BackupRun:
    """Copy the embedded cluster for point-in-time recovery, and record how it went.

    ``only_first`` makes do with a copy that the cluster has already.

    Raises:
        BackupError: there is no embedded server, or it cannot be copied.
    """
    archive = recovery_archive()
    run = BackupRun.objects.create(kind=BackupKind.BASE, reason=reason, started_at=now)
    try:
        copy = take_base_backup(
            settings.DATA_DIR, archive, full=full or _chain_is_long(archive), only_first=only_first
        )
    except EmbeddedError as error:
        _ended(run, error=str(error))
        raise BackupError(str(error)) from error
    except BaseException as error:
        _ended(run, error=str(error) or type(error).__name__)
        raise
    _ended(run, file_name=copy.name, size=copy.size)
    return run


def run_drill(*, now: datetime) -> RestoreDrill:
    """Restore the newest dump and a random second of the last day into scratch servers, and record what was proved.

    It never raises for a backup that does not hold: the record says so.
    """
    drill, folder = RestoreDrill.objects.create(started_at=now), settings.BACKUP_DIR
    try:
        dump = try_dump(folder)
        drill.dump_name, drill.dump_seconds = dump.name, dump.seconds
        drill.note = dump.note
        if dump.name.endswith(ENCRYPTED):
            drill.dump_seconds = None
        if (moment := try_moment(folder, now=now)) is not None:
            drill.moment, drill.moment_seconds = moment.made_at, moment.seconds
        drill.loss_seconds = measured_loss(dump.made_at, now=now)
        check_every_backup(folder)
    except (BackupError, EmbeddedError) as error:
        drill.error = str(error)
    except BaseException as error:
        drill.error = f"The drill was cut short: {error or type(error).__name__}"
        raise
    finally:
        drill.ended_at = timezone.now()
        drill.save()
    return drill


def bring_documents_back(*, identity: Path | None = None) -> None:
    """Put files of documents that are missing back from the folder of backups; nothing that is there is touched.

    Raises:
        BackupError: one is nowhere, or encrypted and the key is not given.
    """
    with access.owner().connect() as connection:
        documents_back(connection, settings.BACKUP_DIR, media_root(), identity=identity)


def recovery_archive() -> embedded.Archive:
    """Return where the embedded server's WAL goes.

    Raises:
        BackupError: the server is not the embedded one.
    """
    if not settings.USES_EMBEDDED_DATABASE:
        raise BackupError(
            "Only the embedded server's WAL is archived by LedgerFlow; for another server use its own archive."
        )
    return embedded.Archive(settings.BACKUP_DIR / "recovery")


def prune(*, now: datetime) -> list[str]:
    """Remove what retention no longer keeps; return the names of what went.

    Raises:
        BackupError: a backup is being made just now.
    """
    folder: Path = settings.BACKUP_DIR
    with locked(folder):
        backups = _readable(folder)
        going = expendable(backups, now=now)
        for backup in going:
            backup.path.unlink(missing_ok=True)
            manifest_of(backup.path).unlink(missing_ok=True)
        kept = [backup for backup in backups if backup not in going]
        if len(kept) == len(dumps_in(folder)):
            # Where a manifest cannot be read, nobody knows which files its dump needs.
            media.prune(folder, needed={sha256 for backup in kept for sha256 in backup.facts["documents"]})
    gone = [backup.name for backup in going]
    if settings.USES_EMBEDDED_DATABASE:
        gone += prune_archive(recovery_archive(), before=now - KEPT_FOR)
        gone += _prune_replaced_clusters(now)
    gone += _prune_replaced_databases(now)
    BackupRun.objects.filter(started_at__lt=now - _OLDEST_RUNS).delete()
    return gone


def forget_unfinished(*, now: datetime) -> None:
    """Say of attempts whose process was killed that they failed."""
    BackupRun.objects.filter(ended_at__isnull=True, started_at__lt=now - timedelta(hours=6)).update(
        ended_at=now, error="It was interrupted."
    )
    RestoreDrill.objects.filter(ended_at__isnull=True, started_at__lt=now - timedelta(hours=6)).update(
        ended_at=now, error="It was interrupted."
    )


def _chain_is_long(archive: embedded.Archive) -> bool:
    generations = archive.generations()
    copies = base_backups(generations[0]) if generations else []
    since_full = 0
    for copy in reversed(copies):
        if copy.parent is None:
            break
        since_full += 1
    return since_full >= _NEW_CHAIN_AFTER - 1


def _readable(folder: Path) -> list[Backup]:
    found = []
    for path in dumps_in(folder):
        try:
            found.append(read_manifest(path))
        except DamagedDumpError:
            continue  # it is kept, and the drill says so
    return found


def _prune_replaced_clusters(now: datetime) -> list[str]:
    gone = []
    for path in Path(settings.DATA_DIR).glob(f"{REPLACED_PREFIX}*"):
        if _is_old(path.name.removeprefix(REPLACED_PREFIX), now):
            shutil.rmtree(path, ignore_errors=True)
            gone.append(path.name)
    return gone


def _prune_replaced_databases(now: datetime) -> list[str]:
    owner = access.owner()
    old = [
        name for name in replaced_databases(owner, owner.dbname) if _is_old(name.rpartition(REPLACED)[2], now)
    ]
    for name in old:
        drop_database(owner, name)
    return old


def _is_old(stamp: str, now: datetime) -> bool:
    try:
        moment = datetime.strptime(stamp.upper(), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return False
    return moment < now - KEPT_FOR


def _ended(run: BackupRun, *, error: str = "", file_name: str = "", size: int | None = None) -> None:
    run.ended_at, run.error, run.file_name, run.size = timezone.now(), error, file_name, size
    run.save(update_fields=["ended_at", "error", "file_name", "size"])
