"""Jobs that do what untrusted files make readers do."""

import ctypes
import os
import resource
import signal
import socket
import time
from pathlib import Path

from tests.lives import hold


def warm_up():
    pass


def echo(content, request):
    yield content
    yield str(request).encode()


def use_memory(content, request):
    return [bytes(2_000_000_000)]


def use_memory_bit_by_bit(content, request):
    kept = []
    while True:
        kept.append(bytearray(1_000_000))


def use_processor(content, request):
    try:
        while True:
            pass
    except Exception:  # noqa: BLE001 - what a careless reader does
        return [b"caught"]


def sleep_for_ever(content, request):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    time.sleep(60)


def write_without_end(content, request):
    while True:
        yield b"x" * 1_000_000


def fail(content, request):
    raise RuntimeError(content.decode())


def leave(content, request):
    os._exit(3)


def crash(content, request):
    ctypes.string_at(0)


def exit_politely(content, request):
    raise SystemExit(0)


def tell_limits(content, request):
    kinds = (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE)
    return [b"%d\n" % resource.getrlimit(kind)[0] for kind in kinds]


def tell_environment(content, request):
    return [f"{name}\n".encode() for name in sorted(os.environ)]


def start_children(content, request):
    for leaves_group in (False, True):
        ours, theirs = os.pipe()
        if not os.fork():
            if leaves_group:
                os.setsid()
            hold(Path(request["folder"], f"alive-{leaves_group}"))
            os.write(theirs, b"!")
            while True:  # kept alive by nothing but itself
                time.sleep(60)
        os.read(ours, 1)
    if request["hangs"]:
        time.sleep(120)
    return [b"left them behind"]


def signal_everybody(content, request):
    try:
        os.kill(request["process"], 0)
    except ProcessLookupError:
        return [b"unseen"]
    return [b"seen"]


def ask_twice(content, request, ask):
    return [f"{ask({'number': number})}\n".encode() for number in (1, 2)]


def ask_on_and_on(content, request, ask):
    for number in range(5_000):
        ask({"number": number})
    return []


def shout(content, request, ask):
    said = request["text"].encode() * request["times"]
    for descriptor in range(3, 20):
        try:
            os.write(descriptor, said)
        except OSError:
            continue
    time.sleep(120)


def reach_out(content, request):
    try:
        with socket.create_connection((request["host"], request["port"]), timeout=1):
            return [b"reached"]
    except OSError:
        return [b"unreachable"]
