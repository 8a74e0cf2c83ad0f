"""The process that stays warm and keeps limited children waiting for the next calls.

Protocol: the parent sends one byte and three descriptors over the control socket: the call's own socket, a file with
the content, and an empty file for the result. A waiting child takes them, and the warm process forks the next one.
The child says over the call's socket which process it is (a number, and a descriptor of the process where the system
has such), receives a line of JSON (job, request, limits), which the parent sends without waiting for the child, does
the job, writes the result to the file and one line of JSON with how it ended. In between a job may ask the parent: a
line each way. A child that dies says nothing; the closed socket says it. The control socket's end ends the warm
process, and with it every child.

A forked process pays for each piece of memory at its first touch, which takes longer than everything else in a short
call. A child that waits has the time for that, so it rehearses the call, and does beforehand what every call does.
"""

import array
import contextlib
import gc
import importlib
import json
import os
import resource
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from types import FrameType, ModuleType
from typing import Any, BinaryIO, NoReturn

from ledgerflow.toolbox.isolation import Isolation, isolate

_DESCRIPTORS = 3
_CPU_GRACE_SECONDS = 2
_OBJECTS_BETWEEN_COLLECTIONS = 500_000
_TAKEN = b"!"
_PAUSE_SECONDS = 0.05
#: One for the call that comes while the next child is being forked.
_KEPT_WAITING = 2
#: Forking takes as much of the machine as a short call, which goes first.
_HEAD_START_SECONDS = 0.004
_SOUND = b"+"
_TRIAL_SECONDS = 10
_TRIAL = {
    "memory_bytes": 4 * 1024**3,
    "cpu_seconds": _TRIAL_SECONDS,
    "output_bytes": 4 * 1024**2,
    "files": 256,
    "processes": 64,
}
_KINDS = (
    resource.RLIMIT_CPU,
    resource.RLIMIT_AS,
    resource.RLIMIT_FSIZE,
    resource.RLIMIT_CORE,
    resource.RLIMIT_NOFILE,
)

Ask = Callable[[Mapping[str, object]], Any]


class OutOfTimeError(BaseException):
    """Processor time is used up; not an ``Exception``, so that no reader catches it."""


def serve(control_descriptor: int, module_name: str, packages: Iterable[str] = ()) -> None:
    """Keep a child waiting until the parent goes away.

    ``module_name`` holds the jobs and ``warm_up()``, and ``rehearse()`` if a child is to do something while it waits.
    Each of ``packages`` that a trial shows to be sound is prepared by its ``prepare(package)``.
    """
    module = importlib.import_module(module_name)
    isolation = isolate()  # before anything of a package is run
    for package in packages:
        if _is_sound(isolation, module, package):
            module.prepare(package)
    module.warm_up()
    gc.collect()
    # The kernel buries the children, and nobody waits for them; those of the trials were waited for.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    gc.set_threshold(
        _OBJECTS_BETWEEN_COLLECTIONS
    )  # a child lives for one call: little garbage, many objects to look through
    with socket.socket(fileno=control_descriptor) as control:
        waiting: list[int] = []
        while not _has_ended(control):
            try:
                while len(waiting) < _KEPT_WAITING:
                    waiting.append(_fork_one(isolation, control, module, waiting))
            except OSError:  # no process to be had at the moment
                time.sleep(_PAUSE_SECONDS)
                if not waiting:
                    continue
            for descriptor in isolation.wait(waiting):
                waiting.remove(descriptor)
                if not _was_taken(descriptor):
                    time.sleep(_PAUSE_SECONDS)
    isolation.end()


def _is_sound(isolation: Isolation, module: ModuleType, package: str) -> bool:
    """Whether a process of its own could prepare the package in time, and has one thread afterwards."""
    ours, theirs = os.pipe()
    try:
        if not (child := isolation.fork()):
            # From here on this is the trial: whatever the package does, it must not return from here.
            try:
                os.close(ours)
                be_silent()
                _limit(_TRIAL, counts_processes=isolation.has_own_processes)
                if module.prepare(package) and len(os.listdir("/proc/self/task")) == 1:  # noqa: PTH208 - the fewest words
                    os.write(theirs, _SOUND)
            finally:
                os._exit(0)
        os.close(theirs)
        theirs = -1
        is_sound = bool(select.select([ours], [], [], _TRIAL_SECONDS)[0]) and os.read(ours, 1) == _SOUND
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    finally:
        os.close(ours)
        if theirs >= 0:
            os.close(theirs)
    return is_sound


