"""The supervisor's second child: pg_receivewal, which writes every commit into the archive within a moment."""

import os
import subprocess
import sys
import time

import psycopg

from ledgerflow.embedded.archive import (
    MOST_WAL_KEPT,
    SLOT,
    Archive,
    archive_of,
    begin_generation,
    generation_of,
)
from ledgerflow.embedded.cluster import program
from ledgerflow.embedded.folder import DataFolder, connection
from ledgerflow.embedded.user_switch import Identity

_LOOK_AGAIN = 1.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0
_PATIENCE = 10.0


class Receiver:
    """Receives WAL for as long as the data folder's mark says where to."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._archive: Archive | None = None
        #: Whether the server keeps what the mark asks for; unknown after each start.
        self._is_settled = False
        self._next_look = 0.0
        self._pause = _FIRST_PAUSE

    def tend(self) -> None:
        """Start, leave or stop the receiver as the mark says; called again and again while the server answers."""
        now = time.monotonic()
        if now < self._next_look:
            return
        wanted = archive_of(self._folder)
        if self._is_settled and wanted == self._archive and (wanted is None or self._is_running()):
            self._next_look, self._pause = now + _LOOK_AGAIN, _FIRST_PAUSE
            return
        try:
            self._turn_to(wanted)
        except (psycopg.Error, OSError) as error:
            sys.stderr.write(f"WAL is not archived just now: {error}\n")
            sys.stderr.flush()
        self._next_look, self._pause = now + self._pause, min(2 * self._pause, _LONGEST_PAUSE)

    def stop(self) -> None:
        """End the receiver, which has been sent everything when the server was stopped before."""
        if self._process is not None and self._is_running():
            try:
                # The server's end is its own; it writes what it still holds.
                self._process.wait(1.0)
            except subprocess.TimeoutExpired:
                self._process.terminate()
        if self._process is not None:
            try:
                self._process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process, self._archive, self._is_settled, self._next_look = None, None, False, 0.0

    def _is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _turn_to(self, wanted: Archive | None) -> None:
        if self._is_running():
            assert self._process is not None
            self._process.terminate()
            self._process.wait(_PATIENCE)
        self._archive, self._is_settled = None, False
        database = connection(self._folder.path)
        with database.connect(role="postgres", dbname="postgres") as superuser:
            if wanted is None:
                _forget(superuser)
            else:
                self._prepare(superuser)
        if wanted is not None:
            self._receive(wanted)
        self._archive, self._is_settled = wanted, True

    def _prepare(self, superuser: psycopg.Connection) -> None:
        """Have the server keep what the receiver has not seen, and note which blocks change."""
        kept = superuser.execute(
            "SELECT current_setting('summarize_wal'), current_setting('max_slot_wal_keep_size')"
        ).fetchone()
        if kept != ("on", MOST_WAL_KEPT):
            superuser.execute("ALTER SYSTEM SET summarize_wal = on")
            superuser.execute(f"ALTER SYSTEM SET max_slot_wal_keep_size = '{MOST_WAL_KEPT}'")
            superuser.execute("SELECT pg_reload_conf()")
        found = superuser.execute(
            "SELECT wal_status FROM pg_replication_slots WHERE slot_name = %s", [SLOT]
        ).fetchone()
        if found is not None and found[0] == "lost":
            # Nobody received for too long: WAL is missing, so the archive goes on as a new generation.
            superuser.execute("SELECT pg_drop_replication_slot(%s)", [SLOT])
            begin_generation(self._folder.cluster)
            found = None
        if found is None:
            superuser.execute("SELECT pg_create_physical_replication_slot(%s, true)", [SLOT])

    def _receive(self, archive: Archive) -> None:
        wal = archive.generation(generation_of(self._folder.cluster)).wal
        wal.mkdir(parents=True, exist_ok=True, mode=0o700)
        database = connection(self._folder.path)
        with self._folder.log.open("ab") as log:
            self._process = Identity(os.geteuid(), os.getegid()).spawn(
                [
                    program("pg_receivewal"),
                    f"--directory={wal}",
                    f"--slot={SLOT}",
                    # A lost connection is taken up again by us, in a fraction of the seconds it would wait.
                    "--no-loop",
                    "--status-interval=1",
                    "--no-password",
                    f"--host={database.host}",
                    f"--port={database.port}",
                    "--username=postgres",
                ],
                output=log,
                environment={"PGPASSWORD": database.password("postgres")},
            )


def _forget(superuser: psycopg.Connection) -> None:
    """Take back what the archive had the server keep; nothing where there was none."""
    if superuser.execute("SELECT FROM pg_replication_slots WHERE slot_name = %s", [SLOT]).fetchone() is None:
        return
    superuser.execute("SELECT pg_drop_replication_slot(%s)", [SLOT])
    superuser.execute("ALTER SYSTEM RESET summarize_wal")
    superuser.execute("ALTER SYSTEM RESET max_slot_wal_keep_size")
    superuser.execute("SELECT pg_reload_conf()")
