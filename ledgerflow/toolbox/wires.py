"""Network connections to one address that was checked beforehand, with a clock that no server can stretch.

Looks up names, connects, and counts what goes over the wire. The clock is looked at between any two parts of an answer,
and so is whether the caller still wants it.
"""

import os
import queue
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import httpcore

_LOOK_SECONDS = 0.4
_CONNECT_SECONDS = 10.0
_CHUNK = 64 * 1024
_MOST_ADDRESSES = 4

#: Returns the network addresses behind a name. Raises OSError where there are none.
Resolve = Callable[[str, int], list[str]]


def look_up(host: str, port: int) -> list[str]:
    """Return the addresses behind the name, in the order in which they are to be tried.

    :raises OSError: the name is unknown.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Clock:
    """When a request must be over, and what to do in the meantime."""

    def __init__(self, seconds: float, checkpoint: Callable[[], None] | None) -> None:
        self._until = time.monotonic() + seconds
        self._checkpoint = checkpoint

    def left(self) -> float:
        """Return the seconds that are left, at least a little."""
        return max(self._until - time.monotonic(), 0.001)

    def look(self) -> None:
        """Go on, unless the time is up.

        :raises httpcore.ReadTimeout: it is.
        """
        if self._checkpoint is not None:
            self._checkpoint()
        if time.monotonic() >= self._until:
            raise httpcore.ReadTimeout("the time is up")

    def wait_for(self, is_ready: Callable[[float], bool]) -> None:
        """Call ``is_ready`` with seconds to wait until it says so.

        :raises httpcore.ReadTimeout: the time is up.
        """
        while not is_ready(min(_LOOK_SECONDS, self.left())):
            self.look()
        self.look()


def addresses_of(host: str, port: int, resolve: Resolve, clock: Clock) -> list[str]:
    """Ask for the addresses behind the name, in a thread, because such a question cannot be taken back.

    :raises httpcore.ConnectError: the name is unknown.
    :raises httpcore.ReadTimeout: no answer came in time.
    """
    answers: queue.SimpleQueue[list[str] | BaseException] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve(host, port))
        except BaseException as error:  # noqa: BLE001 - it is raised where somebody waits for it
            answers.put(error)

    threading.Thread(target=ask, name="look-up", daemon=True).start()
    found: list[list[str] | BaseException] = []

    def is_ready(seconds: float) -> bool:
        try:
            found.append(answers.get(timeout=seconds))
        except queue.Empty:
            return False
        return True

    clock.wait_for(is_ready)
    answer = found[0]
    if isinstance(answer, OSError | UnicodeError):
        raise httpcore.ConnectError(f"the name is unknown ({answer})")
    if isinstance(answer, BaseException):
        raise answer
    return answer


class Wires(httpcore.NetworkBackend):
    """Connects to the addresses that were checked, whatever name it is asked for."""

    def __init__(self, addresses: Sequence[str], clock: Clock) -> None:
        self._addresses = addresses[:_MOST_ADDRESSES]
        self._clock = clock
        self.address = ""
        self.sent = self.received = 0

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - what it is called; where it is was settled before
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - httpcore's interface
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - httpcore's interface
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers."""
        failure: Exception | None = None
        for address in self._addresses:
            self.address = address
            try:
                return _Wire(self._connected(address, port, timeout), self, self._clock)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError("there is no address")

    def _connected(self, address: str, port: int, timeout: float | None) -> socket.socket:
        until = time.monotonic() + min(timeout or _CONNECT_SECONDS, _CONNECT_SECONDS)

        def is_connected(seconds: float) -> bool:
            if time.monotonic() >= until:
                raise httpcore.ConnectTimeout("no connection in time")
            return _is_ready(connection, select.POLLOUT, seconds)

        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.setblocking(False)
            connection.connect_ex((address, port))
            self._clock.wait_for(is_connected)
            _raise_unless_connected(connection)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            connection.close()
            raise httpcore.ConnectError(f"{error}") from None
        except BaseException:
            connection.close()
            raise
        return connection

    def sleep(self, seconds: float) -> None:
        """Wait; httpcore does between attempts, of which there is one."""
        time.sleep(min(seconds, self._clock.left()))


class _Wire(httpcore.NetworkStream):
    def __init__(self, connection: socket.socket, wires: Wires, clock: Clock) -> None:
        self._connection = connection
        self._wires = wires
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        until = time.monotonic() + (timeout or self._clock.left())
        while True:
            self._clock.look()
            self._connection.settimeout(min(_LOOK_SECONDS, self._clock.left()))
            try:
                received = self._connection.recv(min(max_bytes, _CHUNK))
            except (TimeoutError, ssl.SSLWantReadError):
                if time.monotonic() >= until:
                    raise httpcore.ReadTimeout("no answer in time") from None
            except OSError as error:
                raise httpcore.ReadError(f"{error}") from None
            else:
                self._wires.received += len(received)
                return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._clock.look()
        self._connection.settimeout(min(timeout or self._clock.left(), self._clock.left()))
        try:
            self._connection.sendall(buffer)
        except TimeoutError:
            raise httpcore.WriteTimeout("it took too long to send") from None
        except OSError as error:
            raise httpcore.WriteError(f"{error}") from None
        self._wires.sent += len(buffer)

    def close(self) -> None:
        self._connection.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        self._connection.settimeout(min(timeout or _CONNECT_SECONDS, _CONNECT_SECONDS, self._clock.left()))
        try:
            wrapped = ssl_context.wrap_socket(self._connection, server_hostname=server_hostname)
        except TimeoutError:
            self.close()
            raise httpcore.ConnectTimeout("no secure connection in time") from None
        except OSError as error:
            self.close()
            raise httpcore.ConnectError(f"{error}") from None
        return _Wire(wrapped, self._wires, self._clock)

    def get_extra_info(self, info: str) -> Any:
        if info == "ssl_object" and isinstance(self._connection, ssl.SSLSocket):
            return self._connection
        if info == "is_readable":
            return _is_ready(self._connection, select.POLLIN, 0)
        return None


def _raise_unless_connected(connection: socket.socket) -> None:
    if refusal := connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
        raise OSError(refusal, os.strerror(refusal))


def _is_ready(connection: socket.socket, event: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(connection, event)
    return bool(poll.poll(seconds * 1000))
