"""Untrusted bytes and other people's code are touched only in a child process with limits of memory, time and output.

One warm process (:mod:`ledgerflow.toolbox.child`) is started at the first call and keeps a forked child waiting for the
next, so that a call costs about a millisecond. It is an ordinary subprocess: it knows nothing of the caller's memory,
threads, settings or secrets. Calls may come from any thread; after a fork (gunicorn's workers) each process starts its
own.
"""

import atexit
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import tools
from ledgerflow.toolbox.conversation import Ask, Call, CallEndedError, CallGarbledError, Checkpoint

_START = (
    "import json, sys; sys.path[:], places = json.loads(sys.argv[1]); import tools; tools.__path__[:] = places; "
    "from ledgerflow.toolbox import child; child.serve(int(sys.argv[2]), *sys.argv[3:4], sys.argv[4:])"
)
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR", "SYSTEMROOT")
#: Each arena of glibc reserves 64 MB of address space, of which the children have little: a few threads need many.
_MEMORY = {"MALLOC_ARENA_MAX": "2"}
#: The warm process ends by itself once nobody can ask it any more, and takes with it what is left of its children.
_END_SECONDS = 5
#: A job that has ended by then is short.
_SHORT_SECONDS = 0.02
#: The first call waits for the warm process to import everything.
_START_SECONDS = 60


class SandboxError(Exception):
    """The child could not do its work; the message is a sentence about the file."""


class OutOfMemoryError(SandboxError):
    """The child needed more memory than it may have."""


class OutOfTimeError(SandboxError):
    """The child needed more time than it may have."""


class ChildDiedError(SandboxError):
    """The child ended without an answer."""


class GarbledAnswerError(SandboxError):
    """The child said what is no part of the protocol."""


class ToolFailedError(SandboxError):
    """The tool raised an error that its contract does not know."""


class Limits(NamedTuple):
    """What a child may use. Memory is address space; output is the size of any one file."""

    memory_bytes: int = 768 * 1024 * 1024
    cpu_seconds: int = 10
    wall_seconds: float = 15
    output_bytes: int = 256 * 1024 * 1024
    files: int = 256
    processes: int = 64


DEFAULT_LIMITS = Limits()


class Sandbox:
    """Runs the jobs of one module, each call in a child process of its own.

    A job is a function ``job(content: bytes, request)`` that gives lines of bytes; the module also has ``warm_up()``
    and may have ``rehearse()``, which each child does while it waits. A job that may ask the caller in between takes
    ``ask(question)`` as well. The module's ``prepare(package)`` is done beforehand for each of ``packages``, as far as
    a trial lets it.
    """

    def __init__(self, module: str, packages: Collection[str] = ()) -> None:
        self._module = module
        self._packages = sorted(packages)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._places: list[str] = []
        os.register_at_fork(after_in_child=self._forget)
        atexit.register(self.close)

    def run(
        self,
        job: str,
        *,
        content: bytes,
        request: Mapping[str, object],
        limits: Limits = DEFAULT_LIMITS,
        ask: Ask | None = None,
        checkpoint: Checkpoint | None = None,
        meanwhile: Callable[[], object] | None = None,
        unless_short: Callable[[], None] | None = None,
    ) -> list[bytes]:
        """Run a job on ``content`` and return the lines of its result.

        ``ask`` answers what the job asks for. ``checkpoint`` is called about twice a second; what it raises ends the
        job. ``meanwhile`` is done while it works, and ``unless_short`` where it has not ended within 20 ms, or asks for
        something by then, before anything it asks for is granted; what either raises ends the job too.

        :raises SandboxError: the child ran out of memory or time, died, or the job failed.
        """
        order = {"job": job, "request": dict(request), "limits": limits._asdict(), "asks": ask is not None}
        with _anonymous_file() as content_file, _anonymous_file() as result_file:
            _write(content_file, content)
            with self._call(content_file, result_file) as call:
                end = _converse(
                    call,
                    json.dumps(order).encode("ascii") + b"\n",
                    limits,
                    ask,
                    checkpoint,
                    meanwhile,
                    unless_short,
                )
            _raise_unless_done(end, limits)
            with open(result_file, "rb", closefd=False) as result:
                result.seek(0)
                return result.readlines()

    def close(self) -> None:
        """Stop the warm process; the next call starts another."""
        with self._lock:
            process, self._process = self._process, None
            control, self._control = self._control, None
        if control is not None:
            control.close()
        if process is not None:
            try:
                process.wait(timeout=_END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @contextlib.contextmanager
    def _call(self, content_file: int, result_file: int) -> Iterator[Call]:
        ours, theirs = socket.socketpair()
        with contextlib.closing(Call(ours)) as call:
            with theirs:
                self._hand_over([theirs.fileno(), content_file, result_file])
            yield call

    def _hand_over(self, descriptors: list[int]) -> None:
        """Send the descriptors to the warm process; a dead one is replaced once."""
        with self._lock:
            for attempt in range(2):
                control = self._running()
                try:
                    socket.send_fds(control, [b"!"], descriptors)
                except OSError:
                    self._drop()
                    if attempt:
                        raise
                else:
                    return

    def _running(self) -> socket.socket:
        if self._process is not None and (
            self._process.poll() is not None or self._places != list(tools.__path__)
        ):
            self._drop()
        if self._control is None:
            self._control = self._start()
        return self._control

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        search_path = [str(Path(entry).absolute()) for entry in sys.path]
        self._places = list(tools.__path__)
        command = [
            sys.executable,
            "-I",
            # No bytecode: a child may write only so much, and a module cut off there is broken for everyone.
            "-B",
            "-c",
            _START,
            json.dumps([search_path, self._places]),
            str(theirs.fileno()),
            self._module,
            *self._packages,
        ]
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ} | _MEMORY,
                start_new_session=True,
            )
        return ours

    def _drop(self) -> None:
        if self._control is not None:
            self._control.close()
        self._control = None
        self._process = None

    def _forget(self) -> None:
        """In a forked process: the warm process belongs to the parent."""
        self._lock = threading.Lock()
        if self._process is not None:
            self._process.returncode = 0  # not ours to wait for
        self._drop()


