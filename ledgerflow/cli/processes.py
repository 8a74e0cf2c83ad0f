"""The child processes of ``ledgerflow up``: started, watched, started again when they die, ended with the parent."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Self

from ledgerflow.core.errors import LedgerFlowError

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)
_PATIENCE_SECONDS = 60
_ENDING_SECONDS = 15


class StartError(LedgerFlowError):
    """Web or worker does not start; the message names the log to read."""


def free_port(wanted: int, *, lan: bool) -> int:
    """Return the wanted port, or the next free one above it.

    Raises:
        StartError: none of the next fifty is free.
    """
    for port in range(wanted, wanted + 50):
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((_host(lan=lan), port))
            except OSError:
                continue
            return port
    raise StartError(f"The ports {wanted} to {wanted + 49} are all busy; give another with --port.")


def lan_address() -> str:
    """Return this machine's address in the local network (no packet is sent)."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return socket.gethostname()
        return str(probe.getsockname()[0])


def _host(*, lan: bool) -> str:
    return "0.0.0.0" if lan else "127.0.0.1"  # noqa: S104 - asked for with --lan


def _end_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Processes:
    """A context manager that ends its children with itself, also when it is killed."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._starters: dict[str, Callable[[], subprocess.Popen[bytes]]] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._stopping = False

    def __enter__(self) -> Self:
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._running.values():
            process.terminate()
        deadline = time.monotonic() + _ENDING_SECONDS
        for process in self._running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start_web(self, *, port: int, lan: bool, workers: int) -> None:
        """Start gunicorn on the port."""
        self._start(
            "web",
            "gunicorn", "config.wsgi",
            "--bind", f"{_host(lan=lan)}:{port}",
            "--workers", str(workers),
            "--worker-class", "gthread",
            "--threads", "4",
            "--timeout", "60",
            "--graceful-timeout", "5",
            "--no-control-socket",
        )  # fmt: skip

    def start_worker(self) -> None:
        """Start one worker of jobs."""
        self._start("worker", "ledgerflow.cli", "worker")

    def wait_for_page(self, *, port: int) -> None:
        """Return when the web process answers.

        Raises:
            StartError: it ends, or does not answer within a minute.
        """
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not self._stopping:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                    return
            except OSError as error:
                if self._running["web"].poll() is not None or time.monotonic() > deadline:
                    raise StartError(
                        f"The web server does not start; {self._log('web')} says why."
                    ) from error
            time.sleep(0.05)

    def watch(self, *, keep_up: Callable[[], None]) -> None:
        """Start again what dies, until asked to stop; ``keep_up`` is called twice a second as well."""
        while not self._stopping:
            time.sleep(0.5)
            keep_up()
            for name, process in list(self._running.items()):
                if process.poll() is not None and not self._stopping:
                    self._running[name] = self._starters[name]()

    def _start(self, name: str, module: str, *arguments: str) -> None:
        def starter() -> subprocess.Popen[bytes]:
            with self._open_log(name) as log:
                return subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
                    [sys.executable, "-m", module, *arguments],
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    stdin=subprocess.DEVNULL,
                    env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
                    start_new_session=True,
                    preexec_fn=_end_with_parent,  # noqa: PLW1509 - no thread runs in this process
                )

        self._starters[name] = starter
        self._running[name] = starter()

    def _open_log(self, name: str) -> IO[bytes]:
        return self._log(name).open("ab")

    def _log(self, name: str) -> Path:
        return self._data_dir / f"{name}.log"

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True
