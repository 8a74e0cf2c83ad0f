"""Archives of books, sound and damaged ones."""

import hashlib
import json
import zipfile
from pathlib import Path

from django.db import connection

from ledgerflow.books.models import Book
from ledgerflow.exchange.archive.writing import write_archive
from ledgerflow.exchange.services import restore_archive
from ledgerflow.ledger.selectors.chain import chain_head
from ledgerflow.ops.verify import problems
from tests.exchange.eventful import NOW
from tests.factories import UserFactory


def archived(book: Book, path: Path) -> Path:
    as_at_commit()
    with path.open("wb") as file:
        write_archive(book=book, out=file, now=NOW)
    return path


def as_at_commit() -> None:
    """Let PostgreSQL chain the batches, which it does when a transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def restored(path: Path, **more) -> Book:
    owner = UserFactory()
    return restore_archive(path=path, owner=owner, now=NOW, check=lambda book: problems(book=book), **more)


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def round_trip(book: Book, tmp_path: Path) -> Book:
    """Archive, restore and archive again; the two archives hold the same, and the chains end alike."""
    first = contents(archived(book, tmp_path / "first.zip"))
    again = restored(tmp_path / "first.zip", slug="again")
    second = contents(archived(again, tmp_path / "second.zip"))
    assert [name for name in first if first[name] != second.get(name)] == ["manifest.json"]
    assert json.loads(first["manifest.json"])["chain"] == json.loads(second["manifest.json"])["chain"]
    assert chain_head(book=again).digest == chain_head(book=book).digest
    assert problems(book=again) == []
    return again


class Damaged:
    """An archive with some of its files changed; ``honest`` writes the manifest anew for what is in it then."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files = contents(path)

    def rows(self, table: str) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.files[f"{table}.jsonl"].splitlines()]

    def put(self, table: str, rows: list[dict[str, object]]) -> None:
        self.files[f"{table}.jsonl"] = "".join(json.dumps(row) + "\n" for row in rows).encode()

    def manifest(self, **facts: object) -> None:
        self.files["manifest.json"] = json.dumps(json.loads(self.files["manifest.json"]) | facts).encode()

    def write(self, *, honest: bool) -> Path:
        if honest:
            listed = {name: content for name, content in self.files.items() if name != "manifest.json"}
            self.manifest(
                files={
                    name: {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
                    for name, content in listed.items()
                }
            )
        with zipfile.ZipFile(self.path, "w") as archive:
            for name, content in self.files.items():
                archive.writestr(name, content)
        return self.path
