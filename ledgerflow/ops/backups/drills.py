"""The nightly drill: a backup counts when its books have stood in a scratch server, complete and verified."""

import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from ledgerflow import embedded
from ledgerflow.embedded.archive import archive_of
from ledgerflow.embedded.base_backups import base_backups, check_base_backup
from ledgerflow.embedded.folder import DataFolder
from ledgerflow.embedded.recovery import rebuilt
from ledgerflow.ops.backups import access
from ledgerflow.ops.backups.errors import BackupError
from ledgerflow.ops.backups.manifests import check_bytes, dumps_in
from ledgerflow.ops.backups.restoring import documents_back, prove, restore_beside, verified

_SCRATCH = "drill-"
_RESTORED = "ledgerflow_drill"


@dataclass(frozen=True, slots=True)
class Tried:
    """What one half of a drill restored, and the seconds until it was verified."""

    name: str
    seconds: float
    made_at: datetime


def check_every_backup(folder: Path) -> None:
    """Compare every dump and every base backup with what was recorded when it was made.

    Raises:
        BackupError: one is damaged.
        EmbeddedError: the same of a base backup.
    """
    for dump in dumps_in(folder):
        check_bytes(dump)
    for generation in embedded.Archive(folder / "recovery").generations():
        for copy in base_backups(generation):
            check_base_backup(copy.data)


def try_dump(folder: Path) -> Tried:
    """Restore the newest dump with its documents into a scratch server and verify the books in it.

    An encrypted one can only be compared with its manifest: the key is kept elsewhere, and that is the point of it.

    Raises:
        BackupError: there is none, it is damaged or it does not hold.
        EmbeddedError: the scratch server does not start.
    """
    newest = next(iter(dumps_in(folder)), None)
    if newest is None:
        raise BackupError(f"There is no dump in {folder}; make one with `ledgerflow backup create`.")
    began = time.monotonic()
    backup = check_bytes(newest)
    if not backup.is_encrypted:
        with verified(newest, identity=None) as (_, sql_file), _scratch_server() as (place, database):
            owner = access.of_embedded(database, role="lf_owner")
            restore_beside(backup, sql_file, owner=owner, name=_RESTORED)
            target, media_root = owner.to(_RESTORED), place / "documents"
            with target.connect() as connection:
                documents_back(connection, folder, media_root)
            application = access.of_embedded(database, role="lf_app").to(_RESTORED)
            prove(application, target, media_root=media_root)
    return Tried(newest.name, time.monotonic() - began, backup.made_at)


def try_moment(folder: Path, *, now: datetime) -> Tried | None:
    """Rebuild a random second of the last day from base backups and WAL and verify the books; None where none is kept.

    Raises:
        BackupError: the books do not hold.
        EmbeddedError: a copy or WAL is damaged, or too young to tell.
    """
    archive = archive_of(DataFolder.at(settings.DATA_DIR)) if settings.USES_EMBEDDED_DATABASE else None
    if archive is None:
        return None
    # Since the last restore: what was restored away may not have held, which is no fault of the archive.
    copies = [
        copy.finished_at for generation in archive.generations()[:1] for copy in base_backups(generation)
    ]
    if not copies:
        return None
    earliest = max(min(copies), now - timedelta(days=1))
    moment = earliest + (now - earliest) * random.random()  # noqa: S311 - any second will do
    began = time.monotonic()
    with rebuilt(archive, target=moment, place=settings.DATA_DIR) as books:
        owner = access.of_embedded(books.lease.database, role="lf_owner")
        media_root = books.data_dir / "documents"
        with owner.connect() as connection:
            documents_back(connection, folder, media_root, also=Path(settings.MEDIA_ROOT))
        prove(access.of_embedded(books.lease.database, role="lf_app"), owner, media_root=media_root)
    return Tried("recovery", time.monotonic() - began, moment)


def measured_loss(newest_dump: datetime | None, *, now: datetime) -> float | None:
    """Return how many seconds of work would be lost if the database vanished now; None if nothing would be left.

    With WAL archived: how long a commit takes to arrive there. Without: the age of the newest dump.

    Raises:
        EmbeddedError: what is committed does not arrive.
    """
    if settings.USES_EMBEDDED_DATABASE and archive_of(DataFolder.at(settings.DATA_DIR)) is not None:
        return embedded.wait_until_archived(settings.DATA_DIR, timeout=30)
    return (now - newest_dump).total_seconds() if newest_dump is not None else None


@contextmanager
def _scratch_server() -> Iterator[tuple[Path, embedded.EmbeddedDatabase]]:
    for leftover in Path(settings.DATA_DIR).glob(f"{_SCRATCH}*"):
        if time.time() - leftover.stat().st_mtime > 86400:
            shutil.rmtree(leftover, ignore_errors=True)
    place = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=settings.DATA_DIR))
    try:
        with embedded.ensure_running(place, grace=0) as lease:
            yield place, lease.database
    finally:
        embedded.wait_until_stopped(place)
        shutil.rmtree(place, ignore_errors=True)
