"""The door: have the server of a data directory running for as long as a lease is held."""

import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from ledgerflow.embedded.errors import EmbeddedError, StillStartingError
from ledgerflow.embedded.folder import DataFolder, EmbeddedDatabase, connection
from ledgerflow.embedded.locks import FileLock, is_taken

_POLL = 0.02


class Lease:
    """The right to a running server. The server stops when the last lease, of any process, is gone.

    A context manager. A process that ends, however it ends, gives its leases back; forked children share
    the lease of their parent, which is then given back when the last of them has closed it or ended.
    """

    def __init__(self, folder: DataFolder, lock: FileLock, *, grace: float) -> None:
        self._folder = folder
        self._lock = lock
        self._grace = grace
        self.database: EmbeddedDatabase = connection(folder.path)

    def renew(self, *, timeout: float = 600.0) -> None:
        """Have the server running again if it was killed together with its supervisor; else return at once.

        :raises EmbeddedError: it does not start within `timeout` seconds.
        """
        _wait_until_ready(self._folder, deadline=time.monotonic() + timeout, grace=self._grace)

    def close(self) -> None:
        """Give the lease back; closing twice is harmless."""
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def ensure_running(data_dir: Path, *, timeout: float = 600.0, grace: float = 1.0) -> Lease:
    """Start the server of a data directory, or share the one that runs, and return a lease on it.

    The folder, its passwords, the cluster, the database `ledgerflow` and its roles are made as needed.
    Waits up to `timeout` seconds, for instance while PostgreSQL recovers from a crash; prints nothing.
    `grace` is how many seconds the server outlives its last lease, if this call starts it.

    :raises StillStartingError: it is not there within the `timeout`.
    :raises EmbeddedError: the server cannot be started; the text says what to do.
    """
    if sys.platform != "linux":
        raise EmbeddedError(
            "The embedded PostgreSQL needs Linux: set DATABASE_URL to a PostgreSQL server instead."
        )
    deadline = time.monotonic() + timeout
    folder = DataFolder.at(data_dir)
    connection(folder.path)
    try:
        lock = FileLock(folder.lease)
    except OSError as error:
        raise EmbeddedError(f"The data directory {folder.path} cannot be written: {error}") from error
    try:
        _share(lock, folder, deadline=deadline)
        _wait_until_ready(folder, deadline=deadline, grace=grace)
    except BaseException:
        lock.close()
        raise
    return Lease(folder, lock, grace=grace)


def initialize(data_dir: Path) -> EmbeddedDatabase:
    """Make folder, passwords, cluster, database and roles if they are not there; the server is stopped again.

    :raises EmbeddedError: as `ensure_running`.
    """
    with ensure_running(data_dir, grace=0) as lease:
        return lease.database


def _share(lock: FileLock, folder: DataFolder, *, deadline: float) -> None:
    while not lock.try_shared():
        # The supervisor is stopping the server; when it is done, a new one is started.
        if time.monotonic() > deadline:
            raise EmbeddedError(f"The server in {folder.path} is still stopping; see {folder.log}.")
        time.sleep(_POLL)


def _wait_until_ready(folder: DataFolder, *, deadline: float, grace: float) -> None:
    try:
        while not is_taken(folder.ready):
            if time.monotonic() > deadline:
                raise StillStartingError(
                    f"PostgreSQL in {folder.path} did not start in time; see {folder.log}."
                )
            if is_taken(folder.supervisor):
                time.sleep(_POLL)
            else:
                _start_supervisor(folder, deadline=deadline, grace=grace)
    except OSError as error:
        raise EmbeddedError(f"The data directory {folder.path} cannot be used: {error}") from error


def _start_supervisor(folder: DataFolder, *, deadline: float, grace: float) -> None:
    """Start a supervisor and hear its answer. Of several started at once all but one say nothing and end."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    # It must find the modules that this process found, wherever it was started.
    environment["PYTHONPATH"] = os.pathsep.join(place for place in sys.path if place)
    with folder.log.open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-P", "-m", "ledgerflow.embedded.supervisor", folder.path, str(grace)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd="/",
            env=environment,
            start_new_session=True,
        )
    assert process.stdout is not None
    with process.stdout as answers:
        # The started process hands over to its detached child and ends; the pipe is the child's.
        if process.wait() != 0:
            raise EmbeddedError(f"The supervisor of {folder.path} cannot be started; see {folder.log}.")
        readable, _, _ = select.select([answers], [], [], max(0.0, deadline - time.monotonic()))
        answer = answers.readline() if readable else b""
    message = json.loads(answer) if answer else {}
    if "error" in message:
        raise EmbeddedError(message["error"])
