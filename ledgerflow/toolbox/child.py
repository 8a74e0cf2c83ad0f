"""The process that stays warm and forks one limited child for each file.

Protocol: the parent sends one byte and three descriptors over the control socket: the call's own socket, a
file with the content, and an empty file for the result. The forked child sends its process id, receives a
line of JSON (job, request, limits), does the job, writes the result to the file and one line of JSON with
how it ended to the call's socket. A child that dies says nothing; the closed socket says it. The control
socket's end ends the process.
"""

import array
import contextlib
import ctypes
import gc
import importlib
import json
import os
import resource
import signal
import socket
from collections.abc import Mapping
from types import FrameType, ModuleType
from typing import NoReturn

_DESCRIPTORS = 3
_CPU_GRACE_SECONDS = 2
_OBJECTS_BETWEEN_COLLECTIONS = 500_000
_NEW_USER_NAMESPACE, _NEW_NETWORK_NAMESPACE = 0x10000000, 0x40000000


class _OutOfTimeError(BaseException):
    """Processor time is used up; not an ``Exception``, so that no reader catches it."""


def serve(control_descriptor: int, module_name: str) -> None:
    """Fork a child for every call until the parent goes away. ``module_name`` holds the jobs and ``warm_up()``."""
    module = importlib.import_module(module_name)
    module.warm_up()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the children; nobody waits for them
    _leave_network()
    gc.collect()
    gc.freeze()
    gc.set_threshold(
        _OBJECTS_BETWEEN_COLLECTIONS
    )  # a child lives for one file: little garbage, many objects to look through
    with socket.socket(fileno=control_descriptor) as control:
        while True:
            message, descriptors = _receive(control)
            if not message:
                return
            if len(descriptors) == _DESCRIPTORS:
                with contextlib.suppress(OSError):  # no process to be had: the parent sees the closed socket
                    _start(control, module, *descriptors)
            for descriptor in descriptors:
                os.close(descriptor)


def _receive(control: socket.socket) -> tuple[bytes, list[int]]:
    message, descriptors, _flags, _address = socket.recv_fds(control, 1, _DESCRIPTORS)
    return message, list(array.array("i", descriptors))


def _leave_network() -> bool:
    """Enter a network without any interface, where the kernel lets an ordinary process do so."""
    flags = _NEW_USER_NAMESPACE | _NEW_NETWORK_NAMESPACE
    try:
        return int(ctypes.CDLL(None).unshare(flags)) == 0
    except (OSError, AttributeError):
        return False


def _start(control: socket.socket, module: ModuleType, call: int, content: int, result: int) -> None:
    if os.fork():
        return
    # From here on this is the child: whatever happens, it must not return into the loop above.
    try:
        control.close()
        _work(module, socket.socket(fileno=call), content, result)
    finally:
        os._exit(0)


def _work(module: ModuleType, call: socket.socket, content: int, result: int) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    call.sendall(b"%d\n" % os.getpid())
    with call.makefile("rb") as lines:
        order = json.loads(lines.readline())
    try:
        _limit(order["limits"])
        with open(result, "wb") as file:
            file.writelines(getattr(module, order["job"])(_read_all(content), order["request"]))
        end = {"end": "done"}
    except _OutOfTimeError:
        end = {"end": "time"}
    except MemoryError:
        end = {"end": "memory"}
    except Exception as error:  # noqa: BLE001 - the edge of the process: the parent turns it into a sentence
        end = {"end": "error", "error": type(error).__name__}
    call.sendall(json.dumps(end).encode("ascii") + b"\n")


def _limit(limits: Mapping[str, int]) -> None:
    """Bind this process to its limits; none of them can be raised again."""
    signal.signal(signal.SIGXCPU, _out_of_time)
    cpu = limits["cpu_seconds"]
    for kind, soft, hard in (
        (resource.RLIMIT_CPU, cpu, cpu + _CPU_GRACE_SECONDS),
        (resource.RLIMIT_AS, limits["memory_bytes"], limits["memory_bytes"]),
        (resource.RLIMIT_FSIZE, limits["output_bytes"], limits["output_bytes"]),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(kind, (soft, hard))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, limits["wall_seconds"])


def _out_of_time(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise _OutOfTimeError


def _read_all(descriptor: int) -> bytes:
    size = os.fstat(descriptor).st_size
    content = os.pread(descriptor, size, 0)
    if len(content) != size:
        message = "the content could not be handed over in one piece"
        raise OSError(message)
    return content
