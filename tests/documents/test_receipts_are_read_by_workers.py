"""A real worker reads a receipt; one that is killed meanwhile loses nothing."""

import signal
import time
from collections.abc import Callable

from ledgerflow.documents.models import ReceiptReading
from ledgerflow.documents.services import keep_receipt
from ledgerflow.toolbox.models import ToolRun
from tests.booked import NOW
from tests.factories import BookFactory
from tests.workers import start_worker
from tools.receipt_reader.tests.drawing import RECEIPTS, as_picture


def _wait(condition: Callable[[], bool], seconds: float = 90) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_a_worker_that_is_killed_while_it_reads_leaves_the_receipt_to_the_next(
    committed_db, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path / "documents"
    picture = as_picture(RECEIPTS["cafe_dollar"])
    receipt = keep_receipt(book=BookFactory(), name="a.png", content=picture, user=None, now=NOW)
    killed = start_worker(str(tmp_path))
    assert _wait(lambda: ToolRun.objects.filter(subject=f"receipt {receipt.pk}").exists())
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert ReceiptReading.objects.get(receipt=receipt).state == "waiting"

    following = start_worker(str(tmp_path))
    try:
        assert _wait(lambda: ReceiptReading.objects.get(receipt=receipt).state == "read")
    finally:
        following.terminate()
        following.wait()
    assert str(ReceiptReading.objects.get(receipt=receipt).total) == "12.29000000"
