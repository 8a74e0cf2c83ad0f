"""The evidence pack, and its script run for real: on the pack as it was made, and on packs that were tampered with."""

import csv
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from ledgerflow.books.models import Role
from ledgerflow.documents.selectors import DocumentDamagedError
from ledgerflow.posting.services import reverse_entry
from ledgerflow.reports.evidence.pack import write_evidence_pack
from ledgerflow.reports.schedule_c import schedule_c
from ledgerflow.statements.models import StatementLine
from ledgerflow.taxforms.facts import Facts, HomeMethod, HomeUse
from tests.booked import NOW
from tests.made import made_once
from tests.proprietor import Proprietor

pytestmark = pytest.mark.django_db

Files = dict[str, bytes]


@made_once
def books():
    books = Proprietor()
    books.from_statement("4000", "5000", "1200")
    books.from_statement("6200", "-60", "-30.55", first=date(2025, 4, 1), name="../April's (1).csv")
    dinner = StatementLine.objects.get(book=books.book, amount=-60)
    books.attach(dinner.pk, ("dinner.txt", b"Dinner 60.00"), ("dinner 2.pdf", b"%PDF-1.7 dinner"))
    books.by_hand("6320", "120")
    books.by_hand("6120", "999", day=date(2024, 12, 31))
    reverse_entry(book=books.book, number=3, date=date(2025, 5, 1), reason="x", user=books.owner, now=NOW)
    home = HomeUse(HomeMethod.SIMPLIFIED, Decimal(100))
    books.enter(Facts(home=home), shares={"6320": "60"})
    return books


def _pack(books, **asked) -> bytes:
    out = io.BytesIO()
    write_evidence_pack(book=books.book, year=2025, out=out, made_at=NOW, **asked)
    return out.getvalue()


@pytest.fixture
def pack(books) -> bytes:
    return _pack(books)


