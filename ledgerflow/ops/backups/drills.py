"""The nightly drill: a backup counts when its books have stood in a scratch server, complete and verified."""

import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
from ledgerflow.ops.backups.making import drop_database
from ledgerflow.ops.backups.manifests import check_bytes, dumps_in
from ledgerflow.ops.backups.media import damaged_in
from ledgerflow.ops.backups.restoring import databases_of, documents_back, prove, restore_beside, verified
from ledgerflow.ops.backups.selectors import server_archived_at

_SCRATCH = "drill-"
_RESTORED = "ledgerflow_drill"
#: Between the live database's name and the moment of a drill that restores beside it.
_BESIDE = "_drill_"


@dataclass(frozen=True, slots=True)
class Tried:
    """What one half of a drill restored, and the seconds until it was verified."""

    name: str
    seconds: float
    made_at: datetime
    note: str = ""


def check_every_backup(folder: Path) -> None:
    """Compare every dump, every file of a document and every base backup with what was recorded when it was made.

    Raises:
        BackupError: one is damaged.
        EmbeddedError: the same of a base backup.
    """
    for dump in dumps_in(folder):
        check_bytes(dump)
    if damaged := damaged_in(folder):
        raise BackupError(
            f"{len(damaged)} files of documents among the backups are damaged, the first is {damaged[0]}: remove them, "
            "and the next dump keeps them anew."
        )
    for generation in embedded.Archive(folder / "recovery").generations():
        for copy in base_backups(generation):
            check_base_backup(copy.data)


def try_dump(folder: Path) -> Tried:
    """Restore the newest dump with its documents into a scratch server and verify the books in it.

    Where no server can be started, in the images, a scratch database of the live server has to do, and a note says so.
    An encrypted one can only be compared with its manifest: the key is kept elsewhere, and that is the point of it.

    Raises:
        BackupError: there is none, it is damaged or it does not hold.
        EmbeddedError: the scratch server does not start.
    """
    newest = next(iter(dumps_in(folder)), None)
    if newest is None:
        raise BackupError(f"There is no dump in {folder}; make one with `ledgerflow backup create`.")
    began = time.monotonic()
    backup, note = check_bytes(newest), ""
    if backup.is_encrypted:
        note = "The dump is encrypted: its bytes were compared, its books can be restored only with the key."
    else:
        scratch = _scratch_server() if access.brings_a_server() else _scratch_beside()
        with verified(newest, identity=None) as (_, sql_file), scratch as place:
            restore_beside(backup, sql_file, owner=place.owner, name=place.owner.dbname)
            with place.owner.connect() as connection:
                documents_back(connection, folder, place.media_root)
            prove(place.application, place.owner, media_root=place.media_root)
            note = place.note
    return Tried(newest.name, time.monotonic() - began, backup.made_at, note)


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

    With WAL archived: how long a commit takes to arrive there, or, by a server of one's own, the age of the last piece
    that arrived, which is the most that it can be. Without: the age of the newest dump.

    Raises:
        EmbeddedError: what is committed does not arrive.
    """
    if settings.USES_EMBEDDED_DATABASE and archive_of(DataFolder.at(settings.DATA_DIR)) is not None:
        return embedded.wait_until_archived(settings.DATA_DIR, timeout=30)
    kept = [moment for moment in (newest_dump, server_archived_at()) if moment is not None]
    return max((now - max(kept)).total_seconds(), 0.0) if kept else None


@dataclass(frozen=True, slots=True)
class _Scratch:
    """A database that is still to be made, a folder for its documents, and what is to be said of the place."""

    owner: access.Access
    application: access.Access
    media_root: Path
    note: str = ""


@contextmanager
def _scratch_folder() -> Iterator[Path]:
    for leftover in Path(settings.DATA_DIR).glob(f"{_SCRATCH}*"):
        if time.time() - leftover.stat().st_mtime > 86400:
            shutil.rmtree(leftover, ignore_errors=True)
    place = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=settings.DATA_DIR))
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _scratch_server() -> Iterator[_Scratch]:
    with _scratch_folder() as place:
        try:
            with embedded.ensure_running(place, grace=0) as lease:
                yield _Scratch(
                    access.of_embedded(lease.database, role="lf_owner").to(_RESTORED),
                    access.of_embedded(lease.database, role="lf_app").to(_RESTORED),
                    place / "documents",
                )
        finally:
            embedded.wait_until_stopped(place)


@contextmanager
def _scratch_beside() -> Iterator[_Scratch]:
    """Give a database of the live server, dropped at the end; one that a killed drill left goes first."""
    owner = access.owner()
    prefix = f"{owner.dbname}{_BESIDE}"
    for leftover in databases_of(owner, prefix):
        with suppress(ValueError):
            if time.time() - int(leftover.removeprefix(prefix)) > 86400:
                drop_database(owner, leftover)
    name = f"{prefix}{int(time.time())}"
    note = "The dump was restored beside the live database, in the same server: no other can be started here."
    if server_archived_at() is not None:
        note += (
            " The server archives its log by itself, so single moments are proved by its own tools: with Docker by"
            " lf-restore in the container of PostgreSQL, for which see docs/operations/docker.md."
        )
    with _scratch_folder() as place:
        try:
            yield _Scratch(owner.to(name), access.application().to(name), place, note)
        finally:
            drop_database(owner, name)
