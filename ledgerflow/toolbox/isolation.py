"""A process of its own for every call, in namespaces where the kernel lets an ordinary process have them.

A call's process is the first of a process namespace: it sees and signals no process outside, and whatever it has
started ends with it, however it ended. Where the kernel refuses (a container with the default profile of Docker, a
system that is no Linux), a process group stands in, and what left its group is looked for; sockets are refused in place
of a network namespace. Runs inside
:mod:`ledgerflow.toolbox.child` only.
"""

import contextlib
import ctypes
import os
import select
import signal
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from ledgerflow.toolbox.enclosure import refuse_sockets

NEW_USERS, NEW_PROCESSES, NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000
_DIE_WITH_PARENT, _ADOPT_ORPHANS = 1, 36
_LOOK_SECONDS = 1.0
_DYING_SECONDS = 0.01
_MOST_SECONDS_TO_END = 60


class Isolation:
    """How the children of this process are kept apart from everything else."""

    def __init__(self, *, processes: int | None) -> None:
        self._processes = processes
        self.has_own_processes = processes is not None
        self._calls: set[int] = set()

    def fork(self) -> int:
        """Fork like :func:`os.fork`; the child is the first process of a namespace, where there are such.

        :raises OSError: there is no process to be had.
        """
        if self._processes is not None:
            _call("unshare", NEW_PROCESSES)
        try:
            child = os.fork()
        except OSError:
            self._return()
            raise
        if not child:
            die_with_parent()
            return 0
        self._return()
        self._calls.add(child)
        return child

    def wait(self, descriptors: Sequence[int]) -> list[int]:
        """Return those that can be read, once one can; meanwhile end what calls that are over have left behind."""
        look = None if self.has_own_processes else _LOOK_SECONDS
        while not (ready := select.select(descriptors, [], [], look)[0]):
            self._calls.intersection_update(children := _children())
            for stray in children - self._calls:
                _kill(stray)
        return ready

    def end(self) -> None:
        """End every child, and what they have left behind. With a namespace the kernel does."""
        if self.has_own_processes:
            return
        until = time.monotonic() + _MOST_SECONDS_TO_END
        while (children := _children()) and time.monotonic() < until:
            for child in children:
                _kill(child)
            # What a child leaves behind comes here only once it is dead, and a busy machine takes its time with that.
            time.sleep(_DYING_SECONDS)

    def _return(self) -> None:
        """Let the next child be no child of the namespace of the last one, which ends with its first process."""
        if self._processes is not None and not _can("setns", self._processes, NEW_PROCESSES):
            os._exit(1)  # nothing can be forked any more; the parent starts this process anew


def isolate() -> Isolation:
    """Go on without a network, in namespaces of users and processes, as far as the kernel lets this process.

    Where process namespaces are to be had, what returns is a child, and the caller stays behind until it has ended.
    """
    if not _can("unshare", NEW_USERS | NEW_NETWORK | NEW_PROCESSES):
        close_network()
        _can("prctl", _ADOPT_ORPHANS, 1)
        return Isolation(processes=None)
    child = os.fork()
    if child:
        _stay_behind(child)
    die_with_parent()
    return Isolation(processes=os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC))


def close_network() -> bool:
    """Go on without a network, in a namespace or by having sockets refused; whether the kernel lets this process."""
    return _can("unshare", NEW_USERS | NEW_NETWORK) or refuse_sockets()


def die_with_parent() -> None:
    """Let the kernel end this process when the thread that forked it ends."""
    _can("prctl", _DIE_WITH_PARENT, signal.SIGKILL)


def _children() -> set[int]:
    place = Path(f"/proc/self/task/{threading.get_native_id()}/children")
    try:
        return {int(number) for number in place.read_text(encoding="ascii").split()}
    except OSError:
        return set()


def _kill(process: int) -> None:
    with contextlib.suppress(OSError):
        os.kill(process, signal.SIGKILL)


def _stay_behind(child: int) -> NoReturn:
    for descriptor in range(3, 256):
        with contextlib.suppress(OSError):
            os.close(descriptor)
    with contextlib.suppress(OSError):
        os.waitpid(child, 0)
    os._exit(0)


def _can(name: str, *arguments: int) -> bool:
    try:
        _call(name, *arguments)
    except (OSError, AttributeError):
        return False
    return True


def _call(name: str, *arguments: int) -> None:
    if getattr(_LIBC, name)(*arguments):
        raise OSError(ctypes.get_errno(), f"{name} is refused")


_LIBC = ctypes.CDLL(None, use_errno=True)
