"""What runs for a data directory, seen from outside, and processes that use its server."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Self

ROOT = Path(__file__).resolve().parents[2]

_USER = """
import sys
from pathlib import Path
from ledgerflow import embedded
lease = embedded.ensure_running(Path(sys.argv[1]), grace=float(sys.argv[2]))
print("ready", flush=True)
sys.stdin.read()
lease.close()
"""


class User:
    """Another process that asks for the server and keeps its lease until told to leave, or killed."""

    def __init__(self, data_dir: Path, *, grace: float = 0.2) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _USER, str(data_dir), str(grace)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            text=True,
        )

    def wait_until_ready(self) -> Self:
        assert self._stream(self.process.stdout).readline() == "ready\n"
        return self

    def __enter__(self) -> Self:
        return self.wait_until_ready()

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.kill()

    def leave(self) -> None:
        self._stream(self.process.stdin).close()
        assert self.process.wait(20) == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(20)

    def _stream(self, stream: IO[str] | None) -> IO[str]:
        assert stream is not None
        return stream


def servers(data_dir: Path) -> list[int]:
    """The PostgreSQL processes of the folder, by working directory."""
    return [pid for pid in _pids() if _link(pid, "cwd") == str(data_dir / "postgres")]


def postmaster(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def supervisors(data_dir: Path) -> list[int]:
    """The supervisors of the folder, by command line."""
    wanted = ["-m", "ledgerflow.embedded.supervisor", str(data_dir)]
    return [pid for pid in _pids() if _command(pid)[2:5] == wanted]


def kill(*pids: int) -> None:
    """SIGKILL the processes and wait until they are gone."""
    for pid in pids:
        with suppress(ProcessLookupError):  # one that was killed before took it along
            os.kill(pid, signal.SIGKILL)
    wait_for(lambda: all(_is_dead(pid) for pid in pids))


def freeze(*pids: int) -> None:
    """Have the processes do nothing more, in one instant; they can still be killed."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)


def wait_for(condition: Callable[[], bool], *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)


def wait_until_stopped(data_dir: Path) -> None:
    wait_for(lambda: not servers(data_dir) and not supervisors(data_dir))


def _is_dead(pid: int) -> bool:
    """Dead to the last: a process gives its locks back a moment after it lost its program."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def _pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _link(pid: int, name: str) -> str:
    try:
        return str(Path(f"/proc/{pid}/{name}").readlink())
    except OSError:
        return ""


def _command(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return []
