"""The two ways back: a dump, and any second that the embedded server's WAL leads to. Both destroy nothing first."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connections

from ledgerflow import embedded
from ledgerflow.embedded.archive import archive_wal, wait_until_archived
from ledgerflow.embedded.errors import EmbeddedError
from ledgerflow.embedded.folder import DataFolder
from ledgerflow.embedded.recovery import put_in_place, rebuilt
from ledgerflow.ops.backups import access
from ledgerflow.ops.backups.comparing import BookDifference, compare
from ledgerflow.ops.backups.errors import BackupError, DamagedDumpError
from ledgerflow.ops.backups.making import drop_database
from ledgerflow.ops.backups.manifests import Backup, check_bytes, dumps_in
from ledgerflow.ops.backups.restoring import documents_back, prove, restore_beside, room_for, swap, verified

#: Rough bytes of a database for each byte of its compressed dump.
_UNPACKED = 12


@dataclass(frozen=True, slots=True)
class Proposal:
    """Restored books that stand beside the live ones, verified, and what taking them would change."""

    what: str
    #: Said before anything else where the books are not exactly what was asked for.
    warning: str
    #: None where the live books cannot be read, so that nothing can be compared.
    differences: list[BookDifference] | None


@dataclass(frozen=True, slots=True)
class Restored:
    """What took the place of what, and for how many seconds nobody could work."""

    what: str
    kept_as: str
    seconds_away: float


class DeclinedError(BackupError):
    """The person did not want the restored books after all; the live ones are as they were."""


Confirm = Callable[[Proposal], bool]


def newest_good_dump(folder: Path) -> Path:
    """Return the newest dump whose bytes are what they were.

    Raises:
        BackupError: there is none.
    """
    for dump in dumps_in(folder):
        try:
            check_bytes(dump)
        except DamagedDumpError:
            continue
        return dump
    raise BackupError(f"There is no good dump in {folder}.")


def restore_dump(
    dump: Path, *, confirm: Confirm, now: datetime, identity: Path | None = None, keep_replaced: bool = True
) -> Restored:
    """Restore a dump beside the live database, prove it there, and let it take the live one's place if confirmed.

    Raises:
        DamagedDumpError: the dump is damaged; nothing was touched.
        DeclinedError: it was not confirmed.
        BackupError: it does not restore or does not hold; the live database is as it was.
    """
    owner = access.owner()
    live, name = owner.dbname, f"{owner.dbname}_restoring_{now:%Y%m%dt%H%M%Sz}"
    if settings.USES_EMBEDDED_DATABASE:
        room_for(settings.DATA_DIR, dump.stat().st_size * _UNPACKED if dump.exists() else 0)
    with verified(dump, identity=identity) as (backup, sql_file):
        restore_beside(backup, sql_file, owner=owner, name=name)
    try:
        with owner.to(name).connect() as connection:
            documents_back(connection, dump.parent, Path(settings.MEDIA_ROOT), identity=identity)
        prove(access.application().to(name), owner.to(name), media_root=Path(settings.MEDIA_ROOT))
        proposal = Proposal(_of(backup), "", _compared(access.reader(), access.reader().to(name)))
        _ask(confirm, proposal)
        connections.close_all()
        kept, seconds = swap(access.administrator(), live=live, restored=name, now=now)
    except BaseException:
        drop_database(owner, name)
        raise
    if not keep_replaced:
        drop_database(owner, kept)
        kept = ""
    return Restored(_of(backup), kept, seconds)


def restore_moment(target: datetime | None, *, confirm: Confirm) -> Restored:
    """Rebuild the embedded cluster as of the second, or the last archived one, prove it and swap it in if confirmed.

    Raises:
        DeclinedError: it was not confirmed.
        BackupError: it cannot be had or does not hold; the live cluster is as it was.
    """
    archive, folder = _archive(target), DataFolder.at(settings.DATA_DIR)
    try:
        if folder.cluster.exists():
            with embedded.ensure_running(settings.DATA_DIR):
                _catch_up(folder)
                return _restored(target, archive, confirm=confirm, live_is_there=True)
        return _restored(target, archive, confirm=confirm, live_is_there=False)
    except EmbeddedError as error:
        raise BackupError(str(error)) from error


def _archive(target: datetime | None) -> embedded.Archive:
    if not settings.USES_EMBEDDED_DATABASE:
        to = f"{target.astimezone(UTC):%Y-%m-%d %H:%M:%S}+00" if target is not None else "latest"
        raise BackupError(
            "This command brings back single moments of the embedded database only. With Docker, run in the checkout "
            f'make restore TO="{to}" (ENV=prod for production). With a server of your own, use its own archive. '
            "For a dump, say its name, or with Docker: restore_database.sh FILE|latest."
        )
    return embedded.Archive(settings.BACKUP_DIR / "recovery")


def _catch_up(folder: DataFolder) -> None:
    """Have the archive hold what was committed until now, unless it is no longer written to."""
    if folder.archive_mark.exists():
        wait_until_archived(folder.path, timeout=30)


def _restored(
    target: datetime | None, archive: embedded.Archive, *, confirm: Confirm, live_is_there: bool
) -> Restored:
    with rebuilt(archive, target=target, place=settings.DATA_DIR) as books:
        database = books.lease.database
        owner = access.of_embedded(database, role="lf_owner")
        with owner.connect() as connection:
            documents_back(connection, settings.BACKUP_DIR, Path(settings.MEDIA_ROOT))
        last = books.last_commit or books.base.finished_at
        warning = ""
        if books.left_at is not None:
            warning = (
                f"At {books.left_at:%Y-%m-%d %H:%M:%S %Z} other books took the place of these, or WAL was missing, and "
                "of what came then the archive holds no copy from before the time that was asked for: these are the "
                f"books of before, last changed at {last:%Y-%m-%d %H:%M:%S %Z}."
            )
        elif books.is_latest and target is not None:
            warning = f"Nothing was committed after {last:%Y-%m-%d %H:%M:%S %Z}: these are the latest books archived."
        try:
            prove(access.of_embedded(database, role="lf_app"), owner, media_root=Path(settings.MEDIA_ROOT))
        except BackupError as error:
            # Books that were replaced are often those that did not hold.
            raise BackupError(f"{warning} {error}".strip()) from error
        what = f"the books of {(last if books.is_latest or target is None else target):%Y-%m-%d %H:%M:%S %Z}"
        differences = _compared(access.reader(), owner) if live_is_there else None
        _ask(confirm, Proposal(what, warning, differences))
        connections.close_all()
        seconds = put_in_place(books, settings.DATA_DIR)
    if settings.POINT_IN_TIME:
        archive_wal(settings.DATA_DIR, archive)
    kept = max(Path(settings.DATA_DIR).glob("postgres.before-*"), default=None) if live_is_there else None
    return Restored(what, kept.name if kept else "", seconds)


def _ask(confirm: Confirm, proposal: Proposal) -> None:
    if not confirm(proposal):
        raise DeclinedError("Nothing was changed.")


def _compared(live: access.Access, restored: access.Access) -> list[BookDifference] | None:
    """Return the differences, or None where the live books cannot be read: that may be why they are restored."""
    try:
        with closing(live.connect()) as here, closing(restored.connect()) as there:
            return compare(here, there)
    except (BackupError, psycopg.Error):
        return None


def _of(backup: Backup) -> str:
    return f"the books of {backup.made_at:%Y-%m-%d %H:%M:%S} UTC ({backup.name})"
