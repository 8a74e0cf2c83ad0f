"""Copies of a whole cluster, from which WAL leads to any later second: full ones, and incremental ones after them."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ledgerflow.embedded.archive import Archive, Generation, generation_of, wait_until_archived
from ledgerflow.embedded.cluster import program
from ledgerflow.embedded.errors import EmbeddedError
from ledgerflow.embedded.folder import DataFolder, connection
from ledgerflow.embedded.locks import FileLock

_BLOCK = 1024 * 1024
_MARK = b'"Manifest-Checksum"'
_ABOUT = "backup.json"
_WAIT_FOR_WAL = 60.0


class DamagedBackupError(EmbeddedError):
    """A backup is not what it was when it was made; the text names the file."""


@dataclass(frozen=True, slots=True)
class BaseBackup:
    """One copy. An incremental one needs its parent; every second from ``finished_at`` on can be had from it."""

    path: Path
    parent: str | None
    finished_at: datetime

    @property
    def name(self) -> str:
        """The name of its folder, which sorts by time."""
        return self.path.name

    @property
    def data(self) -> Path:
        """The copied cluster."""
        return self.path / "data"

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(each.stat().st_size for each in self.path.rglob("*") if each.is_file())


def base_backups(generation: Generation) -> list[BaseBackup]:
    """Return the finished copies of a generation, the oldest first.

    :raises DamagedBackupError: what a copy says of itself cannot be read.
    """
    return [_described(about) for about in sorted(generation.base.glob(f"*/{_ABOUT}"))]


def _described(about: Path) -> BaseBackup:
    try:
        facts = json.loads(about.read_text(encoding="utf-8"))
        return BaseBackup(about.parent, facts["parent"], datetime.fromisoformat(facts["finished_at"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedBackupError(
            f"{about} cannot be read, so nobody can tell what {about.parent.name} is: remove that folder and those of "
            "the incremental copies made after it, and the next copy is a new one."
        ) from error


def chain_of(backup: BaseBackup) -> list[BaseBackup]:
    """Return the full copy that the backup stands on, and everything between, the backup last.

    :raises DamagedBackupError: a parent is missing.
    """
    others = {each.name: each for each in base_backups(Generation(backup.path.parent.parent))}
    chain = [backup]
    while (parent := chain[0].parent) is not None:
        if parent not in others:
            raise DamagedBackupError(f"The backup {parent}, on which {backup.name} stands, is missing.")
        chain.insert(0, others[parent])
    return chain


def take_base_backup(
    data_dir: Path, archive: Archive, *, full: bool = False, only_first: bool = False
) -> BaseBackup:
    """Copy the running cluster: only the blocks that changed since the last copy, or all of them.

    It is compared with its manifest before it gets its name. With ``only_first`` a copy that the cluster has already,
    perhaps from another process a moment ago, is returned instead.

    :raises EmbeddedError: the server does not let it be copied, or the copy is damaged.
    """
    generation = archive.generation(generation_of(DataFolder.at(data_dir).cluster))
    generation.base.mkdir(parents=True, exist_ok=True, mode=0o700)
    with FileLock(generation.path / "base.lock") as lock:
        # Another process may be copying; its copy is what ours builds on.
        lock.wait_exclusive()
        there = base_backups(generation)
        if only_first and there:
            return there[-1]
        return _taken(data_dir, generation, full=full)


def _taken(data_dir: Path, generation: Generation, *, full: bool) -> BaseBackup:
    database = connection(data_dir)
    for unfinished in generation.base.glob(".new-*"):
        shutil.rmtree(unfinished, ignore_errors=True)
    # Its WAL is taken from the archive, so the archive must receive before the copy begins.
    wait_until_archived(data_dir, timeout=_WAIT_FOR_WAL)
    parent = None if full else next(reversed(base_backups(generation)), None)
    work = Path(tempfile.mkdtemp(prefix=".new-", dir=generation.base))
    try:
        _copy(database.host, database.port, database.password("postgres"), into=work / "data", parent=parent)
        finished_at = datetime.now(UTC)
        check_base_backup(work / "data")
        about = {"parent": parent.name if parent else None, "finished_at": finished_at.isoformat()}
        with (work / _ABOUT).open("w", encoding="utf-8") as file:
            file.write(json.dumps(about))
            file.flush()
            os.fsync(file.fileno())
        wait_until_archived(data_dir, timeout=_WAIT_FOR_WAL)
        kind = "incremental" if parent else "full"
        path = generation.base / f"{finished_at:%Y%m%dT%H%M%S.%fZ}-{kind}"
        work.rename(path)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return BaseBackup(path, parent.name if parent else None, finished_at)


def check_base_backup(data: Path) -> None:
    """Compare every file of a copy with its manifest, whose own checksum is looked at first.

    PostgreSQL's pg_verifybackup would do the same; the one in the wheel does not start.

    :raises DamagedBackupError: a file is missing, longer, shorter or different.
    """
    manifest = _manifest(data)
    with ThreadPoolExecutor(max(2, os.cpu_count() or 1)) as pool:
        for sentence in pool.map(lambda facts: _difference(data, facts), manifest["Files"]):
            if sentence:
                raise DamagedBackupError(sentence)


def _manifest(data: Path) -> Any:
    path = data / "backup_manifest"
    try:
        content = path.read_bytes()
        manifest = json.loads(content)
        counted = hashlib.sha256(content[: content.rindex(_MARK)]).hexdigest()
    except (OSError, ValueError) as error:
        raise DamagedBackupError(f"{path} cannot be read: {error}") from error
    if manifest.get("Manifest-Checksum") != counted:
        raise DamagedBackupError(f"{path} is damaged: its checksum differs.")
    return manifest


def _difference(data: Path, facts: dict[str, Any]) -> str:
    name = facts.get("Path") or bytes.fromhex(facts["Encoded-Path"]).decode(errors="surrogateescape")
    path = data / name
    try:
        if path.stat().st_size != facts["Size"]:
            return f"{path} has {path.stat().st_size} bytes where {facts['Size']} were copied."
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != facts["Checksum"]:
                return f"{path} is damaged: its SHA-256 differs from the one that was recorded."
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}."
    return ""


def _copy(host: str, port: int, password: str, *, into: Path, parent: BaseBackup | None) -> None:
    command = [
        os.fspath(program("pg_basebackup")),
        f"--pgdata={into}",
        "--format=plain",
        "--wal-method=none",
        "--checkpoint=fast",
        "--manifest-checksums=SHA256",
        "--no-password",
        f"--host={host}",
        f"--port={port}",
        "--username=postgres",
    ]
    if parent is not None:
        command.append(f"--incremental={parent.data / 'backup_manifest'}")
    run_program(command, password=password)


def run_program(command: Iterable[str | Path], *, password: str | None = None) -> None:
    """Run one of PostgreSQL's programs.

    :raises EmbeddedError: it fails; the text is what it said.
    """
    arguments = [os.fspath(part) for part in command]
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
    if password is not None:
        environment["PGPASSWORD"] = password
    done = subprocess.run(  # noqa: S603 - our own programs, no shell
        arguments, check=False, capture_output=True, env=environment, stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()
        raise EmbeddedError(f"{Path(arguments[0]).name} failed: {said or 'it said nothing'}")


def prune_archive(archive: Archive, *, before: datetime) -> list[str]:
    """Remove what no second from ``before`` on needs: whole chains, earlier generations, and their WAL.

    The last chain of each generation that is kept stays, whatever its age. Returns what went.
    """
    gone = []
    for at, generation in enumerate(archive.generations()):
        backups = base_backups(generation)
        if at > 0 and _last_change(generation) < before:
            shutil.rmtree(generation.path, ignore_errors=True)
            gone.append(generation.path.name)
            continue
        fulls = [backup for backup in backups if backup.parent is None]
        # The newest full copy that is old enough to lead to every second from `before` on.
        start = next((full for full in reversed(fulls) if full.finished_at <= before), None)
        if start is None:
            continue
        for backup in backups:
            if backup.name < start.name:
                shutil.rmtree(backup.path, ignore_errors=True)
                gone.append(backup.name)
        gone += _prune_wal(generation, first=first_segment(start.data))
    return gone


def first_segment(data: Path) -> str:
    """Return the name of the first WAL segment that a copy needs.

    :raises DamagedBackupError: the copy does not say.
    """
    try:
        label = (data / "backup_label").read_text(encoding="utf-8")
        return label.split("(file ", 1)[1].split(")", 1)[0]
    except (OSError, IndexError) as error:
        raise DamagedBackupError(f"{data / 'backup_label'} does not say where its WAL begins.") from error


def _last_change(generation: Generation) -> datetime:
    times = [path.stat().st_mtime for path in generation.wal.iterdir()]
    return datetime.fromtimestamp(max(times, default=generation.path.stat().st_mtime), UTC)


def _prune_wal(generation: Generation, *, first: str) -> list[str]:
    gone = []
    for path in generation.wal.iterdir():
        # Ahead of the timeline's eight digits stand no others, so names compare as numbers.
        if len(path.name) >= 24 and not path.name.endswith(".history") and path.name[:24] < first:
            path.unlink(missing_ok=True)
            gone.append(path.name)
    return gone
