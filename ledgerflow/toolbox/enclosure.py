"""No network for this process and all that it starts, where the kernel gives it no network namespace. Linux alone.

A filter of system calls (seccomp) refuses to make a socket, of any kind but a pair between one's own processes, and
the ring by which one could be made past the filter (io_uring). Landlock keeps the process from reaching into others of
the same user, which have a network: by ptrace, by their memory below /proc, by taking their descriptors. It wants a
right to take away, and that of making block devices is missed by nobody. Neither needs a privilege, so Docker's
default profile allows both. Nothing here can be taken back.
"""

import ctypes
import errno
import os
import platform
import struct
import sys
from typing import NamedTuple

_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2
_CREATE_RULESET, _RESTRICT_SELF = 444, 446
_MAKE_BLOCK_DEVICES = 1 << 11
_LOAD, _IS, _IS_AT_LEAST, _END = 0x20, 0x15, 0x35, 0x06
#: Where the number of the call, the kind of machine and the first argument are in what a filter sees.
_NUMBER, _MACHINE, _FIRST = 0, 4, 16
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000 | errno.EACCES, 0x80000000
#: Numbers from here on are of another convention of x86-64, with other numbers for the same calls.
_X32 = 0x40000000
_UNIX = 1


class _Machine(NamedTuple):
    """The numbers of a kind of machine: its own (AUDIT_ARCH), of ``socketpair``, and of the calls that are refused.

    Those are ``socket``, ``io_uring_setup``, ``ptrace``, ``process_vm_readv``, ``process_vm_writev``, ``pidfd_getfd``.
    """

    kind: int
    socketpair: int
    refused: tuple[int, ...]


_MACHINES = {
    "x86_64": _Machine(0xC000003E, 53, (41, 425, 101, 310, 311, 438)),
    "aarch64": _Machine(0xC00000B7, 199, (198, 425, 117, 270, 271, 438)),
}


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def refuse_sockets() -> bool:
    """Take the network from this process, which has one thread, and from all that it starts; whether that is done."""
    machine = _MACHINES.get(platform.machine())
    if machine is None or sys.platform != "linux" or sys.byteorder != "little":
        return False
    libc = ctypes.CDLL(None)
    if libc.prctl(*map(ctypes.c_ulong, (_NO_NEW_PRIVILEGES, 1, 0, 0, 0))):
        return False
    is_apart = _keep_apart(libc)
    program = _program(machine)
    filters = _Program(len(program) // 8, program)
    is_filtered = not libc.prctl(
        ctypes.c_ulong(_SECCOMP), ctypes.c_ulong(_FILTER), ctypes.byref(filters), ctypes.c_ulong(0)
    )
    return is_apart and is_filtered


def _keep_apart(libc: ctypes.CDLL) -> bool:
    """Let this process reach into none that is not enclosed like it."""
    handled = ctypes.c_uint64(_MAKE_BLOCK_DEVICES)
    rules = libc.syscall(
        ctypes.c_long(_CREATE_RULESET),
        ctypes.byref(handled),
        ctypes.c_size_t(ctypes.sizeof(handled)),
        ctypes.c_ulong(0),
    )
    if rules < 0:
        return False
    try:
        return not libc.syscall(ctypes.c_long(_RESTRICT_SELF), ctypes.c_long(rules), ctypes.c_ulong(0))
    finally:
        os.close(rules)


def _program(machine: _Machine) -> bytes:
    """Return the filter for the kind of machine; jumps are counted in instructions to leave out."""
    tests = [(_IS_AT_LEAST, _X32), *((_IS, number) for number in machine.refused)]
    # After the tests: is it socketpair (3), and of our own processes (then allowed), before the last two ends.
    to_refusal = len(tests) + 4
    return b"".join(
        struct.pack("HBBI", *each)
        for each in (
            (_LOAD, 0, 0, _MACHINE),
            (_IS, 1, 0, machine.kind),
            (_END, 0, 0, _KILL),
            (_LOAD, 0, 0, _NUMBER),
            *((kind, to_refusal - 1 - at, 0, number) for at, (kind, number) in enumerate(tests)),
            (_IS, 0, 2, machine.socketpair),
            (_LOAD, 0, 0, _FIRST),
            (_IS, 0, 1, _UNIX),
            (_END, 0, 0, _ALLOW),
            (_END, 0, 0, _REFUSE),
        )
    )