def _anonymous_descriptor() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("ledgerflow", os.MFD_CLOEXEC)
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


@contextlib.contextmanager
def _anonymous_file() -> Iterator[int]:
    """A file without a name, in memory where the system can."""
    descriptor = _anonymous_descriptor()
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _write(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def _converse(  # noqa: PLR0917 - what one call is made of
    call: Call,
    order: bytes,
    limits: Limits,
    ask: Ask | None,
    checkpoint: Checkpoint | None,
    meanwhile: Callable[[], object] | None,
    unless_short: Callable[[], None] | None,
) -> Mapping[str, object]:
    """Give the child its order and return how it ended.

    :raises SandboxError: it did not answer.
    """
    try:
        until = time.monotonic() + _START_SECONDS
        # Sent before the child is there, because each turn between two processes takes its time.
        call.give(order, until)
        if meanwhile is not None:
            meanwhile()
        if unless_short is not None and not call.is_over_by(time.monotonic() + _SHORT_SECONDS):
            unless_short()
        call.meet(until, checkpoint)
        until = time.monotonic() + limits.wall_seconds
        return call.converse(until=until, ask=ask, checkpoint=checkpoint)
    except TimeoutError:
        raise OutOfTimeError(_too_slow(limits)) from None
    except CallGarbledError as error:
        raise GarbledAnswerError(f"The tool did not keep to the protocol: {error}.") from None
    except CallEndedError:
        message = (
            "Reading the file ended without an answer: it broke its reader or needed too much memory. Report "
            "the file type."
        )
        raise ChildDiedError(message) from None


def _too_slow(limits: Limits) -> str:
    return (
        f"Reading the file took more than {limits.cpu_seconds} seconds, so it was stopped: "
        "the file is damaged or far larger than a statement. Split it, or ask the bank for another format."
    )


def _raise_unless_done(end: Mapping[str, object], limits: Limits) -> None:
    how = end.get("end")
    if how == "time":
        raise OutOfTimeError(_too_slow(limits))
    if how == "memory":
        megabytes = limits.memory_bytes // 1024 // 1024
        message = (
            f"Reading the file needs more than {megabytes} MB of memory, so it was stopped. Split it into "
            "smaller files."
        )
        raise OutOfMemoryError(message)
    if how != "done":
        message = (
            f"The reader failed on this file ({end.get('error', 'unknown error')}). Try another format of "
            "the bank."
        )
        raise ToolFailedError(message)
