"""A cluster as it was at any second, rebuilt beside the live one from base backups and archived WAL."""

import gzip
import re
import shutil
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ledgerflow.embedded.archive import Archive, Generation, begin_generation, checkpoint
from ledgerflow.embedded.base_backups import (
    BaseBackup,
    DamagedBackupError,
    base_backups,
    chain_of,
    check_base_backup,
    first_segment,
    run_program,
)
from ledgerflow.embedded.cluster import program
from ledgerflow.embedded.errors import EmbeddedError
from ledgerflow.embedded.folder import DataFolder
from ledgerflow.embedded.locks import is_taken
from ledgerflow.embedded.server import Lease, ensure_running

_SCRATCH = "restoring-"
_SEGMENTS_PER_FILE = 256
_TOO_LATE = "recovery ended before configured recovery target was reached"
_SEGMENT = re.compile(r"([0-9A-F]{24})(\.partial)?(\.gz)?")
_OURS = ("restore_command", "recovery_", "archive_mode", "hot_standby")
_PATIENCE = 600.0


class NothingArchivedError(EmbeddedError):
    """The archive holds nothing from which the moment can be had; the text says from when on it does."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A server that runs with the books as they were, in a data folder of its own."""

    data_dir: Path
    lease: Lease
    base: BaseBackup
    #: Whether nothing was committed after the moment that was asked for, so that these are the latest books.
    is_latest: bool
    #: When the archive left these books for others, where that was before the moment that was asked for.
    left_at: datetime | None
    #: When the last transaction in it was committed, where it says.
    last_commit: datetime | None


@contextmanager
def rebuilt(archive: Archive, *, target: datetime | None, place: Path) -> Iterator[Rebuilt]:
    """Rebuild the cluster as of the target, or as of the last moment archived, below ``place`` and run it.

    Every copy that is used is compared with its manifest first. A target after the last commit gives the latest.
    What was rebuilt is removed at the end unless `put_in_place` took it.

    :raises NothingArchivedError: the target lies before the first copy.
    :raises DamagedBackupError: a copy or the WAL after it is damaged or missing.
    :raises EmbeddedError: the server does not start from it.
    """
    generation, base = chosen_base(archive, target=target)
    chain = chain_of(base)
    for each in chain:
        check_base_backup(each.data)
    remove_leftovers(place)
    scratch = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=place))
    try:
        folder = DataFolder.at(scratch)
        shutil.copyfile(archive.credentials, folder.credentials)
        folder.credentials.chmod(0o600)
        lease, is_latest = _recovered(folder, generation, chain, target=target)
        with lease:
            yield Rebuilt(
                scratch,
                lease,
                base,
                is_latest=is_latest,
                left_at=_left_at(archive, generation, target=target),
                last_commit=_last_commit(folder),
            )
    finally:
        wait_until_stopped(scratch)
        shutil.rmtree(scratch, ignore_errors=True)


def put_in_place(rebuilt: Rebuilt, data_dir: Path) -> float:
    """Stop the rebuilt server and let its cluster take the live one's place; return the seconds without a server.

    A live server that is in use is stopped and the new one started by its supervisor; leases go on.

    :raises EmbeddedError: it does not start, or another replacement waits already.
    """
    live, scratch = DataFolder.at(data_dir), DataFolder.at(rebuilt.data_dir)
    if live.replacement.exists():
        raise EmbeddedError(f"{live.replacement} waits to take the cluster's place already.")
    rebuilt.lease.close()
    wait_until_stopped(scratch.path)
    begin_generation(scratch.cluster)
    if not live.credentials.exists() or not live.cluster.exists():
        shutil.copyfile(scratch.credentials, live.credentials)
        live.credentials.chmod(0o600)
    if is_taken(live.ready):
        # As late as can be: what is written after this is what stopping has to wait for.
        checkpoint(live.path)
    began = time.monotonic()
    scratch.cluster.rename(live.replacement)
    # If nobody uses the server, starting it now is what makes the replacement.
    deadline = began + _PATIENCE
    while live.replacement.exists() or not is_taken(live.ready):
        if not is_taken(live.supervisor):
            ensure_running(live.path).close()
        if time.monotonic() > deadline:
            raise EmbeddedError(f"The restored cluster did not start in time; see {live.log}.")
        time.sleep(0.01)
    return time.monotonic() - began


def chosen_base(archive: Archive, *, target: datetime | None) -> tuple[Generation, BaseBackup]:
    """Return the newest copy that was finished before the target, and its generation.

    :raises NothingArchivedError: there is none.
    """
    first: datetime | None = None
    for generation in archive.generations():
        for backup in reversed(base_backups(generation)):
            if target is None or backup.finished_at <= target:
                return generation, backup
            first = backup.finished_at
    if first is None:
        raise NothingArchivedError(f"No base backup lies in {archive.path}; `ledgerflow up` makes them.")
    raise NothingArchivedError(
        f"The archive in {archive.path} begins at {first:%Y-%m-%d %H:%M:%S} UTC; choose a later moment, or a dump."
    )


def _left_at(archive: Archive, chosen: Generation, *, target: datetime | None) -> datetime | None:
    began = [other.began_at for other in archive.generations() if other.path.name > chosen.path.name]
    first = min(began, default=None)
    return first if first is not None and (target is None or first <= target) else None


def remove_leftovers(place: Path) -> None:
    """Remove what restores that were killed left behind."""
    for path in place.glob(f"{_SCRATCH}*"):
        if not is_taken_anywhere(DataFolder.at(path)):
            shutil.rmtree(path, ignore_errors=True)