def be_silent() -> None:
    """Throw away what this process prints: a tool's words must not fill the log of LedgerFlow."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)


def _has_ended(control: socket.socket) -> bool:
    try:
        return not control.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True


def _fork_one(isolation: Isolation, control: socket.socket, module: ModuleType, others: list[int]) -> int:
    """Fork a child that waits for a call, and return the descriptor that says when it has taken one, or has ended."""
    ours, theirs = os.pipe()
    try:
        if not isolation.fork():
            # From here on this is the child: whatever happens, it must not return into the loop above.
            try:
                for descriptor in (ours, *others):
                    os.close(descriptor)
                _wait_and_work(isolation, control, theirs, module)
            finally:
                os._exit(0)
    except OSError:
        os.close(ours)
        raise
    finally:
        os.close(theirs)
    return ours


def _was_taken(descriptor: int) -> bool:
    """Whether the child took a call, to which its end, or a moment, is left then; the other way it died without one."""
    with open(descriptor, "rb", buffering=0) as pipe:
        if pipe.read(1) != _TAKEN:
            return False
        select.select([pipe], [], [], _HEAD_START_SECONDS)
    return True


def _wait_and_work(isolation: Isolation, control: socket.socket, taken: int, module: ModuleType) -> None:
    be_silent()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGXCPU, _out_of_time)
    if not isolation.has_own_processes:
        os.setsid()  # what the job starts is ended with its group
    if not select.select([control], [], [], 0)[0]:  # a call that is there already waits for no rehearsal
        _rehearse(module)
    process = _own_descriptor()
    message, packed, _flags, _address = socket.recv_fds(control, 1, _DESCRIPTORS)
    descriptors = list(array.array("i", packed))
    if not message or len(descriptors) != _DESCRIPTORS:
        return
    os.write(taken, _TAKEN)
    control.close()
    call, content, result = descriptors
    with contextlib.suppress(OSError), socket.socket(fileno=call) as connection:  # the parent may have gone
        # A number of a namespace of its own would mean another process to the parent.
        _introduce(connection, 0 if isolation.has_own_processes else os.getpid(), process)
        _work(isolation, module, connection, content, result)


def _rehearse(module: ModuleType) -> None:
    """Go through a call with oneself, as far as nothing of it stays, and let the module do what its calls do."""
    ours, theirs = socket.socketpair()
    nothing = os.memfd_create("rehearsal") if hasattr(os, "memfd_create") else os.open(os.devnull, os.O_RDWR)
    with ours, theirs, socket.socket(fileno=os.dup(ours.fileno())) as again:
        _introduce(again, 0, os.dup(nothing))
        theirs.recv(32)
        _set_limits({kind: resource.getrlimit(kind) for kind in _KINDS})
        socket.send_fds(ours, [b"{}\n"], [nothing])
        _message, packed, _flags, _address = socket.recv_fds(theirs, 1, 1)
        ours.sendall(b'{"rehearsal": [1]}\n')
        lines = theirs.makefile("rb")
        lines.readline()
        json.loads(lines.readline())
        _asking(theirs, lines)
        for descriptor in (nothing, *array.array("i", packed)):
            _read_all(descriptor)
            _write_all(descriptor, [b"{}\n"])
        theirs.sendall(json.dumps({"end": "done"}).encode("ascii") + b"\n")
    if rehearse := getattr(module, "rehearse", None):
        rehearse()


def _work(isolation: Isolation, module: ModuleType, call: socket.socket, content: int, result: int) -> None:
    lines = call.makefile("rb")
    order = json.loads(lines.readline())
    try:
        _limit(order["limits"], counts_processes=isolation.has_own_processes)
        extra = (_asking(call, lines),) if order.get("asks") else ()
        _write_all(result, getattr(module, order["job"])(_read_all(content), order["request"], *extra))
        end = {"end": "done"}
    except OutOfTimeError:
        end = {"end": "time"}
    except MemoryError:
        end = {"end": "memory"}
    except Exception as error:  # noqa: BLE001 - the edge of the process: the parent turns it into a sentence
        end = {"end": "error", "error": type(error).__name__}
    call.sendall(json.dumps(end).encode("ascii") + b"\n")
    lines.read(1)  # the parent closes the socket when it has ended everything that the job started


def _own_descriptor() -> int | None:
    """Return a descriptor of this process, which cannot mean another one, where the system has such."""
    try:
        return os.pidfd_open(os.getpid())
    except (AttributeError, OSError):
        return None


def _introduce(call: socket.socket, number: int, process: int | None) -> None:
    """Say which process this is: by the descriptor, and by the number where that means the same to the parent."""
    said = b"%d\n" % number
    if process is None:
        call.sendall(said)
    else:
        socket.send_fds(call, [said], [process])
        os.close(process)


def _asking(call: socket.socket, lines: BinaryIO) -> Ask:
    """Return the function by which a job asks the parent; threads take turns."""
    lock = threading.Lock()

    def ask(question: Mapping[str, object]) -> Any:
        sent = json.dumps({"ask": question}).encode("ascii") + b"\n"
        with lock:
            call.sendall(sent)
            answer = lines.readline()
        if not answer:
            os._exit(0)  # the parent has gone
        return json.loads(answer)

    return ask


def _limit(limits: Mapping[str, int], *, counts_processes: bool) -> None:
    """Bind this process to its limits; none of them can be raised again. The parent watches the clock."""
    cpu, memory = limits["cpu_seconds"], limits["memory_bytes"]
    output, files = limits["output_bytes"], limits["files"]
    values = ((cpu, cpu + _CPU_GRACE_SECONDS), (memory, memory), (output, output), (0, 0), (files, files))
    _set_limits(dict(zip(_KINDS, values, strict=True)))
    if counts_processes:  # elsewhere it would count everything that the user runs
        _set_limits({resource.RLIMIT_NPROC: (limits["processes"], limits["processes"])})


def _set_limits(limits: Mapping[int, tuple[int, int]]) -> None:
    for kind, soft_and_hard in limits.items():
        resource.setrlimit(kind, soft_and_hard)


def _out_of_time(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise OutOfTimeError


def _read_all(descriptor: int) -> bytes:
    size = os.fstat(descriptor).st_size
    content = os.pread(descriptor, size, 0)
    if len(content) != size:
        message = "the content could not be handed over in one piece"
        raise OSError(message)
    return content


def _write_all(descriptor: int, lines: Iterable[bytes]) -> None:
    with open(descriptor, "wb") as file:
        file.writelines(lines)
