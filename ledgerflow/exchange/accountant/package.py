"""Writing the package: file by file, each from the disk, with its SHA-256."""

import hashlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.db.models import Exists, OuterRef, Q

from ledgerflow.books.models import Book
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.core.periods import Period
from ledgerflow.documents.models import Document
from ledgerflow.documents.selectors import content
from ledgerflow.exchange.accountant.page import Listed, index_page
from ledgerflow.exchange.accountant.parts import Part, parts_of
from ledgerflow.exchange.accountant.receipts import document_path, plain_name, receipted_lines
from ledgerflow.exchange.accountant.tables import finishes_of, reconciliations_of
from ledgerflow.ledger.selectors import chain_head
from ledgerflow.reports.exporters import write
from ledgerflow.statements.models import LineReceipt, Statement

_FORMS = ("pdf", "xlsx", "csv")
#: Compressed already.
_STORED = (".pdf", ".xlsx")
_BLOCK = 1024 * 1024
#: The first moment that a ZIP can date a file at.
_FIRST_MOMENT = (1980, 1, 1, 0, 0, 0)
_STYLE = Path(__file__).with_name("style.css")


@dataclass(frozen=True, slots=True)
class Packed:
    """What the package holds, and the SHA-256 of its manifest."""

    reports: int
    documents: int
    manifest_sha256: str


@dataclass(slots=True)
class _Zip:
    """A ZIP that remembers the SHA-256 and size of each of its files."""

    archive: ZipFile
    made_at: datetime
    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, name: str, data: bytes) -> None:
        self.archive.writestr(self._entry(name), data)
        self.files[name] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}

    def add_file(self, name: str, file: IO[bytes]) -> None:
        digest, size = hashlib.sha256(), 0
        with self.archive.open(self._entry(name), "w", force_zip64=True) as out:
            while block := file.read(_BLOCK):
                digest.update(block)
                size += len(block)
                out.write(block)
        self.files[name] = {"sha256": digest.hexdigest(), "size": size}

    def _entry(self, name: str) -> ZipInfo:
        info = ZipInfo(name, max(self.made_at.timetuple()[:6], _FIRST_MOMENT))
        info.compress_type = ZIP_STORED if name.endswith(_STORED) else ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        return info


def write_package(*, book: Book, period: Period, out: IO[bytes], made_at: datetime) -> Packed:
    """Write the package of the period; the caller's transaction should be a snapshot.

    Memory does not grow with the book: every report is on the disk before it goes into the ZIP, and of the documents
    one at a time is read. A report that a form cannot hold is there in the others, and the index says so.

    Raises:
        DocumentDamagedError: a stored document is missing or no longer what was uploaded.
    """
    head = chain_head(book=book)
    with ZipFile(out, "w") as archive:
        files = _Zip(archive, made_at)
        reports = [_report(files, part) for part in parts_of(book=book, period=period)]
        proofs = list(_proofs(files, book, period))
        documents = list(_documents(files, book, period))
        facts = [
            ("Book", book.name),
            ("Days", f"{period.first} to {period.last}"),
            ("Currency", book.base_currency),
            ("Made", f"{made_at:%Y-%m-%d %H:%M %Z}"),
            ("Hash chain", f"batch {head.batch_no}: {head.shown}"),
        ]
        title = f"{book.name}, {period}"
        files.add("style.css", _STYLE.read_bytes())
        page = index_page(
            title=title,
            facts=facts,
            reports=reports,
            documents=documents,
            receipts=receipted_lines(book=book, period=period),
            proofs=proofs,
        )
        files.add("index.html", page.encode())
        sums = "".join(f"{said['sha256']}  {name}\n" for name, said in files.files.items())
        files.add("SHA256SUMS", sums.encode())
        manifest = _json(
            {
                "book": book.slug,
                "from": period.first.isoformat(),
                "to": period.last.isoformat(),
                "currency": book.base_currency,
                "made_at": made_at.isoformat(),
                "chain": {"batch_no": head.batch_no, "head": head.shown},
                "files": files.files,
            }
        )
        files.add("MANIFEST.json", manifest)
    return Packed(len(reports), len(documents), hashlib.sha256(manifest).hexdigest())


def package_name(*, book: Book, period: Period) -> str:
    """Return the name of the package's file."""
    days = period.name or f"{period.first}-{period.last}"
    return f"{book.slug}-accountant-{days}.zip"


def _report(files: _Zip, part: Part) -> Listed:
    listed, missing = [], ""
    for form in _FORMS:
        name = f"reports/{part.name}.{form}"
        with tempfile.TemporaryFile() as file:
            try:
                write(part.make(), form, file)
            except LedgerFlowError as error:
                missing += f" ({form.upper()} is not here: {error})"
                continue
            file.seek(0)
            files.add_file(name, file)
        listed.append((name, form.upper()))
    return Listed(part.title, listed, missing)


def _proofs(files: _Zip, book: Book, period: Period) -> Iterator[tuple[str, str]]:
    finishes = finishes_of(book=book, period=period)
    for each in reconciliations_of(book=book, period=period):
        if (finish := finishes.get(each.pk)) is None:
            continue
        name = (
            f"reconciliations/{each.bank_account_id}-{plain_name(each.bank_account.name)}-{each.as_of}.json"
        )
        said = {
            "bank_account": each.bank_account.name,
            "as_of": each.as_of.isoformat(),
            "bank_balance": f"{finish.bank_balance:f}",
            "book_balance": f"{finish.book_balance:f}",
            "finished_by": str(finish.acted_by),
            "finished_at": finish.acted_at.isoformat(),
            "proof": finish.proof,
        }
        files.add(name, _json(said))
        yield name, f"{each.bank_account.name} as of {each.as_of}"


def _documents(files: _Zip, book: Book, period: Period) -> Iterator[tuple[str, str, str]]:
    """Add the files whose statements touch the period, the receipts of its lines, and what belongs to no days."""
    read = Statement.objects.filter(book=book, document=OuterRef("pk"))
    touching = read.filter(
        Q(first_date__isnull=True) | Q(first_date__lte=period.last, last_date__gte=period.first)
    )
    attached = LineReceipt.objects.filter(book=book, receipt=OuterRef("pk"), detached_at__isnull=True)
    of_lines = attached.filter(line__date__range=(period.first, period.last))
    wanted = Document.objects.filter(
        Exists(touching) | Exists(of_lines) | ~Exists(read) & ~Exists(attached), book=book
    ).order_by("pk")
    for document in wanted.iterator():
        name = document_path(document)
        files.add(name, content(document))
        yield name, document.name, document.sha256


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"
