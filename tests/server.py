"""Gives the suite its PostgreSQL before Django's settings are read: ``DATABASE_URL``, else the embedded server.

Loaded by ``-p tests.server``, because pytest-django reads the settings before any ``conftest.py``.
"""

import atexit
import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledgerflow.embedded import EmbeddedDatabase

ROOT = Path(__file__).resolve().parent.parent


def _start() -> None:
    os.environ.setdefault("LEDGERFLOW_DATA_DIR", str(ROOT / "var" / "test"))
    # Backups are made by the tests that are about them, which say so.
    os.environ.setdefault("LEDGERFLOW_AUTOMATIC_BACKUPS", "0")
    os.environ.setdefault("LEDGERFLOW_POINT_IN_TIME", "0")
    os.environ.setdefault("LEDGERFLOW_BACKUP_DIR", str(ROOT / "var" / "test" / "backups"))
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
