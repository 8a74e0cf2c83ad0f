"""SIGKILL for web, worker and PostgreSQL of one data folder, in an order that its seed repeats."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.cli.test_up import Up
from tests.embedded import processes

_BACK_SECONDS = 90


def of(parent: int, words: str) -> list[int]:
    """The living descendants of the process whose command line has these words."""
    parents, commands = {}, {}
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit():
                state, above = (entry / "stat").read_text().rpartition(") ")[2].split()[:2]
                if state != "Z":
                    parents[int(entry.name)] = int(above)
                    commands[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ")
    return sorted(
        pid for pid in parents if words in commands.get(pid, "") and _descends(pid, parent, parents)
    )


def _descends(process: int, ancestor: int, parents: dict[int, int]) -> bool:
    while process in parents:
        process = parents[process]
        if process == ancestor:
            return True
    return False


class Killer:
    """Kills so many of each, and waits each time until the killed one is back."""

    def __init__(self, up: Up, seed: int) -> None:
        self._data_dir, self._parent = up.data_dir, up.process.pid
        self._random = random.Random(seed)
        self.killed: Counter[str] = Counter()
        self.slowest = 0.0

    def kill(self, *, of_each: int, pause: float) -> None:
        """Kill ``of_each`` of the web server, the worker and PostgreSQL, shuffled."""
        order = [self._web, self._worker, self._postgres] * of_each
        self._random.shuffle(order)
        for each in order:
            time.sleep(self._random.uniform(0, 2 * pause))
            each()

    def _web(self) -> None:
        processes.wait_for(lambda: len(of(self._parent, "gunicorn")) > 1, seconds=_BACK_SECONDS)
        running = of(self._parent, "gunicorn")
        victims = running if self._random.random() < 0.2 else [self._random.choice(running)]
        self._end("web", victims, lambda: of(self._parent, "gunicorn"), least=2)

    def _worker(self) -> None:
        processes.wait_for(lambda: bool(of(self._parent, "ledgerflow.cli worker")), seconds=_BACK_SECONDS)
        victims = of(self._parent, "ledgerflow.cli worker")
        self._end("worker", victims, lambda: of(self._parent, "ledgerflow.cli worker"), least=1)

    def _postgres(self) -> None:
        processes.wait_for(lambda: len(processes.servers(self._data_dir)) >= 5, seconds=_BACK_SECONDS)
        running = processes.servers(self._data_dir)
        share = self._random.random()
        master = processes.postmaster(self._data_dir)
        if share < 0.4:
            victims = running
        elif share < 0.7:
            victims = [master]
        else:
            victims = [self._random.choice(running)]
        self._end("postgres", victims, lambda: processes.servers(self._data_dir), least=5)

    def _end(self, name: str, victims: list[int], running: Callable[[], list[int]], *, least: int) -> None:
        for process in victims:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.killed[name] += 1
        started = time.monotonic()
        while len([pid for pid in running() if pid not in victims]) < least:
            assert time.monotonic() - started < _BACK_SECONDS, f"{name} does not come back"
            time.sleep(0.05)
        self.slowest = max(self.slowest, time.monotonic() - started)
