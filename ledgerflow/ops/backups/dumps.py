"""Dumps as compressed SQL: written, and read again to their last line before they count."""

import gzip
import os
import re
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from ledgerflow.ops.backups.access import Access, program
from ledgerflow.ops.backups.errors import BackupError, DamagedDumpError

_BLOCK = 1024 * 1024
#: A third of gzip's time for a few percent more bytes; see docs/operations/backup.md.
_LEVEL = 3
_GZIP = 31
_LAST_LINE = b"-- PostgreSQL database dump complete"
_COPY = re.compile(rb'^COPY public\.("?)([^" ]+)\1 \(.*\) FROM stdin;\n', re.MULTILINE)
_END = b"\\.\n"
#: Settings that an older server does not know: setting, and the first version that does.
_NEWER_SETTINGS = {b"SET transaction_timeout = 0;\n": 17}
#: What late minor releases note on columns for themselves, and an earlier pg_dump takes for somebody's wish.
_INTERNAL = re.compile(rb"^ALTER TABLE ONLY \S+ ALTER COLUMN \S+ SET \(pg_attver=\d+\);\n+", re.MULTILINE)


def write_dump(access: Access, *, snapshot: str, server: int, path: Path) -> None:
    """Write what the snapshot sees as compressed SQL, on disk for certain.

    Raises:
        BackupError: pg_dump fails, or the disk is full.
    """
    command = [
        os.fspath(program("pg_dump", server=server)),
        f"--dbname={access.conninfo}",
        f"--snapshot={snapshot}",
        # Owner is whoever restores; privileges are part of the guards and come along.
        "--no-owner",
        "--no-password",
        "--lock-wait-timeout=60s",
    ]
    with subprocess.Popen(  # noqa: S603 - PostgreSQL's own program, no shell
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=access.environment
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            _compress(process.stdout, path)
        except OSError as error:
            process.kill()
            raise BackupError(f"The dump cannot be written to {path.parent}: {error.strerror}.") from error
        said = process.stderr.read().decode(errors="replace").strip()
    if process.returncode != 0:
        raise BackupError(f"pg_dump failed: {said or f'status {process.returncode}'}")


def _compress(source: IO[bytes], path: Path) -> None:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    with path.open("wb") as file:
        path.chmod(0o600)
        while block := source.read(_BLOCK):
            file.write(packer.compress(block))
        file.write(packer.flush())
        file.flush()
        os.fsync(file.fileno())


def blocks(path: Path) -> Iterator[bytes]:
    """Yield the SQL of a dump.

    Raises:
        DamagedDumpError: the file is cut off, or no gzip.
    """
    try:
        with gzip.open(path) as file:
            while block := file.read(_BLOCK):
                yield block
    except (OSError, EOFError, zlib.error) as error:
        raise DamagedDumpError(f"{path} is damaged: {error}.") from error


def rows_in(path: Path) -> dict[str, int]:
    """Read a dump to its end and count the rows of each table.

    Raises:
        DamagedDumpError: it is cut off or its last line is not that of a complete dump.
    """
    counter = _RowCounter()
    for block in blocks(path):
        counter.take(block)
    if _LAST_LINE not in counter.tail:
        raise DamagedDumpError(f"{path} is cut off: its last line is not that of a complete dump.")
    return counter.rows


class _RowCounter:
    """Counts lines between COPY and its end, block by block, without taking them apart."""

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}
        self.tail = b""
        self._rest = b""
        self._table: str | None = None

    def take(self, block: bytes) -> None:
        self.tail = (self.tail + block)[-400:]
        whole, newline, rest = (self._rest + block).rpartition(b"\n")
        text, self._rest = whole + newline, rest
        at = 0
        while at < len(text):
            at = self._count(text, at) if self._table is not None else self._look(text, at)

    def _look(self, text: bytes, at: int) -> int:
        match = _COPY.search(text, at)
        if match is None:
            return len(text)
        self._table = match[2].decode()
        self.rows.setdefault(self._table, 0)
        return match.end()

    def _count(self, text: bytes, at: int) -> int:
        assert self._table is not None
        end = at if text.startswith(_END, at) else text.find(b"\n" + _END, at) + 1
        if end == 0 or end < at:
            self.rows[self._table] += text.count(b"\n", at)
            return len(text)
        self.rows[self._table] += text.count(b"\n", at, end)
        self._table = None
        return end + len(_END)


def load(path: Path, access: Access, *, server: int, head_only: bool = False) -> None:
    """Restore a dump into an empty database, all of it or nothing; or only what stands before its rows.

    Raises:
        BackupError: the server refuses a statement; the text is what psql said.
        DamagedDumpError: the file is cut off.
    """
    command = [
        os.fspath(program("psql", server=server)),
        f"--dbname={access.conninfo}",
        "--no-psqlrc",
        "--quiet",
        "--single-transaction",
        "--set=ON_ERROR_STOP=1",
        "--no-password",
        "--output=/dev/null",
    ]
    with subprocess.Popen(  # noqa: S603 - PostgreSQL's own program, no shell
        command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=access.environment
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        try:
            for block in _suited(blocks(path), server=server, head_only=head_only):
                process.stdin.write(block)
            process.stdin.close()
        except BrokenPipeError:
            pass  # what it says is the reason
        except BaseException:
            # Not the end of the input: psql would commit what it has got so far.
            process.kill()
            raise
        said = process.stderr.read().decode(errors="replace").strip()
    if process.returncode != 0:
        raise BackupError(f"The dump does not restore: {said or f'status {process.returncode}'}")


def _suited(source: Iterator[bytes], *, server: int, head_only: bool) -> Iterator[bytes]:
    """Leave out of all that stands before the rows what the server does not know."""
    head, is_past_head = b"", False
    for block in source:
        if is_past_head:
            yield block
            continue
        head += block
        match = _COPY.search(head)
        if match is None:
            continue
        is_past_head = True
        yield _known(head[: match.start()], server=server)
        if head_only:
            return
        yield head[match.start() :]
    if not is_past_head:
        yield _known(head, server=server)


def _known(head: bytes, *, server: int) -> bytes:
    for line, since in _NEWER_SETTINGS.items():
        if server < since:
            head = head.replace(line, b"", 1)
    return _INTERNAL.sub(b"", head)
