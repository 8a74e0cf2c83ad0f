"""The sidecar of a dump: what is in it, and the SHA-256 by which a single changed byte is noticed."""

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ledgerflow.ops.backups.errors import DamagedDumpError
from ledgerflow.ops.backups.facts import Facts

PREFIX = "ledgerflow-"
ENCRYPTED = ".age"
_SUFFIXES = (".sql.gz", f".sql.gz{ENCRYPTED}")
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished dump with its manifest."""

    path: Path
    made_at: datetime
    reason: str
    size: int
    sha256: str
    version: str
    server_version: str
    facts: Facts

    @property
    def name(self) -> str:
        """The name of the dump's file."""
        return self.path.name

    @property
    def is_encrypted(self) -> bool:
        """Whether it can be read only with the key that is kept elsewhere."""
        return self.path.name.endswith(ENCRYPTED)

    @property
    def lines(self) -> int:
        """Journal lines in it."""
        return sum(book["lines"] for book in self.facts["books"])


def manifest_of(dump: Path) -> Path:
    """Return where the manifest of a dump lies."""
    return dump.with_name(dump.name.partition(".sql.gz")[0] + ".json")


def write_manifest(backup: Backup, *, at: Path) -> None:
    """Write the manifest, on disk for certain, with a checksum of its own."""
    content = {
        "format": _FORMAT,
        "file": backup.name,
        "made_at": backup.made_at.isoformat(),
        "reason": backup.reason,
        "size": backup.size,
        "sha256": backup.sha256,
        "version": backup.version,
        "server_version": backup.server_version,
        "facts": backup.facts,
    }
    with at.open("w", encoding="utf-8") as file:
        at.chmod(0o600)
        json.dump(content | {"checksum": _checksum(content)}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def read_manifest(dump: Path) -> Backup:
    """Read the manifest of a dump.

    Raises:
        DamagedDumpError: it is missing, damaged, of another file or of a newer LedgerFlow.
    """
    path = manifest_of(dump)
    try:
        content = json.loads(path.read_bytes())
        checksum = content.pop("checksum")
        is_whole = checksum == _checksum(content)
    except FileNotFoundError as error:
        raise DamagedDumpError(f"{dump} has no manifest {path.name} beside it; it was refused.") from error
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise DamagedDumpError(f"The manifest {path} cannot be read; the dump was refused.") from error
    if not is_whole:
        raise DamagedDumpError(f"The manifest {path} is damaged: its checksum differs.")
    if content["format"] != _FORMAT:
        raise DamagedDumpError(f"{path} was written by a newer LedgerFlow; restore it with that one.")
    if content["file"] != dump.name:
        raise DamagedDumpError(f"{path} is the manifest of {content['file']}, not of {dump.name}.")
    return Backup(
        path=dump,
        made_at=datetime.fromisoformat(content["made_at"]),
        reason=content["reason"],
        size=content["size"],
        sha256=content["sha256"],
        version=content["version"],
        server_version=content["server_version"],
        facts=content["facts"],
    )


def dumps_in(folder: Path) -> list[Path]:
    """Return the finished dumps of a folder, the newest first."""
    found = [path for suffix in _SUFFIXES for path in folder.glob(f"{PREFIX}*{suffix}")]
    return sorted(found, key=lambda path: path.name, reverse=True)


def check_bytes(dump: Path) -> Backup:
    """Compare the dump with the size and the SHA-256 of its manifest, and return that.

    Raises:
        DamagedDumpError: a byte is missing, added or different.
    """
    backup = read_manifest(dump)
    try:
        size = dump.stat().st_size
        if size != backup.size:
            raise DamagedDumpError(f"{dump} has {size:,} bytes where {backup.size:,} were written.")
        with dump.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DamagedDumpError(f"{dump} cannot be read: {error.strerror}.") from error
    if found != backup.sha256:
        raise DamagedDumpError(
            f"{dump} is damaged: its SHA-256 differs from the one that was recorded when it was made."
        )
    return backup


def _checksum(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
