"""A file beside the database for errors that happen while it does not answer."""

import fcntl
import json
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ledgerflow.ops.error_log.occurrences import Occurrence

logger = logging.getLogger(__name__)

_LARGEST_BYTES = 2 * 1024 * 1024


class Spool:
    """One JSON object a line, shared by all processes under a lock of the file."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "errors.spool.jsonl"

    def add(self, occurrences: Iterable[Occurrence]) -> None:
        """Add the occurrences, unless the file has grown too large or cannot be written: stderr has them anyway."""
        lines = "".join(json.dumps(each.as_dict()) + "\n" for each in occurrences)
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "ab") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                if file.seek(0, os.SEEK_END) < _LARGEST_BYTES:
                    file.write(lines.encode())
        except OSError as error:
            logger.warning("The error log cannot be kept in %s: %s", self.path, error.strerror)

    @contextmanager
    def taken(self) -> Iterator[list[Occurrence]]:
        """Yield what waits and empty the file afterwards; if the caller fails, everything waits on."""
        if not self.path.exists():
            yield []
            return
        with self.path.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield list(filter(None, (_read(line) for line in file)))
            file.truncate(0)

    def size(self) -> int:
        """Return how many bytes wait."""
        return self.path.stat().st_size if self.path.exists() else 0


def _read(line: bytes) -> Occurrence | None:
    """Return the occurrence, nothing for a line that was cut off."""
    try:
        return Occurrence(**json.loads(line))
    except (ValueError, TypeError):
        return None
