"""A real worker, in a process of its own, on the test's database."""

import os
import subprocess
import sys
from urllib.parse import quote

from tests.conftest import database_settings


def database_address(alias: str) -> str:
    """Return the address of the test's database, for another process."""
    at = database_settings(alias)
    host = quote(str(at["host"] or ""), safe="")
    user, password = quote(at["user"], safe=""), quote(at["password"] or "", safe="")
    return f"postgresql://{user}:{password}@/{at['dbname']}?host={host}&port={at['port'] or 5432}"


def start_worker(data_dir: str) -> subprocess.Popen[bytes]:
    """Start a worker that finds the documents in ``data_dir``/documents; the caller ends it."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_address("default"),
        "DATABASE_OWNER_URL": database_address("owner"),
    }
    environment["LEDGERFLOW_DATA_DIR"] = data_dir
    return subprocess.Popen([sys.executable, "-m", "ledgerflow.cli", "worker"], env=environment)
