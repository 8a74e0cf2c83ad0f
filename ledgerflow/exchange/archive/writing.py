"""Writing a book's archive."""

import hashlib
import json
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from django.db.models import QuerySet

from ledgerflow.books.models import Book
from ledgerflow.documents.models import Document
from ledgerflow.documents.selectors import content
from ledgerflow.exchange.archive.chains import chain_of
from ledgerflow.exchange.archive.errors import ArchiveError
from ledgerflow.exchange.archive.proofs import with_lines_called
from ledgerflow.exchange.archive.tables import (
    BOOK,
    DOCUMENTS,
    FINISHES,
    LINES,
    PAST_ACTIONS,
    PEOPLE,
    RULES,
    TABLES,
    VERSION,
    WITHDRAWN,
    Table,
)
from ledgerflow.users.models import User

#: The same book gives the same bytes, so the files in the ZIP carry no time of their own.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_AT_A_TIME = 5_000

Places = Mapping[str, Mapping[int, int]]


def write_archive(*, book: Book, out: IO[bytes], now: datetime) -> dict[str, int]:
    """Write the book and return how many rows of each table; the caller's transaction should be a snapshot.

    Raises:
        DocumentDamagedError: the stored file of a document is missing or not what was uploaded.
        ArchiveError: the book is not sound: a row names one that is not there.
    """
    places = _places(book)
    files: dict[str, dict[str, Any]] = {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in TABLES:
            files[f"{table.name}.jsonl"] = _write(archive, f"{table.name}.jsonl", _lines(table, book, places))
        for document in Document.objects.filter(book=book).order_by("pk").iterator():
            name = f"{DOCUMENTS.name}/{document.sha256}"
            facts = _write(archive, name, [content(document)])
            files[name] = {"sha256": facts["sha256"], "size": facts["size"]}
        facts_of_book = {column: _plain(getattr(book, column)) for column in BOOK.columns}
        manifest = {
            "ledgerflow_archive": VERSION,
            "exported_at": _plain(now),
            "book": facts_of_book,
            "chain": chain_of(book=book).said(),
            "files": files,
        }
        archive.writestr(_member("manifest.json"), json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")
    return {table.name: files[f"{table.name}.jsonl"]["rows"] for table in TABLES}


def _plain(value: object) -> object:
    """Return the value as JSON has it: decimals without an exponent, moments as ISO 8601, bytes in hexadecimal."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, date):
        return value.isoformat()
    return value


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _NO_TIME)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o600 << 16
    return member


def _write(archive: zipfile.ZipFile, name: str, parts: Iterable[bytes]) -> dict[str, Any]:
    digest, size, rows = hashlib.sha256(), 0, 0
    with archive.open(_member(name), "w", force_zip64=True) as file:
        for part in parts:
            digest.update(part)
            size += len(part)
            rows += 1
            file.write(part)
    return {"sha256": digest.hexdigest(), "size": size, "rows": rows}


def _lines(table: Table, book: Book, places: Places) -> Iterator[bytes]:
    targets = [table.target(column) for column in table.columns]
    rows: QuerySet[Any] = _who(places[PEOPLE.name]) if table is PEOPLE else table.rows(book)
    for row in rows.values_list(*table.columns).iterator(chunk_size=_AT_A_TIME):
        values = {
            column: _plain(value)
            if target is None or value is None
            else _place(places[target], value, target)
            for column, target, value in zip(table.columns, targets, row, strict=True)
        }
        if table is FINISHES:
            values["proof"] = with_lines_called(
                values["proof"], lambda line_id: _place(places[LINES.name], line_id, LINES.name)
            )
        elif table is PAST_ACTIONS and values["proof"] is not None:
            values["proof"] = with_lines_called(values["proof"], places[LINES.name].get)
        elif table is RULES and values["after_line"] is not None:
            values["after_line"] = _before(places[LINES.name], values["after_line"])
        yield (json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _place(places: Mapping[int, int], row_id: int, target: str) -> int:
    if row_id not in places:
        raise ArchiveError(
            f"The book names a row of {target} that it does not have; see `ledgerflow verify`."
        )
    return places[row_id]


def _before(lines: Mapping[int, int], last: Any) -> int:
    """Return how many of the lines came until the last, which may be gone."""
    return sum(line_id <= last for line_id in lines)


def _places(book: Book) -> dict[str, dict[int, int]]:
    """Return the place of every row that another may refer to, by its id, table by table."""
    referred = {target for table in TABLES for column in table.columns if (target := table.target(column))}
    places = {
        table.name: _numbered(table.rows(book).values_list("pk", flat=True))
        for table in TABLES
        if table.name in referred - {PEOPLE.name, LINES.name}
    }
    # What was withdrawn was a line once, and postings go on calling it so.
    lines = {
        row_id for table in (LINES, WITHDRAWN) for row_id in table.rows(book).values_list("pk", flat=True)
    }
    places[LINES.name] = _numbered(sorted(lines))
    places[PEOPLE.name] = _numbered(_who(_people(book)).values_list("pk", flat=True))
    return places


def _who(ids: Collection[int]) -> QuerySet[User]:
    return User.objects.filter(pk__in=ids).order_by(*PEOPLE.order)


def _numbered(ids: Iterable[int]) -> dict[int, int]:
    return {row_id: place for place, row_id in enumerate(ids, 1)}


def _people(book: Book) -> set[int]:
    """Return everyone whom the book's rows name."""
    found: set[int | None] = set()
    for table in TABLES:
        for column in table.columns:
            if table is not PEOPLE and table.field(column).related_model is User:
                found.update(table.rows(book).order_by().values_list(column, flat=True).distinct())
    return {person for person in found if person is not None}
