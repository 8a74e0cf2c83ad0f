"""Gives the suite its PostgreSQL before Django's settings are read: ``DATABASE_URL``, else the embedded server.

That server, and whatever a test writes, stand in memory where there is room: each test that commits has a copy of a
thousand files made and taken away, and whole clusters are copied. Tests whose matter is a disk bring their own.
Loaded by ``-p tests.server``, because pytest-django reads the settings before any ``conftest.py``.
"""

import atexit
import contextlib
import hashlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledgerflow.embedded import EmbeddedDatabase

ROOT = Path(__file__).resolve().parent.parent
#: Linux keeps it in memory; containers have a small one, unless they are given more.
MEMORY = Path("/dev/shm")
#: What a whole run may leave there, with write-ahead log and what failed tests wrote.
_NEEDED_BYTES = 6 * 2**30


def _place() -> Path:
    """Return the folder of this checkout's tests: in memory, else in ``var``. `make clean` knows its name.

    A short one: servers of tests stand below it, and the path of a socket has 107 characters at most.
    """
    checkout = hashlib.sha256(bytes(ROOT)).hexdigest()[:8]
    place = MEMORY / f"lf-{os.getuid()}-{checkout}"
    try:
        place.mkdir(mode=0o711, exist_ok=True)
        roomy = shutil.disk_usage(MEMORY).total >= _NEEDED_BYTES
        if roomy and place.stat().st_uid == os.getuid() and not place.is_symlink():
            return place
    except OSError:
        pass
    return ROOT / "var" / "test"


PLACE = _place()


def _start() -> None:
    if PLACE.is_relative_to(MEMORY) and "TMPDIR" not in os.environ:
        (PLACE / "t").mkdir(mode=0o711, exist_ok=True)
        os.environ["TMPDIR"] = str(PLACE / "t")
    os.environ.setdefault("LEDGERFLOW_DATA_DIR", str(PLACE / "data"))
    # Backups are made by the tests that are about them, which say so.
    os.environ.setdefault("LEDGERFLOW_AUTOMATIC_BACKUPS", "0")
    os.environ.setdefault("LEDGERFLOW_POINT_IN_TIME", "0")
    os.environ.setdefault("LEDGERFLOW_BACKUP_DIR", str(PLACE / "backups"))
    if "DATABASE_URL" in os.environ:
        return
    from ledgerflow import embedded

    lease = contextlib.ExitStack()
    data_dir = Path(os.environ["LEDGERFLOW_DATA_DIR"])
    lease.enter_context(embedded.ensure_running(data_dir))
    atexit.register(lease.close)
    _leave_statistics_alone(embedded.connection(data_dir))
    os.environ["DATABASE_URL"] = embedded.database_url(data_dir, role="lf_app")
    os.environ["DATABASE_OWNER_URL"] = embedded.database_url(data_dir, role="lf_owner")
    os.environ["DATABASE_BACKUP_URL"] = embedded.database_url(data_dir, role="lf_backup")


def _leave_statistics_alone(database: "EmbeddedDatabase") -> None:
    """Autovacuum finds the tables of a test empty, as nothing is committed, and the planner would believe it."""
    with database.connect(role="postgres", dbname="postgres") as superuser:
        superuser.execute("ALTER SYSTEM SET autovacuum = off")
        superuser.execute("SELECT pg_reload_conf()")


_start()
