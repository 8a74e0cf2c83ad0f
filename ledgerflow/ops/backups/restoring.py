"""A dump becomes a database beside the live one, is proved there, and only then takes its place."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from ledgerflow.embedded.privileges import DEFAULT_PRIVILEGES
from ledgerflow.ops.backups import media
from ledgerflow.ops.backups.access import Access, major_version
from ledgerflow.ops.backups.dumps import load
from ledgerflow.ops.backups.encryption import decrypt
from ledgerflow.ops.backups.errors import BackupError, DamagedDumpError
from ledgerflow.ops.backups.facts import Facts, differences, facts
from ledgerflow.ops.backups.making import check_dump, create_database, drop_database
from ledgerflow.ops.backups.manifests import Backup, check_bytes

#: Between the live database's name and the moment at which it was replaced.
REPLACED = "_before_"
_SWAP_SECONDS = 30.0


@contextmanager
def verified(dump: Path, *, identity: Path | None) -> Iterator[tuple[Backup, Path]]:
    """Verify a dump from its bytes to its rows; give its manifest and the SQL, decrypted where need be.

    Raises:
        DamagedDumpError: it is not what it was when it was made.
        BackupError: it was made by a newer LedgerFlow, or its key is not given.
    """
    backup = check_bytes(dump)
    refuse_newer(backup.facts["migrations"])
    if not backup.is_encrypted:
        check_dump(dump, backup.facts)
        yield backup, dump
        return
    with tempfile.TemporaryDirectory(prefix=".reading-", dir=dump.parent) as work:
        plain = Path(work) / "dump.sql.gz"
        decrypt(dump, plain, identity=identity)
        check_dump(plain, backup.facts)
        yield backup, plain


def refuse_newer(migrations: list[str]) -> None:
    """Refuse books that a newer LedgerFlow has used.

    Raises:
        BackupError: this LedgerFlow does not know a migration.
    """
    disk = MigrationLoader(None)
    known = {f"{app}.{name}" for app, name in disk.disk_migrations}
    unknown = [each for each in migrations if each not in known and each.split(".")[0] in disk.migrated_apps]
    if unknown:
        raise BackupError(
            f"The backup knows {unknown[-1]}, which this program does not: it was made by a newer LedgerFlow. Install "
            "that version first."
        )


def restore_beside(backup: Backup, sql_file: Path, *, owner: Access, name: str) -> Facts:
    """Restore into a new database of the name and compare what it holds with the manifest; drop it if it differs.

    Raises:
        BackupError: it does not restore.
        DamagedDumpError: it holds something else than the manifest says.
    """
    create_database(owner, name)
    target = owner.to(name)
    try:
        with target.connect() as connection:
            server = major_version(connection)
        load(sql_file, target, server=server)
        with target.connect() as connection:
            found = facts(connection)
            _refuse_differences(backup.facts, found)
            # After the rows: what later migrations make is lf_app's too, what the dump took away stays away.
            connection.execute(DEFAULT_PRIVILEGES)
            connection.execute("ANALYZE")
    except BaseException:
        drop_database(owner, name)
        raise
    return found


def _refuse_differences(expected: Facts, found: Facts) -> None:
    different = differences(expected, found)
    if different:
        raise DamagedDumpError(f"The restored database is another: {' '.join(different[:3])}")


def prove(application: Access, owner: Access, *, media_root: Path) -> None:
    """Apply newer migrations to a restored database and verify every book in it, in a process of its own.

    Raises:
        BackupError: an invariant does not hold; the sentence names the first.
    """
    environment = {
        "PATH": "/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(place for place in sys.path if place),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LEDGERFLOW_DATA_DIR": str(settings.DATA_DIR),
        "LEDGERFLOW_AUTOMATIC_BACKUPS": "0",
        "LEDGERFLOW_POINT_IN_TIME": "0",
        "SECRET_KEY": settings.SECRET_KEY,
        "DATABASE_URL": application.url,
        "DATABASE_OWNER_URL": owner.url,
    }
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-P", "-m", "django", "prove_books", "--media", str(media_root)],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )
    try:
        problems = json.loads(done.stdout)
    except ValueError as error:
        raise BackupError(
            f"The restored books cannot be verified: {(done.stderr.strip().splitlines() or ['no word'])[-1]}"
        ) from error
    if problems:
        raise BackupError(f"The restored books do not hold: {' '.join(problems[:3])}")


def documents_back(
    connection: psycopg.Connection[Any],
    folder: Path,
    into: Path,
    *,
    identity: Path | None = None,
    also: Path | None = None,
) -> None:
    """Put the files of a restored database's documents into a media folder where they are missing there.

    Raises:
        BackupError: one is nowhere, or what is kept of it is damaged; the damaged file is named.
    """
    rows = connection.execute("SELECT sha256, book_id FROM documents_document").fetchall()
    names = [(sha256, f"{book}/{sha256[:2]}/{sha256}") for sha256, book in rows]
    lost = media.bring_back(folder, into, names, identity=identity, also=also)
    damaged = [path for paths in lost.values() for path in paths]
    if damaged:
        raise BackupError(
            f"{len(damaged)} kept files of documents are damaged, the first is {damaged[0]}: it cannot be read, or is "
            "not the bytes that were kept, so it is not brought back. Put an undamaged copy of it there, or restore an "
            "earlier backup."
        )
    if lost:
        raise BackupError(
            f"The files of {len(lost)} documents are in no backup and not in {also or into}; the first is "
            f"{next(iter(lost))}."
        )


def swap(administrator: Access, *, live: str, restored: str, now: datetime) -> tuple[str, float]:
    """Let the restored database take the live one's name; return the old one's new name and the seconds it took.

    Both renames are one transaction. New sessions wait for it, those that are there are ended.

    Raises:
        BackupError: sessions cannot be ended; everything is as it was.
    """
    kept = f"{live}{REPLACED}{now:%Y%m%dt%H%M%Sz}"
    began = time.monotonic()
    done = threading.Event()
    ending = threading.Thread(target=_end_sessions, args=(administrator, (live, restored), done))
    try:
        with administrator.to_maintenance().connect() as connection:
            ending.start()
            with connection.transaction():
                for old, new in ((live, kept), (restored, live)):
                    if not connection.execute(
                        "SELECT 1 FROM pg_database WHERE datname = %s", [old]
                    ).fetchone():
                        continue  # the live one was dropped: there is nothing to keep
                    connection.execute(
                        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                            sql.Identifier(old), sql.Identifier(new)
                        )
                    )
    except psycopg.Error as error:
        raise BackupError(
            f"The restored database could not take the place of {live}, which stays as it was: "
            f"{str(error).splitlines()[0]}. Stop web and worker, or GRANT lf_app, lf_backup TO lf_owner."
        ) from error
    finally:
        done.set()
        if ending.is_alive():
            ending.join()
    return kept, time.monotonic() - began


def _end_sessions(administrator: Access, names: tuple[str, ...], done: threading.Event) -> None:
    with administrator.to_maintenance().connect() as connection:
        deadline = time.monotonic() + _SWAP_SECONDS
        while not done.is_set() and time.monotonic() < deadline:
            for (pid,) in connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = ANY(%s) AND pid <> pg_backend_pid()",
                [list(names)],
            ).fetchall():
                try:
                    connection.execute("SELECT pg_terminate_backend(%s)", [pid])
                except psycopg.errors.InsufficientPrivilege:
                    continue  # a superuser's, or an autovacuum worker, which gives way by itself
            done.wait(0.02)


def replaced_databases(owner: Access, live: str) -> list[str]:
    """Return the databases that restores have replaced and kept, the oldest first."""
    return databases_of(owner, live + REPLACED)


def databases_of(owner: Access, prefix: str) -> list[str]:
    """Return the databases whose names begin so, in order."""
    with owner.to_maintenance().connect() as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY datname",
            [prefix],
        ).fetchall()
    return [name for (name,) in rows]


def room_for(folder: Path, size: int) -> None:
    """Refuse to begin what the disk has no room for.

    Raises:
        BackupError: less than the size is free.
    """
    free = shutil.disk_usage(folder).free
    if free < size:
        raise BackupError(
            f"{folder} has {free / 1e9:.1f} GB free; {size / 1e9:.1f} GB are needed. Make room first."
        )
