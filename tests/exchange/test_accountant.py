"""What is sent to an accountant: complete, whole by its own hashes, and the same figures as the pages."""

import csv
import hashlib
import io
import json
import re
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.conf import settings

from ledgerflow.books.models import Role
from ledgerflow.core.periods import Period
from ledgerflow.exchange.accountant.package import write_package
from ledgerflow.ledger.selectors import chain_head, trial_balance
from ledgerflow.statements.services import detach_receipt
from tests.booked import BookedFile
from tests.exchange.archives import as_at_commit
from tests.exchange.eventful import NOW
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db

YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))


def packed(book, period=YEAR):
    out = io.BytesIO()
    said = write_package(book=book, period=period, out=out, made_at=NOW)
    with zipfile.ZipFile(out) as archive:
        return said, {name: archive.read(name) for name in archive.namelist()}


def rows(files, name):
    return list(csv.DictReader(io.StringIO(files[f"reports/{name}.csv"].decode())))


def test_it_holds_everything_that_an_accountant_asks_for(eventful):
    as_at_commit()

    said, files = packed(eventful.book)

    names = {"trial-balance", "income-statement", "balance-sheet", "cash-flow", "general-ledger", "journal"}
    names |= {"income-statement-accrual", "balance-sheet-accrual"}
    names |= {"schedule-c", "schedule-c-accrual", "bank-reconciliations", "open-questions"}
    assert {name for name in files if name.startswith("reports/")} == {
        f"reports/{name}.{form}" for name in names for form in ("pdf", "xlsx", "csv")
    }
    assert said.reports == len(names)
    assert all(files[f"reports/{name}.pdf"].startswith(b"%PDF") for name in names)
    # The figures are those of the books.
    book = trial_balance(book=eventful.book, as_of=YEAR.last)
    assert {(row["code"], row["debit"], row["credit"]) for row in rows(files, "trial-balance")} == {
        (row.code, f"{row.debit:.2f}", f"{row.credit:.2f}") for row in book.rows
    }
    assert rows(files, "journal")
    assert rows(files, "general-ledger")
    assert rows(files, "open-questions")
    # Every file that it lists is there, and nothing else.
    manifest = json.loads(files.pop("MANIFEST.json"))
    assert manifest["files"] == {
        name: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} for name, data in files.items()
    }
    sums = dict(line.split("  ")[::-1] for line in files.pop("SHA256SUMS").decode().splitlines())
    assert sums == {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    assert manifest["chain"]["head"] == chain_head(book=eventful.book).shown
    # The index leads to every file.
    index = files.pop("index.html").decode()
    assert set(re.findall(r'href="([^"]+)"', index)) == set(files)
    assert chain_head(book=eventful.book).shown in index
    assert "<script" not in index
    assert said.documents == sum(name.startswith("documents/") for name in files) > 0


def test_finished_reconciliations_carry_their_proof(eventful):
    _, files = packed(eventful.book, Period(date(2025, 1, 1), date(2026, 12, 31)))

    finished = [row for row in rows(files, "bank-reconciliations") if row["state"].startswith("finished by")]
    proofs = [json.loads(data) for name, data in files.items() if name.startswith("reconciliations/")]
    assert len(proofs) == len(finished) > 0
    assert all(proof["bank_balance"] == proof["book_balance"] for proof in proofs)


def test_the_same_book_gives_the_same_files_but_for_the_moment_in_pdf_and_xlsx():
    file = BookedFile(3, is_posted=False)
    first, second = (
        packed(file.book, Period(date(2026, 1, 1), date(2026, 3, 31)))[1],
        packed(file.book, Period(date(2026, 1, 1), date(2026, 3, 31)))[1],
    )

    differing = {name for name in first if first[name] != second[name]}
    assert {name.rsplit(".")[-1] for name in differing} <= {"pdf", "xlsx", "json", "SHA256SUMS"}
    assert sum(row["question"] == "to review" for row in rows(first, "open-questions")) == 3
    assert "reports/schedule-c.pdf" not in first


def test_names_from_strangers_do_no_harm_in_the_index():
    file = BookedFile(1)
    file.book.name = '<script>alert("x")</script>'
    file.book.save(update_fields=["name"])

    _, files = packed(file.book, Period(date(2026, 1, 1), date(2026, 1, 31)))

    assert b"<script" not in files["index.html"]


def test_one_click_gives_it_to_whoever_sees_the_book():
    file = BookedFile(2)
    client = file.client(Role.VIEWER)

    page = client.get(file.address("exports/")).content.decode()
    answer = client.get(file.address("exports/accountant/"), {"period": "2026-01"})

    assert "Send to the accountant" in page
    assert answer["Content-Disposition"] == 'attachment; filename="shop-accountant-2026-01.zip"'
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert archive.testzip() is None
        assert f"documents/{file.document.sha256}-january.csv" in archive.namelist()
        assert len(archive.read("reports/journal.csv").splitlines()) == 5


def test_receipts_come_with_the_lines_of_the_days_and_those_of_no_line_always():
    file = BookedFile(2)
    first, second = file.line_ids
    file.attach(first, ("first.txt", b"5 January"))
    (link,) = file.attach(second, ("second.txt", b"6 January"), ("loose.txt", b"Whose?"))[1:]
    detach_receipt(
        book=file.book, line_id=second, receipt_id=link.receipt_id, reason="Loose", user=file.owner, now=NOW
    )

    def receipts(day):
        _, files = packed(file.book, Period(day, day))
        return {name.rsplit("-", 1)[-1] for name in files if name.endswith(".txt")}

    def told(day):
        """Return what the index says of each receipt: date, account, words, amount, entry and file."""
        index = packed(file.book, Period(day, day))[1]["index.html"].decode()
        table = index.split("<h2>Receipts by line</h2>")[1].split("<h2>")[0]
        return [re.sub(r"<[^>]+>", "|", row).strip("|\n") for row in re.findall(r"<tr><td>.*</tr>", table)]

    assert [row.split("||") for row in told(date(2026, 1, 5))] == [
        ["2026-01-05", "Checking", "Shop 1", "-1 USD", "1", "|first.txt"]
    ]
    assert told(date(2027, 1, 1)) == []
    assert receipts(date(2026, 1, 5)) == {"first.txt", "loose.txt"}
    assert receipts(date(2026, 1, 6)) == {"second.txt", "loose.txt"}
    assert receipts(date(2027, 1, 1)) == {"loose.txt"}


def test_what_is_no_period_and_what_is_damaged_is_said():
    file = BookedFile(1)
    client = file.client()

    nonsense = client.get(file.address("exports/accountant/"), {"period": "soon"}, follow=True)
    (Path(settings.MEDIA_ROOT) / file.document.storage_name).unlink()
    damaged = client.get(file.address("exports/accountant/"), {"period": "2026-01"}, follow=True)

    assert "soon" in nonsense.content.decode()
    assert nonsense.redirect_chain
    assert "cannot be read" in damaged.content.decode()


def test_a_stranger_gets_nothing():
    file = BookedFile(1)
    stranger = MembershipFactory().user
    client = file.client()
    client.force_login(stranger)

    assert client.get(file.address("exports/accountant/")).status_code == 404


def test_moments_before_zip_knew_any_are_taken():
    file = BookedFile(1)
    out = io.BytesIO()

    write_package(
        book=file.book,
        period=Period(date(2026, 1, 1), date(2026, 1, 31)),
        out=out,
        made_at=datetime(1970, 1, 1, tzinfo=UTC),
    )

    assert zipfile.ZipFile(out).testzip() is None
