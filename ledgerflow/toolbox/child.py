"""The process that stays warm and keeps one limited child waiting for the next call.

Protocol: the parent sends one byte and three descriptors over the control socket: the call's own socket, a file with
the content, and an empty file for the result. The waiting child takes them, and the warm process forks the next one.
The child says over the call's socket which process it is (a number, and a descriptor of the process where the system
has such), receives a line of JSON (job, request, limits), does the job, writes the result to the file and one line of
JSON with how it ended. In between a job may ask the parent: a line each way. A child that dies says nothing; the closed
socket says it. The control socket's end ends the warm process, and with it every child.
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
_SOUND = b"+"
_TRIAL_SECONDS = 10
_TRIAL = {
    "memory_bytes": 4 * 1024**3,
    "cpu_seconds": _TRIAL_SECONDS,
    "output_bytes": 4 * 1024**2,
    "files": 256,
    "processes": 64,
}

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
        while not _has_ended(control):
            try:
                taken = _keep_one_waiting(isolation, control, module)
            except OSError:  # no process to be had at the moment
                taken = False
            if not taken:
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


def _keep_one_waiting(isolation: Isolation, control: socket.socket, module: ModuleType) -> bool:
    """Fork a child and return when it has taken a call, or has ended without one."""
    ours, theirs = os.pipe()
    try:
        if not isolation.fork():
            # From here on this is the child: whatever happens, it must not return into the loop above.
            try:
                os.close(ours)
                _wait_and_work(isolation, control, theirs, module)
            finally:
                os._exit(0)
        os.close(theirs)
        theirs = -1
        isolation.wait(ours)
        return os.read(ours, 1) == _TAKEN
    finally:
        os.close(ours)
        if theirs >= 0:
            os.close(theirs)


def _wait_and_work(isolation: Isolation, control: socket.socket, taken: int, module: ModuleType) -> None:
    if rehearse := getattr(module, "rehearse", None):
        rehearse()
    message, packed, _flags, _address = socket.recv_fds(control, 1, _DESCRIPTORS)
    descriptors = list(array.array("i", packed))
    if not message or len(descriptors) != _DESCRIPTORS:
        return
    os.write(taken, _TAKEN)
    os.close(taken)
    control.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    call, content, result = descriptors
    with contextlib.suppress(OSError):  # the parent has gone
        _work(isolation, module, socket.socket(fileno=call), content, result)


def _work(isolation: Isolation, module: ModuleType, call: socket.socket, content: int, result: int) -> None:
    if not isolation.has_own_processes:
        os.setsid()  # what the job starts is ended with its group
    _introduce(isolation, call)
    lines = call.makefile("rb")
    order = json.loads(lines.readline())
    try:
        _limit(order["limits"], counts_processes=isolation.has_own_processes)
        extra = (_asking(call, lines),) if order.get("asks") else ()
        with open(result, "wb") as file:
            file.writelines(getattr(module, order["job"])(_read_all(content), order["request"], *extra))
        end = {"end": "done"}
    except OutOfTimeError:
        end = {"end": "time"}
    except MemoryError:
        end = {"end": "memory"}
    except Exception as error:  # noqa: BLE001 - the edge of the process: the parent turns it into a sentence
        end = {"end": "error", "error": type(error).__name__}
    call.sendall(json.dumps(end).encode("ascii") + b"\n")
    lines.read(1)  # the parent closes the socket when it has ended everything that the job started


def _introduce(isolation: Isolation, call: socket.socket) -> None:
    """Say which process this is: by a descriptor, and by a number where that means the same to the parent."""
    number = b"%d\n" % (0 if isolation.has_own_processes else os.getpid())
    try:
        process = os.pidfd_open(os.getpid())
    except (AttributeError, OSError):
        call.sendall(number)
    else:
        socket.send_fds(call, [number], [process])
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
    signal.signal(signal.SIGXCPU, _out_of_time)
    cpu = limits["cpu_seconds"]
    kinds = [
        (resource.RLIMIT_CPU, cpu, cpu + _CPU_GRACE_SECONDS),
        (resource.RLIMIT_AS, limits["memory_bytes"], limits["memory_bytes"]),
        (resource.RLIMIT_FSIZE, limits["output_bytes"], limits["output_bytes"]),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NOFILE, limits["files"], limits["files"]),
    ]
    if counts_processes:  # elsewhere it would count everything that the user runs
        kinds.append((resource.RLIMIT_NPROC, limits["processes"], limits["processes"]))
    for kind, soft, hard in kinds:
        resource.setrlimit(kind, (soft, hard))


def _out_of_time(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise OutOfTimeError


def _read_all(descriptor: int) -> bytes:
    size = os.fstat(descriptor).st_size
    content = os.pread(descriptor, size, 0)
    if len(content) != size:
        message = "the content could not be handed over in one piece"
        raise OSError(message)
    return content
