"""One dump: taken in a snapshot, counted in the same snapshot, read again, tried, and only then given its name."""

import errno
import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime
from importlib import metadata
from pathlib import Path

import psycopg
from django.conf import settings
from psycopg import sql

from ledgerflow.embedded.locks import FileLock
from ledgerflow.ops.backups import access, media
from ledgerflow.ops.backups.dumps import load, rows_in, write_dump
from ledgerflow.ops.backups.encryption import encrypt
from ledgerflow.ops.backups.errors import BackupError, DamagedDumpError
from ledgerflow.ops.backups.facts import Facts, facts
from ledgerflow.ops.backups.manifests import ENCRYPTED, PREFIX, Backup, manifest_of, write_manifest

#: A database without these is none of LedgerFlow's; a dump of it would replace good ones.
_INDISPENSABLE = ("django_migrations", "users_user", "books_book", "ledger_journalline")
_DRAFT = ".making-"
_NICE = 10


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Have the folder of backups alone, for making and removing.

    Raises:
        BackupError: somebody else makes or removes backups, or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(folder / ".lock")
    except OSError as error:
        # With Docker only the services that dump may write there.
        hint = " With Docker use backup_database.sh in the checkout." if error.errno == errno.EROFS else ""
        raise BackupError(f"Backups cannot be kept in {folder}: {error.strerror}.{hint}") from error
    with lock:
        if not lock.try_exclusive():
            raise BackupError(f"Another backup is being made in {folder}; try again when it is done.")
        yield


def make_dump(folder: Path, *, reason: str, now: datetime, media_root: Path, recipient: str | None) -> Backup:
    """Dump the database into the folder, with the files of its documents and a manifest, all of it verified.

    Raises:
        BackupError: something does not work; nothing with a backup's name is left behind.
    """
    with locked(folder):
        for leftover in folder.glob(f"{_DRAFT}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        work = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=folder))
        try:
            return _made(folder, work, reason=reason, now=now, media_root=media_root, recipient=recipient)
        except OSError as error:
            raise BackupError(f"The backup cannot be written to {folder}: {error}.") from error
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _made(
    folder: Path, work: Path, *, reason: str, now: datetime, media_root: Path, recipient: str | None
) -> Backup:
    draft = work / "dump.sql.gz"
    found, server_version, server = _dumped(draft)
    missing = media.keep(folder, media_root, found["documents"], recipient=recipient)
    if missing:
        raise BackupError(
            f"{len(missing)} stored files are missing or damaged in {media_root}, the first is {missing[0]}; "
            "`ledgerflow verify` names their documents."
        )
    with _polite_thread() as pool:
        pool.submit(check_dump, draft, found).result()
    try_head(draft, server=server)
    if recipient is not None:
        encrypt(draft, work / "dump.age", recipient=recipient)
        draft = work / "dump.age"
    suffix = ".sql.gz" + (ENCRYPTED if recipient is not None else "")
    with draft.open("rb") as file:
        sha256, size = hashlib.file_digest(file, "sha256").hexdigest(), draft.stat().st_size
        os.fsync(file.fileno())
    backup = Backup(
        path=folder / f"{PREFIX}{now:%Y%m%dT%H%M%S}Z-{reason}{suffix}",
        made_at=now,
        reason=reason,
        size=size,
        sha256=sha256,
        version=metadata.version("ledgerflow"),
        server_version=server_version,
        facts=found,
    )
    if backup.path.exists():
        raise BackupError(f"{backup.path} was made in this very second; try again.")
    write_manifest(backup, at=work / "manifest.json")
    # The manifest first: a dump that has its name has its manifest too.
    (work / "manifest.json").replace(manifest_of(backup.path))
    draft.replace(backup.path)
    _synchronize(folder)
    return backup


def _dumped(draft: Path) -> tuple[Facts, str, int]:
    """Dump and count in one snapshot, at the same time."""
    reader = access.reader()
    with reader.connect() as connection:
        server = access.major_version(connection)
        connection.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = connection.execute("SELECT pg_export_snapshot(), current_setting('server_version')").fetchone()
        assert row is not None
        snapshot, server_version = row
        with _polite_thread() as pool:
            dumping = pool.submit(write_dump, reader, snapshot=snapshot, server=server, path=draft)
            try:
                found = facts(connection)
            except psycopg.Error as error:
                raise BackupError(f"The rows cannot be counted: {error}") from error
            finally:
                dumping.result()
    absent = [table for table in _INDISPENSABLE if table not in found["tables"]]
    if absent or not found["migrations"]:
        raise BackupError(
            f"The database {reader.dbname} holds no LedgerFlow ({', '.join(absent) or 'no migration was applied'}); an "
            "empty dump is no backup."
        )
    return found, str(server_version), server


def _polite_thread() -> ThreadPoolExecutor:
    """Return a thread that, with the programs it starts, gives way to whoever serves people."""
    return ThreadPoolExecutor(1, initializer=_give_way)


def _give_way() -> None:
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


def check_dump(dump: Path, expected: Facts) -> None:
    """Read a dump to its end and compare the rows of each table with what was counted.

    Raises:
        DamagedDumpError: it is cut off, damaged, or of other rows.
    """
    rows = rows_in(dump)
    for table in sorted(rows.keys() | expected["tables"].keys()):
        there, wanted = rows.get(table), expected["tables"].get(table)
        if there != wanted:
            raise DamagedDumpError(
                f"{dump.name} holds {'no' if there is None else f'{there:,}'} rows of {table} where "
                f"{'none' if wanted is None else f'{wanted:,}'} were counted."
            )


def try_head(dump: Path, *, server: int) -> None:
    """Restore all that stands before the rows into a database that is dropped again.

    Raises:
        BackupError: it does not restore, or the owner may not make databases.
    """
    with scratch_database("lf_head") as scratch:
        load(dump, scratch, server=server, head_only=True)


@contextmanager
def scratch_database(prefix: str) -> Iterator[access.Access]:
    """Give an empty database beside the live one, dropped at the end."""
    owner = access.owner()
    name = f"{prefix}_{os.getpid()}_{os.urandom(3).hex()}"
    create_database(owner, name)
    try:
        yield owner.to(name)
    finally:
        drop_database(owner, name)


def create_database(owner: access.Access, name: str) -> None:
    """Make an empty database.

    Raises:
        BackupError: the owner may not.
    """
    try:
        with owner.to_maintenance().connect() as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    except psycopg.errors.InsufficientPrivilege as error:
        if owner.parameters.get("user") == access.application().parameters.get("user"):
            raise BackupError(
                "Dumps are made and restored as lf_owner, and DATABASE_OWNER_URL is not set here. With Docker use "
                "backup_database.sh and restore_database.sh in the checkout, or the page Backups."
            ) from error
        raise BackupError(
            f"{owner.parameters.get('user')} may not make databases, so no dump can be tried or restored: as a "
            f"superuser, ALTER ROLE {owner.parameters.get('user')} CREATEDB."
        ) from error


def drop_database(owner: access.Access, name: str) -> None:
    """Drop a database that a restore made or replaced."""
    with owner.to_maintenance().connect() as connection:
        drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
        try:
            connection.execute(drop + sql.SQL(" WITH (FORCE)"))
        except psycopg.errors.InsufficientPrivilege:
            # FORCE may not end an autovacuum worker, which is no role's; the plain form waits for it.
            connection.execute(drop)


def media_root() -> Path:
    """Return where LedgerFlow keeps the files of documents."""
    return Path(settings.MEDIA_ROOT)


def _synchronize(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