def is_taken_anywhere(folder: DataFolder) -> bool:
    """Say whether a server of the folder runs or is being prepared in this hour."""
    if time.time() - folder.path.stat().st_mtime < 3600:
        return True
    return folder.supervisor.exists() and is_taken(folder.supervisor)


def _recovered(
    folder: DataFolder, generation: Generation, chain: list[BaseBackup], *, target: datetime | None
) -> tuple[Lease, bool]:
    if target is not None:
        _lay_out(folder, generation, chain, target=target)
        try:
            return ensure_running(folder.path, grace=0), False
        except EmbeddedError as error:
            if _TOO_LATE not in str(error):
                raise
        wait_until_stopped(folder.path)
        _check_reached_end(folder, generation)
        shutil.rmtree(folder.cluster)
    _lay_out(folder, generation, chain, target=None)
    lease = ensure_running(folder.path, grace=0)
    try:
        _check_reached_end(folder, generation)
    except BaseException:
        lease.close()
        raise
    return lease, True


def _lay_out(
    folder: DataFolder, generation: Generation, chain: list[BaseBackup], *, target: datetime | None
) -> None:
    """Make the cluster from the chain, with the WAL after it and the word how far to go."""
    run_program(
        [
            program("pg_combinebackup"),
            *(backup.data for backup in chain),
            f"--output={folder.cluster}",
            # Its files are brought to the disk when the server begins to recover from them; nobody reads a manifest.
            "--no-sync",
            "--no-manifest",
        ]
    )
    _bring_wal(generation, folder.cluster)
    settings = folder.cluster / "postgresql.auto.conf"
    kept = [line for line in settings.read_text(encoding="utf-8").splitlines() if not line.startswith(_OURS)]
    # All WAL lies in pg_wal already; a copy must never write into, or read from, the archive itself.
    kept += ["restore_command = 'false'", "recovery_target_timeline = 'current'", "archive_mode = 'off'"]
    # Otherwise it would call itself ready, read-only, before it has recovered.
    kept.append("hot_standby = 'off'")
    if target is not None:
        kept += [
            f"recovery_target_time = '{target.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f+00}'",
            "recovery_target_action = 'promote'",
        ]
    settings.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
    (folder.cluster / "recovery.signal").touch(mode=0o600)
    folder.cluster.chmod(0o700)


def _bring_wal(generation: Generation, cluster: Path) -> None:
    """Copy every segment from the copy's first one on; a missing one would silently end the recovery."""
    first = first_segment(cluster)
    expected = _number(first)
    segments = [(name, path) for name, path in _segments(generation) if name >= first]
    if not segments:
        raise DamagedBackupError(f"The archived WAL in {generation.wal} ends before {first}.")
    for name, path in segments:
        if _number(name) != expected:
            raise DamagedBackupError(
                f"The archived WAL in {generation.wal} has a gap before {name}; choose a moment before it."
            )
        expected += 1
        try:
            if path.name.endswith(".gz"):
                with gzip.open(path) as source, (cluster / "pg_wal" / name).open("wb") as copy:
                    shutil.copyfileobj(source, copy, 1024 * 1024)
            else:
                shutil.copyfile(path, cluster / "pg_wal" / name)
        except (OSError, EOFError, zlib.error) as error:
            raise DamagedBackupError(f"{path} is damaged: {error}") from error
        (cluster / "pg_wal" / name).chmod(0o600)


def _segments(generation: Generation) -> list[tuple[str, Path]]:
    found: dict[str, Path] = {}
    for path in sorted(generation.wal.iterdir()):
        match = _SEGMENT.fullmatch(path.name)
        # A finished segment goes before its unfinished self.
        if match and not (match[2] and match[1] in found):
            found[match[1]] = path
    return sorted(found.items())


def _number(name: str) -> int:
    return int(name[8:16], 16) * _SEGMENTS_PER_FILE + int(name[16:24], 16)


def _check_reached_end(folder: DataFolder, generation: Generation) -> None:
    """Refuse a recovery that stopped at a damaged record although finished segments follow.

    :raises DamagedBackupError: it did.
    """
    said = re.findall(r"redo done at ([0-9A-F]+)/([0-9A-F]+)", _log(folder))
    finished = [name for name, path in _segments(generation) if ".partial" not in path.name]
    if not said or not finished:
        return
    high, low = (int(part, 16) for part in said[-1])
    if high * _SEGMENTS_PER_FILE + (low >> 24) < _number(finished[-1]):
        raise DamagedBackupError(
            f"The archived WAL in {generation.wal} is damaged at {said[-1][0]}/{said[-1][1]}; what follows cannot be "
            "read. Choose a moment before it."
        )


def _last_commit(folder: DataFolder) -> datetime | None:
    said = re.findall(r"last completed transaction was at log time (\S+ \S+)(?: UTC|\+00)", _log(folder))
    return datetime.fromisoformat(said[-1]).replace(tzinfo=UTC) if said else None


def _log(folder: DataFolder) -> str:
    return folder.log.read_text(encoding="utf-8", errors="replace") if folder.log.exists() else ""


def wait_until_stopped(data_dir: Path) -> None:
    """Return when the server of a data folder that nobody uses any more has ended."""
    folder = DataFolder.at(data_dir)
    deadline = time.monotonic() + _PATIENCE
    while folder.supervisor.exists() and is_taken(folder.supervisor) and time.monotonic() < deadline:
        time.sleep(0.02)
