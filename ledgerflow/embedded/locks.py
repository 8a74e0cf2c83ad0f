"""Kernel locks on files. The kernel releases them when their holder ends, however it ends."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self


class FileLock:
    """An flock(2) lock on a file that is created if missing. Closing it releases it."""

    def __init__(self, path: Path) -> None:
        # Not inherited by programs this process starts: a lock must not outlive its holder.
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def try_shared(self) -> bool:
        """Take the lock together with others; False if someone has it alone."""
        return self._try(fcntl.LOCK_SH)

    def try_exclusive(self) -> bool:
        """Take the lock alone; False if anyone has it."""
        return self._try(fcntl.LOCK_EX)

    def wait_exclusive(self) -> None:
        """Take the lock alone, waiting for those who have it."""
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def release(self) -> None:
        """Give the lock back and keep the file open."""
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the lock back for good; closing twice is harmless."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _try(self, operation: int) -> bool:
        try:
            fcntl.flock(self._descriptor, operation | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def is_taken(path: Path) -> bool:
    """Say whether another holder has the lock alone."""
    with FileLock(path) as lock:
        return not lock.try_shared()
