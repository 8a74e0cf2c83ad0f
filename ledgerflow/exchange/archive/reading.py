"""Reading an archive: nothing of it is believed before its manifest, its sizes and its hashes agree."""

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from zlib import error as ZlibError  # noqa: N812 - an error is named as a class

from ledgerflow.exchange.archive.chains import Chain, chain_from
from ledgerflow.exchange.archive.errors import ArchiveError
from ledgerflow.exchange.archive.tables import BOOK, DOCUMENTS, TABLES, VERSION, Table
from ledgerflow.exchange.archive.values import Reader, reader_of

_MANIFEST = "manifest.json"
#: Larger ones are no archive of ours, in bytes.
_LARGEST_MANIFEST = 256 * 1024 * 1024
_LONGEST_ROW = 16 * 1024 * 1024
_BLOCK = 1024 * 1024

Row = dict[str, Any]
Readers = Mapping[str, Reader]


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive whose files are those that its manifest lists, unharmed. Rows call each other by their places."""

    _zip: zipfile.ZipFile
    _files: Mapping[str, Mapping[str, Any]]
    book: Row
    chain: Chain

    def rows(self, table: Table) -> Iterator[Row]:
        """Yield the rows of the table in their order.

        Raises:
            ArchiveError: a row is not one of this table.
        """
        name = f"{table.name}.jsonl"
        if self._is_before(table):
            return
        readers = _readers(table)
        with self._zip.open(name) as file:
            for number, line in enumerate(iter(lambda: file.readline(_LONGEST_ROW), b""), 1):
                yield _row(readers, line, f"Row {number} of {name}", table.later)

    def count(self, table: Table) -> int:
        """Return how many rows the table has."""
        if self._is_before(table):
            return 0
        with self._zip.open(f"{table.name}.jsonl") as file:
            return sum(block.count(b"\n") for block in iter(lambda: file.read(_BLOCK), b""))

    def lacks(self, table: Table, column: str) -> bool:
        """Whether the archive was written before the table had the column, and has rows of it."""
        with self._zip.open(f"{table.name}.jsonl") as file:
            line = file.readline(_LONGEST_ROW)
        return bool(line) and column not in json.loads(line)

    def _is_before(self, table: Table) -> bool:
        """Whether the archive was written before there was the table."""
        return table.is_later and f"{table.name}.jsonl" not in self._files

    @contextmanager
    def document(self, sha256: str) -> Iterator[IO[bytes]]:
        """Give the bytes of a document.

        Raises:
            ArchiveError: the archive does not hold it.
        """
        name = f"{DOCUMENTS.name}/{sha256}"
        if name not in self._files:
            raise ArchiveError(f"The archive lacks the document {sha256}. Ask for it anew.")
        with self._zip.open(name) as file:
            yield file


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open an archive and compare every file of it with its manifest.

    Raises:
        ArchiveError: it is no archive, of another version, incomplete or damaged; the sentence says which.
    """
    with _damage_explained(path):
        archive = zipfile.ZipFile(path)
    with archive:
        with _damage_explained(path):
            manifest = _manifest(archive)
            files = manifest["files"]
            _compare_names(archive, files)
            for name, facts in files.items():
                _compare(archive, name, facts)
            book = _row_of(_readers(BOOK), {**BOOK.later, **manifest["book"]}, f"The book in {_MANIFEST}")
            chain = chain_from(manifest.get("chain"))
        yield Archive(archive, files, book, chain)


@contextmanager
def _damage_explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read ({error.strerror}).") from error
    except (zipfile.BadZipFile, ZlibError, EOFError, NotImplementedError, RuntimeError) as error:
        raise ArchiveError(
            f"{path.name} is no archive, or damaged on its way ({error}). Copy it again from where it was made."
        ) from error


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    if _MANIFEST not in archive.namelist() or archive.getinfo(_MANIFEST).file_size > _LARGEST_MANIFEST:
        raise ArchiveError(f"This ZIP is no archive of a book: it has no {_MANIFEST}.")
    try:
        manifest = json.loads(archive.read(_MANIFEST))
    except ValueError as error:
        raise ArchiveError(f"{_MANIFEST} is damaged ({error}). Copy the archive again.") from error
    version = manifest.get("ledgerflow_archive") if isinstance(manifest, dict) else None
    if version != VERSION:
        raise ArchiveError(
            f"The archive is of version {version}, and this LedgerFlow reads version {VERSION}. Use the LedgerFlow "
            "that wrote it, or a newer one."
        )
    if not isinstance(manifest.get("files"), dict) or not isinstance(manifest.get("book"), dict):
        raise ArchiveError(f"{_MANIFEST} does not say which files there are and which book it is.")
    return dict(manifest)


def _compare_names(archive: zipfile.ZipFile, files: Mapping[str, Any]) -> None:
    names = archive.namelist()
    listed = {*files, _MANIFEST}
    wanted = {f"{table.name}.jsonl" for table in TABLES if not table.is_later}
    for name in sorted(wanted - files.keys()):
        raise ArchiveError(f"The archive's manifest does not list {name}, so it is incomplete.")
    for name in sorted(listed - set(names)):
        raise ArchiveError(f"The archive lacks {name}, which its manifest lists. Copy it again.")
    for name in names:
        if name not in listed or names.count(name) > 1:
            raise ArchiveError(f"The archive holds {name}, which its manifest does not list once.")


def _compare(archive: zipfile.ZipFile, name: str, facts: object) -> None:
    size, sha256 = (facts.get("size"), facts.get("sha256")) if isinstance(facts, dict) else (None, None)
    found, digest = 0, hashlib.sha256()
    if archive.getinfo(name).file_size == size:
        with archive.open(name) as file:
            while found <= size and (block := file.read(_BLOCK)):
                digest.update(block)
                found += len(block)
    if found != size or digest.hexdigest() != sha256:
        raise ArchiveError(
            f"{name} in the archive is damaged: it is not what the manifest says. Copy the archive again."
        )


def _readers(table: Table) -> Readers:
    return {column: reader_of(table.field(column)) for column in table.columns}


def _row(readers: Readers, line: bytes, where: str, later: Mapping[str, Any]) -> Row:
    try:
        said = json.loads(line)
    except ValueError as error:
        raise ArchiveError(f"{where} is no JSON ({error}).") from error
    return _row_of(readers, {**later, **said} if isinstance(said, dict) else said, where)


def _row_of(readers: Readers, said: object, where: str) -> Row:
    if not isinstance(said, dict) or said.keys() != readers.keys():
        raise ArchiveError(f"{where} does not have exactly the columns {', '.join(readers)}.")
    return {column: read(said[column], where) for column, read in readers.items()}
