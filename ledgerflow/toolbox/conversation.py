"""What the parent says to a child and hears from it over the socket of one call, and how it ends the child.

What comes from the child is not believed: a line has a greatest length and must be JSON of the protocol.
"""

import array
import contextlib
import json
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Mapping
from typing import Any

#: Answers what a job asks for; the question and the answer are JSON values.
Ask = Callable[[Mapping[str, Any]], Mapping[str, object]]
#: Called while a job runs; raises to end it.
Checkpoint = Callable[[], None]

_LONGEST_END = 4096
_LONGEST_QUESTION = 8 * 1024 * 1024
_LOOK_SECONDS = 0.4
_CHUNK = 64 * 1024


class CallEndedError(Exception):
    """The child has ended without an answer."""


class CallGarbledError(Exception):
    """The child said something that is no part of the protocol; the message says what."""


class Call:
    """One call: our end of its socket, and the process at the other end once it has introduced itself."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._received = bytearray()
        self._searched = 0
        self._is_met = False
        self._process: int | None = None
        self._group = 0

    def give(self, order: bytes, until: float) -> None:
        """Send the order, for the child to find.

        :raises CallEndedError: it has ended already.
        """
        self._send(order, until)

    def meet(self, until: float, checkpoint: Checkpoint | None) -> None:
        """Wait for a child that has taken the call, if it is not met yet, no longer than ``until`` (monotonic clock).

        :raises TimeoutError: none has.
        :raises CallEndedError: it has ended already.
        """
        if not self._is_met:
            self._wait(until, checkpoint)
            self._hear_who_it_is()

    def is_over_by(self, until: float) -> bool:
        """Wait no longer than ``until`` for what the child says first, and return whether that is its end.

        Nothing is granted here: a question is left for :meth:`converse`.

        :raises CallEndedError: it has ended without an answer.
        :raises CallGarbledError: what it said is no part of the protocol.
        """
        try:
            self.meet(until, None)
            while (end := self._received.find(b"\n")) < 0:
                if len(self._received) > _LONGEST_END:
                    return False
                self._wait(until, None)
                self._receive()
        except TimeoutError:
            return False
        return "ask" not in _understood(bytes(self._received[: end + 1]))

    def converse(
        self, *, until: float, ask: Ask | None, checkpoint: Checkpoint | None
    ) -> Mapping[str, object]:
        """Answer every question, and return how the job ended.

        :raises TimeoutError: it did not end by ``until``.
        :raises CallEndedError: the child ended without an answer.
        :raises CallGarbledError: what it said is no part of the protocol.
        """
        longest = _LONGEST_END if ask is None else _LONGEST_QUESTION
        while True:
            said = _understood(self._line(until, longest, checkpoint))
            question = said.get("ask")
            if question is None:
                return said
            if ask is None or not isinstance(question, dict):
                raise CallGarbledError("it asked where nothing can be asked")
            # One who asks without a pause lets nobody wait, and so would never be looked at.
            if time.monotonic() >= until:
                raise TimeoutError
            if checkpoint is not None:
                checkpoint()
            answer = ask(question)
            self._send(json.dumps(answer).encode("ascii") + b"\n", until)

    def close(self) -> None:
        """End the child, whatever it is doing, and everything that it started."""
        if not self._is_met:
            # One that took the call may have introduced itself and be at work; any other can do so no more, and ends.
            with contextlib.suppress(OSError, CallEndedError):
                self._connection.shutdown(socket.SHUT_RDWR)
                self._hear_who_it_is()
        if self._process is not None:
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self._process, signal.SIGKILL)
            os.close(self._process)
            self._process = None
        if self._group:
            with contextlib.suppress(OSError):
                os.killpg(self._group, signal.SIGKILL)
            self._group = 0
        self._connection.close()

    def _hear_who_it_is(self) -> None:
        self._is_met = True
        with self._ending():
            said, packed, _flags, _address = socket.recv_fds(self._connection, 32, 1)
        if packed:
            self._process = array.array("i", packed)[0]
        if not said:
            raise CallEndedError
        number, _, more = said.partition(b"\n")  # it may have begun to work
        self._received += more
        self._group = int(number)

    def _line(self, until: float, longest: int, checkpoint: Checkpoint | None) -> bytes:
        while (end := self._received.find(b"\n", self._searched)) < 0:
            self._searched = len(self._received)
            if self._searched > longest:
                raise CallGarbledError("it sent a line without an end")
            self._wait(until, checkpoint)
            self._receive()
        line = bytes(self._received[: end + 1])
        del self._received[: end + 1]
        self._searched = 0
        return line

    def _receive(self) -> None:
        with self._ending():
            received = self._connection.recv(_CHUNK)
        if not received:
            raise CallEndedError
        self._received += received

    def _send(self, line: bytes, until: float) -> None:
        # A child that does not read must not hold up its parent.
        self._connection.settimeout(max(until - time.monotonic(), 0.001))
        with self._ending():
            self._connection.sendall(line)

    def _wait(self, until: float, checkpoint: Checkpoint | None) -> None:
        while not self._is_ready(min(until, time.monotonic() + _LOOK_SECONDS)):
            if time.monotonic() >= until:
                raise TimeoutError
            if checkpoint is not None:
                checkpoint()

    def _is_ready(self, until: float) -> bool:
        poll = select.poll()
        poll.register(self._connection, select.POLLIN)
        return bool(poll.poll(max(until - time.monotonic(), 0) * 1000))

    @contextlib.contextmanager
    def _ending(self) -> Any:
        try:
            yield
        except TimeoutError:
            raise
        except OSError:
            raise CallEndedError from None


def _understood(line: bytes) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise CallGarbledError("it sent what is no JSON object")
    return said
