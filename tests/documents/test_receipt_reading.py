"""What a receipt says is read by a job through the registered tool, and kept beside it."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import Error, connection, transaction
from django.utils import timezone

from ledgerflow.documents.models import Receipt, ReceiptReading
from ledgerflow.documents.services import (
    READ_JOB,
    WAS_READ_JOB,
    ReadingRefusedError,
    give_up,
    keep_receipt,
    read_again,
    read_receipt,
    reading,
)
from ledgerflow.toolbox.models import Asker, Tool, ToolRun
from ledgerflow.toolbox.services.calling import ToolFailedError
from ledgerflow.toolbox.services.registry import disable_tool
from tests.factories import BookFactory
from tests.toolbox.workbench import NOW, Workbench, bench
from tools.receipt_reader.tests.drawing import RECEIPTS, as_pdf, as_picture

__all__ = ["bench"]

COFFEE = as_pdf(RECEIPTS["cafe_dollar"])


def keep(bench: Workbench, content: bytes, name: str = "coffee.pdf") -> Receipt:
    book = BookFactory(base_currency="USD")
    return keep_receipt(book=book, name=name, content=content, user=None, now=NOW)


def jobs(receipt: Receipt, name: str = READ_JOB) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s AND args->>'receipt_id' = %s",
            [name, str(receipt.pk)],
        )
        return cursor.fetchone()[0]


def read(receipt: Receipt) -> ReceiptReading:
    read_receipt(receipt_id=receipt.pk, waits=0, now=NOW)
    return ReceiptReading.objects.get(receipt=receipt)


def test_a_kept_receipt_waits_for_its_reading_and_then_has_each_value_with_its_place(bench: Workbench):
    receipt = keep(bench, COFFEE)
    assert (receipt.reading.state, jobs(receipt)) == ("waiting", 1)

    found = read(receipt)

    assert (found.state, found.read_by, jobs(receipt, WAS_READ_JOB)) == ("read", "text layer", 1)
    assert (found.seller, found.date, found.total, found.tax, found.currency) == (
        "Blue Finch Coffee", date(2026, 11, 27), Decimal("12.29"), Decimal("1.04"), "USD",
    )  # fmt: skip
    assert set(found.places) == {"seller", "date", "total", "tax", "currency"}
    left, top, right, bottom = found.places["total"]["box"]
    assert 0 <= left < right <= 1000
    assert 0 <= top < bottom <= 1000
    assert found.places["total"]["line"].startswith("Total")
    run = ToolRun.objects.get(subject=f"receipt {receipt.pk}")
    assert (run.asked_through, run.book, run.outcome) == (Asker.JOB, receipt.book, "done")


def test_a_picture_is_read_by_recognizing_its_text(bench: Workbench):
    found = read(keep(bench, as_picture(RECEIPTS["cafe_dollar"]), "coffee.png"))

    assert (found.read_by, found.total, found.date) == ("OCR", Decimal("12.29"), date(2026, 11, 27))


def test_what_cannot_be_read_says_why_and_can_be_read_again(bench: Workbench):
    receipt = keep(bench, b"%PDF-1.7\nnothing of a PDF", "odd.pdf")

    failed = read(receipt)
    read_again(receipt=receipt, now=NOW)

    assert (failed.state, jobs(receipt, WAS_READ_JOB)) == ("failed", 1)
    assert "The PDF is damaged" in failed.problem
    assert ReceiptReading.objects.get(receipt=receipt).state == "waiting"


def test_where_the_extra_is_missing_the_receipt_says_what_to_install(bench: Workbench, monkeypatch):
    # The sentence is the tool's own (tools/receipt_reader proves that it says it); here it reaches the receipt.
    sentence = "Reading a picture needs the extra ocr, which is not installed: pip install 'ledgerflow[ocr]'."

    def failing(**_):
        raise ToolFailedError(sentence, outcome="error")

    monkeypatch.setattr(reading, "call_tool", failing)

    assert read(keep(bench, as_picture(RECEIPTS["yen"]), "yen.png")).problem == sentence


def test_text_and_what_was_kept_before_are_not_read(bench: Workbench):
    text = keep(bench, b"Coffee 3.50", "mail.txt")
    receipt = keep(bench, COFFEE)
    read(receipt)

    again = keep_receipt(book=receipt.book, name="again.pdf", content=COFFEE, user=None, now=NOW)

    assert not ReceiptReading.objects.filter(receipt=text).exists()
    assert again == receipt
    assert (again.reading.state, jobs(receipt)) == ("read", 1)
    with pytest.raises(ReadingRefusedError, match="which is not read"):
        read_again(receipt=text, now=NOW)


def test_nothing_happens_while_the_tool_is_off(bench: Workbench):
    waiting = keep(bench, COFFEE)
    tool = Tool.objects.get(module_path=reading.TOOL)
    disable_tool(tool=tool, user=bench.admin, now=NOW)
    try:
        receipt = keep(bench, COFFEE)
        read_receipt(receipt_id=waiting.pk, waits=0, now=NOW)
        with pytest.raises(ReadingRefusedError, match="is off"):
            read_again(receipt=receipt, now=NOW)
    finally:
        Tool.objects.filter(pk=tool.pk).update(enabled=True, enabled_at=NOW)

    assert (jobs(receipt), jobs(waiting, WAS_READ_JOB)) == (0, 1)
    assert not ReceiptReading.objects.filter(receipt__in=[receipt, waiting]).exists()


def test_a_tool_that_is_asked_too_often_is_asked_again_later(bench: Workbench):
    receipt = keep(bench, COFFEE)
    tool = Tool.objects.get(module_path=reading.TOOL)
    manifest = {**tool.manifest, "permissions": {**tool.manifest["permissions"], "calls_a_minute": 0}}
    Tool.objects.filter(pk=tool.pk).update(manifest=manifest)
    try:
        read_receipt(receipt_id=receipt.pk, waits=0, now=NOW)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE status = 'todo'")
        read_receipt(receipt_id=receipt.pk, waits=29, now=NOW)
        read_receipt(receipt_id=receipt.pk, waits=30, now=NOW)
    finally:
        Tool.objects.filter(pk=tool.pk).update(manifest=tool.manifest)

    assert jobs(receipt) == 2
    assert ReceiptReading.objects.get(receipt=receipt).state == "failed"


def test_a_job_that_comes_late_or_twice_changes_nothing(bench: Workbench):
    receipt = keep(bench, COFFEE)
    first = read(receipt)

    read_receipt(receipt_id=receipt.pk, waits=0, now=timezone.now())
    give_up(receipt_id=receipt.pk, now=timezone.now())
    read_receipt(receipt_id=0, waits=0, now=NOW)

    assert ReceiptReading.objects.get(receipt=receipt).read_at == first.read_at


def test_values_that_cannot_be_true_are_left_out():
    place = {"page": 1, "box": [0, 0, 1, 1], "line": "a\x00b\n c"}
    result = {
        "read_by": "OCR", "unsure": [], "tax": None, "date": None,
        "seller": {"value": "Shop\x00" + "x" * 300, "place": place},
        "total": {"value": "1e30", "place": place},
        "currency": {"value": "usd", "place": place},
    }  # fmt: skip

    said = reading._said(result)

    assert set(said) == {"seller", "read_by", "places", "unsure"}
    assert len(said["seller"]) == 200
    assert said["places"] == {"seller": {"page": 1, "box": [0, 0, 1, 1], "line": "a b c"}}


@pytest.mark.django_db
def test_a_reading_stays_in_the_book_of_its_receipt():
    receipt = keep_receipt(book=BookFactory(), name="c.pdf", content=COFFEE, user=None, now=NOW)
    row = ReceiptReading.objects.filter(receipt=receipt)

    with pytest.raises(Error, match="documents_reading_of_receipt"), transaction.atomic():
        row.update(book=BookFactory())
    with pytest.raises(Error, match="documents_reading_says_what_was_read"), transaction.atomic():
        row.update(total=3)
    with pytest.raises(Error, match="documents_reading_ended_or_waits"), transaction.atomic():
        row.update(state="failed", read_at=NOW)
