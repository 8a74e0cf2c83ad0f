"""Servers on loopback that answer as they are told, byte by byte, and count who connects."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

Answer = Callable[[socket.socket, bytes], None]


class Server:
    """Listens on a port of its own; ``answer`` gets the connection and the request's head."""

    def __init__(self, answer: Answer, host: str = "127.0.0.1") -> None:
        self._listener = socket.create_server((host, 0))
        self._answer = answer
        self.port = self._listener.getsockname()[1]
        self.origin = f"http://{host}:{self.port}"
        self.requests: list[bytes] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.requests.append(b"")
            threading.Thread(
                target=self._talk, args=(connection, len(self.requests) - 1), daemon=True
            ).start()

    def _talk(self, connection: socket.socket, number: int) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(20)
            head = b""
            while b"\r\n\r\n" not in head and (part := connection.recv(65536)):
                head += part
            begin, _, body = head.partition(b"\r\n\r\n")
            for line in begin.split(b"\r\n"):
                if line.lower().startswith(b"content-length:"):
                    while len(body) < int(line.split(b":")[1]):
                        body += connection.recv(65536)
            self.requests[number] = begin + b"\r\n\r\n" + body
            self._answer(connection, self.requests[number])


def drip(connection: socket.socket, _request: bytes) -> None:
    """Answer byte by byte, without end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.1)


def say_nothing(_connection: socket.socket, _request: bytes) -> None:
    """Let the caller wait."""
    time.sleep(15)


def saying(status: str, body: bytes = b"", *headers: str) -> Answer:
    """Answer every request with this."""

    def answer(connection: socket.socket, _request: bytes) -> None:
        head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""])
        connection.sendall(head.encode("latin-1") + body)

    return answer


@contextlib.contextmanager
def serving(answer: Answer, host: str = "127.0.0.1") -> Iterator[Server]:
    """A server for the time of a test."""
    server = Server(answer, host)
    try:
        yield server
    finally:
        server.close()
