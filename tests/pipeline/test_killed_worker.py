"""A worker that is killed loses nothing and doubles nothing; a file that kills its worker is given up."""

import signal
import time
from collections.abc import Callable
from functools import partial

import pytest
from django.utils import timezone

from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services import receive_file
from ledgerflow.statements.models import Sighting, StatementLine
from ledgerflow.statements.services import create_bank_account
from tests.factories import BookFactory
from tests.pipeline.statements import NUMBER, large_ofx
from tests.workers import start_worker

_LINES = 6_000


def _wait(condition: Callable[[], bool], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.01)
    return False


def _received(settings, tmp_path) -> ImportRun:
    settings.MEDIA_ROOT = tmp_path / "documents"
    book = BookFactory()
    create_bank_account(book=book, name="Checking", kind="bank", currency="USD", number=NUMBER)
    file = large_ofx(_LINES)
    return receive_file(book=book, name=file.name, content=file.content, user=None, now=timezone.now()).run


def _state(run: ImportRun) -> str:
    run.refresh_from_db()
    return run.state


def _is_running(run: ImportRun, attempt: int) -> bool:
    return _state(run) == ImportRun.State.RUNNING and run.attempts == attempt


def test_a_killed_import_is_taken_up_again_and_ends_with_the_same_rows(committed_db, settings, tmp_path):
    run = _received(settings, tmp_path)
    killed = start_worker(str(tmp_path))
    assert _wait(lambda: _state(run) == ImportRun.State.RUNNING)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert not StatementLine.objects.exists()

    following = start_worker(str(tmp_path))
    try:
        assert _wait(lambda: _state(run) == ImportRun.State.READY)
    finally:
        following.terminate()
        following.wait()

    assert run.attempts == 2
    assert run.lines_new == StatementLine.objects.count() == Sighting.objects.count() == _LINES


@pytest.mark.heavy
def test_a_file_whose_worker_dies_three_times_is_given_up_with_a_sentence(committed_db, settings, tmp_path):
    run = _received(settings, tmp_path)
    for attempt in (1, 2, 3):
        worker = start_worker(str(tmp_path))
        assert _wait(partial(_is_running, run, attempt))
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    following = start_worker(str(tmp_path))
    try:
        assert _wait(lambda: _state(run) == ImportRun.State.FAILED)
    finally:
        following.terminate()
        following.wait()

    assert "died 3 times" in run.message
    assert not StatementLine.objects.exists()
