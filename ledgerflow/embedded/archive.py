"""Where the WAL and the base backups of an embedded server are kept, and how much of them has arrived.

The archive is a folder ``recovery`` beside the dumps. A cluster that took another's place begins a new *generation*
there, because its WAL does not follow the other's; the earlier generations stay until they are pruned. Times before a
replacement can therefore be restored after it too.
"""

import gzip
import os
import secrets
import shutil
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ledgerflow.embedded.errors import EmbeddedError
from ledgerflow.embedded.folder import DataFolder, connection

SLOT = "ledgerflow"
#: WAL that the server keeps for a receiver that does not come; beyond it the archive begins anew.
MOST_WAL_KEPT = "2GB"
_GENERATION_FILE = "ledgerflow_generation"
_BEGAN = "%Y%m%dT%H%M%SZ"
_POLL = 0.05
_SEGMENT_NAME = 24


@dataclass(frozen=True, slots=True)
class Generation:
    """The WAL and the base backups of one cluster's life."""

    path: Path

    @property
    def wal(self) -> Path:
        """Segments as pg_receivewal writes them; finished ones may be compressed."""
        return self.path / "wal"

    @property
    def began_at(self) -> datetime:
        """The second in which it began, which its name says."""
        return datetime.strptime(self.path.name.partition("-")[0], _BEGAN).replace(tzinfo=UTC)

    @property
    def base(self) -> Path:
        """One folder for each base backup, named by its moment."""
        return self.path / "base"


@dataclass(frozen=True, slots=True)
class Archive:
    """The folder that outlives the cluster."""

    path: Path

    @property
    def credentials(self) -> Path:
        """The passwords that the archived clusters know, mode 0600."""
        return self.path / "pg_credentials.json"

    def generation(self, name: str) -> Generation:
        """Return the generation of the name; nothing is created."""
        return Generation(self.path / name)

    def generations(self) -> list[Generation]:
        """Return every generation, the latest first."""
        if not self.path.is_dir():
            return []
        found = (Generation(path) for path in self.path.iterdir() if (path / "wal").is_dir())
        return sorted(found, key=lambda generation: generation.path.name, reverse=True)


def archive_wal(data_dir: Path, archive: Archive | None) -> None:
    """Have WAL archived from now on, or no longer; a running server follows within a second.

    :raises EmbeddedError: a folder cannot be written.
    """
    folder = DataFolder.at(data_dir)
    try:
        if archive is None:
            folder.archive_mark.unlink(missing_ok=True)
            return
        connection(folder.path)
        archive.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not archive.credentials.exists() or (
            folder.cluster.exists() and archive.credentials.read_bytes() != folder.credentials.read_bytes()
        ):
            _replace(archive.credentials, folder.credentials.read_bytes())
        mark = f"{archive.path.resolve()}\n".encode()
        if not folder.archive_mark.exists() or folder.archive_mark.read_bytes() != mark:
            _replace(folder.archive_mark, mark)
    except OSError as error:
        raise EmbeddedError(f"WAL cannot be archived in {archive and archive.path}: {error}") from error


def archive_of(folder: DataFolder) -> Archive | None:
    """Return where the data folder's WAL is archived, if it is."""
    try:
        text = folder.archive_mark.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    return Archive(Path(text)) if text else None


def generation_of(cluster: Path) -> str:
    """Return the name of the cluster's generation, which begins now where it has none.

    :raises OSError: the cluster cannot be written.
    """
    path = cluster / _GENERATION_FILE
    if not path.exists():
        # The receiver and the first copy may both come here; what was archived must not lie in two generations.
        with suppress(FileExistsError):
            _name_generation(cluster, only_first=True)
    return path.read_text(encoding="ascii").strip()


def begin_generation(cluster: Path) -> str:
    """Begin a new generation: what the cluster writes from now on follows nothing that is archived.

    :raises OSError: the cluster cannot be written.
    """
    return _name_generation(cluster, only_first=False)


def _name_generation(cluster: Path, *, only_first: bool) -> str:
    name = f"{datetime.now(UTC):{_BEGAN}}-{secrets.token_hex(3)}"
    _replace(cluster / _GENERATION_FILE, name.encode("ascii"), only_first=only_first)
    if os.geteuid() == 0:
        # The server reads it for its base backups.
        owner = cluster.stat()
        os.chown(cluster / _GENERATION_FILE, owner.st_uid, owner.st_gid)
    return name


def wait_until_archived(data_dir: Path, *, timeout: float) -> float:
    """Wait until all that is committed now has been written to the archive; return how many seconds that took.

    The server must be running.

    :raises EmbeddedError: it is not within ``timeout`` seconds.
    """
    database = connection(data_dir)
    began = time.monotonic()
    with database.connect(role="postgres", dbname="postgres") as superuser:
        row = superuser.execute("SELECT pg_current_wal_lsn()").fetchone()
        assert row is not None
        while not superuser.execute(_ARRIVED, [row[0]]).fetchone():
            if time.monotonic() > began + timeout:
                raise EmbeddedError(
                    f"The archive of WAL has not received what was committed {timeout:.0f} s ago; "
                    f"{DataFolder.at(data_dir).log} says why."
                )
            time.sleep(_POLL)
    return time.monotonic() - began


def compress_finished(archive: Archive) -> int:
    """Compress the finished segments but for the last, from which receiving goes on; return how many.

    Compressed ones carry a checksum, and take a tenth of the room.
    """
    done = 0
    for generation in archive.generations():
        finished = sorted(path for path in generation.wal.iterdir() if len(path.name) == _SEGMENT_NAME)
        for segment in finished[:-1]:
            draft = segment.with_name(f".{segment.name}.gz")
            with segment.open("rb") as source, gzip.open(draft, "wb", compresslevel=3) as packed:
                shutil.copyfileobj(source, packed, 1024 * 1024)
            draft.chmod(0o600)
            # The time says when it was written, which pruning and people read.
            os.utime(draft, (segment.stat().st_atime, segment.stat().st_mtime))
            draft.replace(segment.with_name(f"{segment.name}.gz"))
            segment.unlink()
            done += 1
    return done


def checkpoint(data_dir: Path) -> None:
    """Have the running server write what it holds in memory, so that stopping it is quick.

    :raises psycopg.OperationalError: the server does not answer.
    """
    with connection(data_dir).connect(role="postgres", dbname="postgres") as superuser:
        superuser.execute("CHECKPOINT")


_ARRIVED = """
    SELECT 1 FROM pg_stat_replication JOIN pg_replication_slots ON active_pid = pid
     WHERE slot_name = 'ledgerflow' AND write_lsn >= %s::pg_lsn
"""


def _replace(path: Path, content: bytes, *, only_first: bool = False) -> None:
    draft = path.with_name(f".{path.name}-{os.getpid()}-{threading.get_ident()}")
    try:
        with draft.open("wb") as file:
            draft.chmod(0o600)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if only_first:
            path.hardlink_to(draft)
        else:
            draft.replace(path)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
