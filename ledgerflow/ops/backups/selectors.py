"""How the backups stand: what was made and proved last, and whether that is too long ago."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

from ledgerflow import embedded
from ledgerflow.embedded.archive import archive_of
from ledgerflow.embedded.base_backups import DamagedBackupError, base_backups
from ledgerflow.embedded.folder import DataFolder
from ledgerflow.ops.backups.errors import DamagedDumpError
from ledgerflow.ops.backups.manifests import Backup, dumps_in, read_manifest
from ledgerflow.ops.backups.server_backups import ServerBackups, server_backups
from ledgerflow.ops.models import BackupKind, BackupRun, RestoreDrill

#: A day and two hours: what is made or proved daily and is older than this was not made or proved.
OLDEST = timedelta(hours=26)
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Standing:
    """What the page *Backups* says."""

    folder: Path
    free_bytes: int
    dumps: list[Backup]
    #: Names of dumps whose manifests cannot be read.
    unreadable: list[str]
    #: Which copy for point-in-time recovery cannot be read; empty where all can.
    damage: str
    last_run: BackupRun | None
    last_failure: BackupRun | None
    last_drill: RestoreDrill | None
    last_proof: RestoreDrill | None
    #: The first moment that can be restored; None where no WAL is archived.
    recovery_from: datetime | None
    archives_wal: bool
    #: When a server of one's own last archived its log by itself; None where it does not, or not any more.
    server_archived_at: datetime | None
    #: What that server says of its own backups, and what of it somebody must look at; None where it says nothing here.
    server: ServerBackups | None
    server_faults: list[str]
    backup_is_late: bool
    proof_is_late: bool

    @property
    def is_red(self) -> bool:
        """Whether somebody must act."""
        return (
            self.backup_is_late
            or self.proof_is_late
            or bool(self.unreadable or self.damage or self.server_faults)
        )


def standing(*, now: datetime) -> Standing:
    """Say how the backups stand; a fixed number of queries."""
    folder = settings.BACKUP_DIR
    dumps, unreadable = _dumps(folder)
    runs = BackupRun.objects.order_by("-started_at")
    last_failure = runs.exclude(error="").first()
    newest = max((backup.made_at for backup in dumps), default=None)
    if last_failure is not None and newest is not None and last_failure.started_at < newest:
        last_failure = None
    proof = latest_proof()
    recovery_from, damage = None, ""
    try:
        recovery_from = recovery_begins()
    except DamagedBackupError as error:
        damage = str(error)
    server = server_backups(settings.SERVER_BACKUPS)
    return Standing(
        folder=folder,
        free_bytes=shutil.disk_usage(_existing(folder)).free,
        dumps=dumps[:_SHOWN],
        unreadable=unreadable,
        damage=damage,
        last_run=runs.first(),
        last_failure=last_failure,
        last_drill=latest_drill(),
        last_proof=proof,
        recovery_from=recovery_from,
        archives_wal=_archives_wal(),
        server_archived_at=server_archived_at(),
        server=server,
        server_faults=server.faults(now=now, oldest=OLDEST) if server is not None else [],
        backup_is_late=newest is None or newest < now - OLDEST,
        proof_is_late=proof is None or proof.started_at < now - OLDEST,
    )


def latest_backup(*, kind: BackupKind, is_good: bool = True) -> BackupRun | None:
    """Return the latest run that succeeded, or the latest attempt whatever came of it."""
    runs = BackupRun.objects.filter(kind=kind).order_by("-started_at")
    return (runs.filter(error="", ended_at__isnull=False) if is_good else runs).first()


def latest_drill() -> RestoreDrill | None:
    """Return the latest drill that has ended."""
    return RestoreDrill.objects.filter(ended_at__isnull=False).order_by("-started_at").first()


def latest_proof() -> RestoreDrill | None:
    """Return the latest drill in which everything held."""
    return RestoreDrill.objects.filter(ended_at__isnull=False, error="").order_by("-started_at").first()


def recovery_begins() -> datetime | None:
    """Return the first moment that the present cluster's archive leads to; None before its first copy.

    Raises:
        DamagedBackupError: a copy cannot be read.
    """
    if not _archives_wal():
        return None
    generations = embedded.Archive(settings.BACKUP_DIR / "recovery").generations()
    copies = base_backups(generations[0]) if generations else []
    return copies[0].finished_at if copies else None


def server_archived_at() -> datetime | None:
    """Return when a server of one's own last archived a piece of its log; None if the last try failed."""
    if settings.USES_EMBEDDED_DATABASE:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT last_archived_time FROM pg_stat_archiver WHERE current_setting('archive_mode') <> 'off'"
            " AND last_archived_time > coalesce(last_failed_time, '-infinity')"
        )
        row = cursor.fetchone()
    return row[0] if row is not None else None


def _archives_wal() -> bool:
    return settings.USES_EMBEDDED_DATABASE and archive_of(DataFolder.at(settings.DATA_DIR)) is not None


def _dumps(folder: Path) -> tuple[list[Backup], list[str]]:
    found, unreadable = [], []
    for path in dumps_in(folder):
        try:
            found.append(read_manifest(path))
        except DamagedDumpError:
            unreadable.append(path.name)
    return found, unreadable


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder
