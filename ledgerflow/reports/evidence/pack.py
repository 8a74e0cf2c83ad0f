"""The evidence pack: a worksheet with every line behind it, the documents that show them and their receipts, as a ZIP.

The worksheet of the pack is worked out from the very lines that are in it, read by one query, so that both agree
whatever is posted meanwhile.
"""

import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from ledgerflow.books.models import Book
from ledgerflow.documents.models import Document
from ledgerflow.documents.selectors import content
from ledgerflow.reports.basis import Basis as Method
from ledgerflow.reports.exporters import write
from ledgerflow.reports.schedule_c import ScheduleC, report_of
from ledgerflow.reports.schedule_c_basis import Basis, basis, in_sense_of_line
from ledgerflow.reports.schedule_c_lines import BankEvidence, Counted, FigureLine, Moved, all_lines
from ledgerflow.reports.schedule_c_tables import schedule_c_frame, schedule_c_table
from ledgerflow.reports.table import Table
from ledgerflow.taxforms.schedule_c import Row

_VERIFY = Path(__file__).with_name("verify.py")
_LONGEST_NAME = 100
#: The first year that a ZIP can date a file in.
_FIRST_YEAR = 1980


@dataclass(slots=True)
class _Pack:
    """A ZIP that remembers the SHA-256 of each of its files."""

    archive: ZipFile
    made_at: datetime
    files: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, data: bytes) -> None:
        self.archive.writestr(self.entry(name), data)
        self.files[name] = hashlib.sha256(data).hexdigest()

    def add_parts(self, name: str, parts: Iterator[bytes]) -> None:
        digest = hashlib.sha256()
        with self.archive.open(self.entry(name), "w", force_zip64=True) as out:
            for part in parts:
                out.write(part)
                digest.update(part)
        self.files[name] = digest.hexdigest()

    def entry(self, name: str) -> ZipInfo:
        moment = self.made_at.timetuple()[:6]
        info = ZipInfo(name, max(moment, (_FIRST_YEAR, 1, 1, 0, 0, 0)))
        info.compress_type = ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        return info


@dataclass(slots=True)
class _Sums:
    """What the lines that count together add up to, the documents that show them, and their receipts."""

    amounts: dict[Counted, tuple[Decimal, int, int, int]] = field(default_factory=dict)
    documents: set[int] = field(default_factory=set)
    receipts: set[int] = field(default_factory=set)

    def add(self, line: FigureLine) -> None:
        amount, count, shown, receipted = self.amounts.get(line.counted, (Decimal(0), 0, 0, 0))
        self.amounts[line.counted] = (
            amount + line.amount,
            count + 1,
            shown + (line.evidence is not None),
            receipted + bool(line.receipts),
        )

    def moved(self) -> dict[Counted, Moved]:
        return {counted: Moved(*sums) for counted, sums in self.amounts.items()}


def write_evidence_pack(
    *,
    book: Book,
    year: int,
    out: IO[bytes],
    made_at: datetime,
    whole_dollars: bool = False,
    method: Method = Method.CASH,
) -> str:
    """Write the pack of the tax year's Schedule C, by the accounting method, and return the SHA-256 of its manifest.

    Raises:
        TaxYearError: no form is known for the year.
        WorksheetError: the book is not kept in dollars.
        DocumentDamagedError: a stored document is no longer what was uploaded.
    """
    of, sums = basis(book=book, year=year, method=method), _Sums()
    frame = schedule_c_frame(book=book, year=year)
    with ZipFile(out, "w") as archive:
        pack = _Pack(archive, made_at)
        pack.add_parts("lines.jsonl", _lines(of, sums))
        report = report_of(of, sums.moved(), whole_dollars=whole_dollars)
        table = schedule_c_table(frame=frame, report=report)
        pack.add("worksheet.json", _json(_worksheet(report, table)))
        pack.add("worksheet.csv", _csv(table))
        for folder, numbers in (("documents", sums.documents), ("receipts", sums.receipts)):
            for document in Document.objects.filter(book=book, pk__in=numbers).order_by("pk"):
                pack.add(f"{folder}/{_name_of(document)}", content(document))
        pack.add("verify.py", _VERIFY.read_bytes())
        manifest = _json(
            {
                "book": book.slug,
                "form": report.form.name,
                "year": year,
                "basis": method.value,
                "made_at": made_at,
                "amounts": {row.line.key: row.deductible for row in report.sheet.rows},
                "files": pack.files,
            }
        )
        archive.writestr(pack.entry("MANIFEST.json"), manifest)
    return hashlib.sha256(manifest).hexdigest()


def pack_name(*, book: Book, year: int, method: Method) -> str:
    """Return the name of the pack's file, which says so where it is not on the cash basis."""
    basis_named = "" if method is Method.CASH else f"-{method.value}"
    return f"{book.slug}-schedule-c-{year}{basis_named}.zip"


def _lines(of: Basis, sums: _Sums) -> Iterator[bytes]:
    for line in all_lines(book=of.book, account_ids=of.looked_at, days=of.days):
        account = of.accounts[line.account_id]
        key = of.line_key(account, line.own_tax_line)
        sums.add(line)
        if key is None:
            continue
        said = {
            "key": key,
            "account": account.code,
            "own_tax_line": line.own_tax_line,
            "date": line.place.date,
            "entry": line.place.entry_number,
            "no": line.place.no,
            "text": line.text,
            "amount": in_sense_of_line(of, account, line.amount, line.own_tax_line),
            "reverses": line.reverses_number,
            **_evidence(line.evidence),
            "receipts": [receipt.sha256 for receipt in line.receipts],
        }
        sums.receipts.update(receipt.id for receipt in line.receipts)
        if line.evidence is not None:
            sums.documents.add(line.evidence.document_id)
        yield json.dumps(said, ensure_ascii=False, default=_plain).encode() + b"\n"


def _evidence(shown: BankEvidence | None) -> dict[str, Any]:
    if shown is None:
        return {"document": None, "place": None, "bank_line": None}
    bank_line = {
        "id": shown.line_id,
        "date": shown.date,
        "amount": shown.amount,
        "currency": shown.currency,
        "description": shown.description,
    }
    return {"document": shown.document_sha256, "place": shown.place, "bank_line": bank_line}


def _worksheet(report: ScheduleC, table: Table) -> dict[str, Any]:
    """Return the table with what was entered, and what makes each of its rows up."""
    behind = [row | _behind(of) for row, of in zip(table.records(), report.sheet.rows, strict=True)]
    return {
        "report": table.name,
        **table.all_facts(),
        "entered": asdict(report.entered.facts),
        "rows": behind,
    }


def _csv(table: Table) -> bytes:
    out = io.BytesIO()
    write(table, "csv", out)
    return out.getvalue()


def _behind(row: Row) -> dict[str, Any]:
    """Return what makes a row up: its accounts, or the lines that it adds and subtracts."""
    return {
        "source": row.line.source,
        "parts": dict.fromkeys(row.line.adds, 1) | dict.fromkeys(row.line.subtracts, -1),
        "accounts": [
            {
                "code": account.code,
                "name": account.name,
                "own_tax_line": account.own_tax_line,
                "gross": account.gross,
                "share": account.share,
                "after_share": account.after_share,
                "lines": account.line_count,
                "evidence": account.evidence_count,
                "receipts": account.receipt_count,
            }
            for account in row.accounts
        ],
    }


def _name_of(document: Document) -> str:
    """Return what the document is called in its folder: its SHA-256, and of its name what every system takes."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", document.name)[-_LONGEST_NAME:]
    return f"{document.sha256}-{plain}"


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, default=_plain).encode() + b"\n"


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in an evidence pack.")
