"""Whether a process that a test cannot see is still there: it holds a lock, which the kernel takes back when it ends.

Unlike a file that is written again and again, a lock says so at once, however busy the machine is.
"""

import fcntl
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

#: What a process that is to be ended is given before it counts as left alive. It costs time only where a test fails.
PATIENCE_SECONDS = 60

_held: list[IO[str]] = []


def hold(path: Path) -> None:
    """Hold the lock of the file until this process ends."""
    file = path.open("w")
    fcntl.flock(file, fcntl.LOCK_EX)
    _held.append(file)


def is_held(path: Path) -> bool:
    """Whether a process that is there holds the lock of the file."""
    try:
        with path.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def comes_true(condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> bool:
    """Wait until the condition holds; whether it does in time."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
