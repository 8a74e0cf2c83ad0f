"""Calls from several processes, and from one that is killed in the middle."""

import logging
import os
import signal
import subprocess
import sys
import threading

import pytest
from django.contrib import admin
from django.db import connections

from ledgerflow.core.doing import begun
from ledgerflow.ops.admin import ErrorEventAdmin
from ledgerflow.ops.error_log.handler import ErrorLogHandler
from ledgerflow.ops.error_log.writer import WRITER
from ledgerflow.ops.models import ErrorEvent
from ledgerflow.toolbox.models import Outcome, ToolRun
from ledgerflow.toolbox.services.calling import ToolFailedError, ToolNotAllowedError
from tests.lives import comes_true, is_held
from tests.workers import database_address

#: A warm process that starts beside many others is given the time it needs; what is looked at here is no speed.
_START_SECONDS = 600

_CALLER = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django, tools
django.setup()
tools.__path__.append(sys.argv[1])
from django.utils import timezone
from ledgerflow.toolbox.models import Asker
from ledgerflow.books.models import Book
from ledgerflow.toolbox.services.calling import Asking, call_tool
call_tool(
    path=sys.argv[2], arguments={}, now=timezone.now(),
    asking=Asking(through=Asker.JOB, book=Book.objects.get(slug=sys.argv[3])),
)
"""


@pytest.fixture(autouse=True)
def _patience(monkeypatch):
    monkeypatch.setattr("ledgerflow.toolbox.sandbox._START_SECONDS", _START_SECONDS)


def _in_another_process(act):
    """Fork and return the process; what is open here is left alone there."""
    connections.close_all()
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        act()
        status = 0
    finally:
        os._exit(status)
    return None


def test_processes_at_the_edge_of_a_budget_do_not_pass_it_together(bench):
    path = bench.tool("time.sleep(0.05)\nreturn Said('x')", permissions="calls_a_day=20, timeout_seconds=120")
    bench.call(path)

    def call_often():
        for _ in range(15):
            try:
                bench.call(path)
            except ToolNotAllowedError:
                continue

    children = [_in_another_process(call_often) for _ in range(3)]
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]

    outcomes = list(ToolRun.objects.filter(module_path=path).values_list("outcome", flat=True))
    assert outcomes.count(Outcome.DONE) == 20
    assert outcomes.count(Outcome.REFUSED) == 26


def test_nothing_is_left_of_a_call_whose_process_is_killed(bench, tmp_path):
    mark = tmp_path / "alive"
    # The parent leaves the lock to a child that leaves its group.
    path = bench.tool(
        f"import fcntl\nheld = open({str(mark)!r}, 'w')\nfcntl.flock(held, fcntl.LOCK_EX)\n"
        "if not os.fork(): os.setsid()\ntime.sleep(600)",
        permissions="timeout_seconds=600",
    )
    environment = {
        **os.environ,
        "DATABASE_URL": database_address("default"),
        "DATABASE_OWNER_URL": database_address("owner"),
    }
    caller = subprocess.Popen(
        [sys.executable, "-c", _CALLER, str(bench.folder), path, bench.book.slug], env=environment
    )
    assert comes_true(lambda: is_held(mark), _START_SECONDS)

    caller.send_signal(signal.SIGKILL)
    caller.wait()

    assert comes_true(lambda: not is_held(mark))
    assert bench.run(path).outcome == Outcome.RUNNING  # until housekeeping looks


def test_a_process_forked_beside_threads_calls_on_its_own(bench):
    # The slower the machine, the more calls the threads make meanwhile: no limit of calls may end them.
    path = bench.tool(
        "time.sleep(0.3)\nreturn Said('x')",
        permissions="timeout_seconds=120, calls_a_minute=1_000_000, calls_a_day=1_000_000",
    )
    are_calling, stop = threading.Barrier(5), threading.Event()

    def call_on():
        bench.call(path)
        are_calling.wait(_START_SECONDS)
        while not stop.is_set():
            bench.call(path)
        connections.close_all()

    threads = [threading.Thread(target=call_on) for _ in range(4)]
    for thread in threads:
        thread.start()
    are_calling.wait(_START_SECONDS)
    children = [_in_another_process(lambda: bench.call(path)) for _ in range(4)]
    statuses = [os.waitpid(child, 0)[1] for child in children]
    stop.set()
    for thread in threads:
        thread.join()

    assert statuses == [0] * 4
    assert bench.call(path).result["text"] == "x"


def test_an_error_of_a_tool_stands_in_the_error_log_with_tool_and_run(bench):
    path = bench.tool("raise KeyError if text == 'key' else ValueError(text)", arguments="text: str")
    handler = ErrorLogHandler()
    logging.getLogger().addHandler(handler)
    try:
        for text in ("key", "a private payee", "another private payee"):
            with begun(job_id=7, job_name="test"), pytest.raises(ToolFailedError):
                bench.call(path, text=text)
        assert WRITER.flush(120)
    finally:
        logging.getLogger().removeHandler(handler)

    event, other = ErrorEvent.objects.filter(tool=path).order_by("-count")
    assert [(each.kind, each.count) for each in (event, other)] == [("ValueError", 2), ("KeyError", 1)]
    run = bench.run(path)
    shown = ErrorEventAdmin(ErrorEvent, admin.site).tool_link(event)
    assert f'<a href="/tools/runs/{run.pk}/">run {run.pk}</a>' in shown
    assert f"Run {bench.run(path).pk} of {path}" in event.message
    assert (event.book_slug, event.job) == (bench.book.slug, 7)
    assert "private" not in event.message + event.traceback