def files_of(pack: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def json_of(files: Files, name: str) -> dict:
    return json.loads(files[name])


@pytest.fixture
def verify(tmp_path: Path, pack: bytes) -> Callable[..., tuple[int, str]]:
    """Run the script of the pack, alone in a folder and without this project, on a pack."""
    script = tmp_path / "verify.py"
    script.write_bytes(files_of(pack)["verify.py"])

    def run(files: Files | bytes) -> tuple[int, str]:
        target = tmp_path / "pack.zip"
        if isinstance(files, bytes):
            target.write_bytes(files)
        else:
            with zipfile.ZipFile(target, "w") as archive:
                for name, data in files.items():
                    archive.writestr(name, data)
        done = subprocess.run(
            [sys.executable, "-I", "-S", script, target],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return run


def rehashed(files: Files) -> Files:
    """Return the files with a manifest whose hashes are theirs: someone who knows how the pack is made."""
    manifest = json_of(files, "MANIFEST.json")
    manifest["files"] = {
        name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != "MANIFEST.json"
    }
    return files | {"MANIFEST.json": json.dumps(manifest).encode()}


def document_of(files: Files) -> str:
    return min(name for name in files if name.startswith("documents/"))


def test_the_script_is_short_and_needs_the_standard_library_alone(pack):
    script = files_of(pack)["verify.py"].decode()

    assert script.count("\n") <= 60
    imported = {
        line.split()[1].split(".")[0] for line in script.splitlines() if line.startswith(("import", "from"))
    }
    assert imported <= sys.stdlib_module_names


def test_an_intact_pack_is_whole(pack, verify):
    status, said = verify(pack)

    manifest = hashlib.sha256(files_of(pack)["MANIFEST.json"]).hexdigest()
    assert (status, said) == (0, f"The pack is whole. Its manifest: {manifest}\n")


def test_an_intact_pack_in_whole_dollars_is_whole(books, verify):
    status, said = verify(_pack(books, whole_dollars=True))

    assert status == 0, said


def test_a_pack_of_a_year_without_anything_is_whole(verify):
    status, said = verify(_pack(Proprietor()))

    assert status == 0, said


def test_the_pack_holds_the_worksheet_its_lines_and_the_originals(books, pack):
    files = files_of(pack)
    sheet, worksheet = schedule_c(book=books.book, year=2025).sheet, json_of(files, "worksheet.json")
    lines = [json.loads(line) for line in files["lines.jsonl"].splitlines()]

    assert {row["key"]: row["deductible"] for row in worksheet["rows"]} == {
        row.line.key: f"{row.deductible:f}" for row in sheet.rows
    }
    assert worksheet["entered"]["home"]["office_square_feet"] == "100.00"
    rows = csv.DictReader(files["worksheet.csv"].decode().splitlines())
    assert {row["key"]: row["gross"] for row in rows}["24b"] == "30.55"
    assert [(line["key"], line["entry"], line["amount"]) for line in lines] == [
        ("1", 1, "5000.0000"),
        ("1", 2, "1200.0000"),
        ("24b", 3, "60.0000"),
        ("24b", 4, "30.5500"),
        ("24b", 7, "-60.0000"),
        ("27b", 5, "120.0000"),
    ]
    reversal = lines[4]
    assert (reversal["reverses"], reversal["bank_line"]["amount"]) == (3, "-60.00000000")
    assert reversal["place"] == {"line": 2}
    assert lines[5]["document"] is None
    originals = {name: data for name, data in files.items() if name.startswith("documents/")}
    assert {hashlib.sha256(data).hexdigest() for data in originals.values()} == {
        line["document"] for line in lines if line["document"]
    }
    receipts = {name: data for name, data in files.items() if name.startswith("receipts/")}
    assert {hashlib.sha256(data).hexdigest() for data in receipts.values()} == set(lines[2]["receipts"])
    assert set(receipts.values()) == {b"Dinner 60.00", b"%PDF-1.7 dinner"}
    assert lines[4]["receipts"] == lines[2]["receipts"]
    assert lines[3]["receipts"] == []
    meals = next(row for row in worksheet["rows"] if row["key"] == "24b")
    assert (meals["lines"], meals["evidence"], meals["receipts"]) == (3, 3, 2)
    assert all(set(name.split("/")[1]) <= set(f"{_LETTERS}._-") for name in originals | receipts)
    assert b"Date,Text," in originals[document_of(files)]


_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def test_the_same_books_give_the_same_pack(books, pack):
    assert _pack(books) == pack


def _with_line(files: Files, at: int, **changed: object) -> Files:
    lines = [json.loads(line) for line in files["lines.jsonl"].splitlines()]
    lines[at] |= changed
    return files | {"lines.jsonl": b"".join(json.dumps(line).encode() + b"\n" for line in lines)}


def _with_row(files: Files, key: str, **changed: object) -> Files:
    sheet = json_of(files, "worksheet.json")
    next(row for row in sheet["rows"] if row["key"] == key).update(changed)
    return files | {"worksheet.json": json.dumps(sheet).encode()}


@pytest.mark.parametrize("name", ["lines.jsonl", "worksheet.json", "worksheet.csv", "verify.py"])
def test_a_file_that_was_changed_is_named(name, pack, verify):
    files = files_of(pack)

    status, said = verify(files | {name: files[name] + b" "})

    assert (status, said) == (1, f"{name} was changed: its SHA-256 is not that of the manifest.\n")


def test_a_changed_byte_of_a_document_is_named(pack, verify):
    files = files_of(pack)
    name = document_of(files)

    status, said = verify(files | {name: bytes([files[name][0] ^ 1]) + files[name][1:]})

    assert status == 1
    assert f"{name} was changed" in said
    assert f"{name} does not have the SHA-256 of its name." in said


def test_a_changed_document_is_named_though_the_manifest_was_made_anew(pack, verify):
    files = files_of(pack)
    name = document_of(files)

    status, said = verify(rehashed(files | {name: files[name] + b"2025-03-09,More,1\r\n"}))

    assert (status, said) == (1, f"{name} does not have the SHA-256 of its name.\n")


@pytest.mark.parametrize("name", ["lines.jsonl", "worksheet.json", "verify.py", "document"])
def test_a_missing_file_is_named(name, pack, verify):
    files = files_of(pack)
    name = document_of(files) if name == "document" else name

    status, said = verify({each: data for each, data in files.items() if each != name})

    assert (status, said) == (1, f"{name} is missing.\n")


def test_a_document_that_lines_need_is_missed_though_the_manifest_was_made_anew(pack, verify):
    files = files_of(pack)
    name = document_of(files)

    status, said = verify(rehashed({each: data for each, data in files.items() if each != name}))

    assert status == 1
    assert "is not in the pack." in said


def test_a_receipt_that_was_changed_or_taken_out_is_named_though_the_manifest_was_made_anew(pack, verify):
    files = files_of(pack)
    name = next(name for name in files if name.endswith("dinner.txt"))

    changed = verify(rehashed(files | {name: b"Dinner 600.00"}))
    missing = verify(rehashed({each: data for each, data in files.items() if each != name}))

    assert changed == (1, f"{name} does not have the SHA-256 of its name.\n")
    assert missing[0] == 1
    assert f"{name.split('-')[0]} of entry 3 is not in the pack." in missing[1]


def test_an_added_file_is_named(pack, verify):
    status, said = verify(files_of(pack) | {"documents/receipt.pdf": b"%PDF"})

    assert (status, said) == (1, "documents/receipt.pdf was added.\n")


def test_a_name_that_is_there_twice_is_named(pack, verify, tmp_path):
    target = tmp_path / "twice.zip"
    target.write_bytes(pack)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(target, "a") as archive:
        archive.writestr("lines.jsonl", files_of(pack)["lines.jsonl"])

    status, said = verify(target.read_bytes())

    assert (status, said) == (1, "lines.jsonl is there twice.\n")


@pytest.mark.parametrize(
    "changed",
    [{"amount": "61.0000"}, {"document": None}, {"key": "22"}, {"account": "6300"}, {"receipts": []}],
)
def test_a_changed_line_is_named_though_the_manifest_was_made_anew(changed, pack, verify):
    files = rehashed(_with_line(files_of(pack), 2, **changed))

    status, said = verify(files)

    assert status == 1
    assert "Line 24b: account 6200 is not the sum of its lines in lines.jsonl." in said


def test_a_line_that_was_taken_out_is_missed_though_the_manifest_was_made_anew(pack, verify):
    files = files_of(pack)
    lines = files["lines.jsonl"].splitlines(keepends=True)

    status, said = verify(rehashed(files | {"lines.jsonl": b"".join(lines[1:])}))

    assert (status, said) == (1, "Line 1: account 4000 is not the sum of its lines in lines.jsonl.\n")


def test_a_line_of_an_account_that_the_worksheet_lacks_is_named(pack, verify):
    files = files_of(pack)
    lines = (
        files["lines.jsonl"]
        + json.dumps(
            {
                "key": "18",
                "account": "6120",
                "own_tax_line": "",
                "amount": "5",
                "document": None,
                "receipts": [],
                "entry": 9,
            }
        ).encode()
    )

    status, said = verify(rehashed(files | {"lines.jsonl": lines}))

    assert (status, said) == (1, "Line 18: the worksheet lacks account 6120 of lines.jsonl.\n")


@pytest.mark.parametrize("key", ["28", "29", "31", "7"])
def test_a_changed_total_is_named_though_the_manifest_was_made_anew(key, pack, verify):
    status, said = verify(rehashed(_with_row(files_of(pack), key, deductible="1.00")))

    assert status == 1
    assert f"Line {key} is not the sum of the lines that it names." in said
    assert "not those of the manifest" in said


def test_a_changed_gross_is_named_though_the_manifest_was_made_anew(pack, verify):
    status, said = verify(rehashed(_with_row(files_of(pack), "24b", gross="31.55")))

    assert (status, said) == (1, "Line 24b is not the sum of its accounts.\n")


def test_a_table_that_differs_from_the_worksheet_is_named(pack, verify):
    files = files_of(pack)
    table = files["worksheet.csv"].replace(b"15.28", b"15.29")
    assert table != files["worksheet.csv"]

    status, said = verify(rehashed(files | {"worksheet.csv": table}))

    assert (status, said) == (1, "The amounts of worksheet.csv are not those of worksheet.json.\n")


@pytest.mark.parametrize("broken", [b"no zip at all", b""])
def test_what_is_no_pack_is_told_without_a_traceback(broken, verify):
    status, said = verify(broken)

    assert status == 1
    assert said.startswith("The pack cannot be read")
    assert "Traceback" not in said


def test_a_pack_without_a_manifest_is_told_without_a_traceback(pack, verify):
    files = {name: data for name, data in files_of(pack).items() if name != "MANIFEST.json"}

    status, said = verify(files)

    assert status == 1
    assert "MANIFEST.json" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(("asked", "ending"), [("", ""), ("&basis=accrual", "-accrual")])
def test_a_viewer_downloads_the_pack_from_the_page(books, verify, asked, ending):
    client = books.client(Role.VIEWER)

    page = client.get(books.address(f"reports/schedule-c/?year=2025{asked}")).content.decode()
    answer = client.get(books.address(f"reports/schedule-c/evidence/?year=2025{asked}"))

    assert books.address("reports/schedule-c/evidence/?year=2025") in page
    assert answer["Content-Type"] == "application/zip"
    name = f"{books.book.slug}-schedule-c-2025{ending}.zip"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    status, said = verify(b"".join(answer.streaming_content))
    assert status == 0, said


def test_a_damaged_document_makes_no_pack_and_is_told(books):
    for path in Path(settings.MEDIA_ROOT).rglob("*"):
        if path.is_file():
            path.write_bytes(b"gone")

    with pytest.raises(DocumentDamagedError):
        _pack(books)
    answer = books.client().get(books.address("reports/schedule-c/evidence/?year=2025"), follow=True)

    assert "is no longer what was uploaded" in answer.content.decode()


def test_the_pack_asks_as_often_for_many_lines(books, django_assert_num_queries):
    books.from_statement("6120", *["-1"] * 30, first=date(2025, 9, 1), name="september.csv")
    books.from_statement("6170", *["-1"] * 30, first=date(2025, 10, 1), name="october.csv")

    with django_assert_num_queries(15):  # one of them asks whether a share is taken twice
        _pack(books)
