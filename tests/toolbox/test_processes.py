"""Calls from several processes, and from one that is killed in the middle."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from django.db import connections

from ledgerflow.core.doing import begun
from ledgerflow.ops.error_log.handler import ErrorLogHandler
from ledgerflow.ops.error_log.writer import WRITER
from ledgerflow.ops.models import ErrorEvent
from ledgerflow.toolbox.models import Outcome, ToolRun
from ledgerflow.toolbox.services.calling import ToolFailedError, ToolNotAllowedError
from tests.workers import database_address

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
    path = bench.tool("time.sleep(0.05)\nreturn Said('x')", permissions="calls_a_day=20")
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
    path = bench.tool(
        f"if not os.fork(): os.setsid()\nwhile True:\n    open({str(mark)!r}, 'w').write(str(time.time()))\n"
        "    time.sleep(0.02)",
        permissions="timeout_seconds=120",
    )
    environment = {
        **os.environ,
        "DATABASE_URL": database_address("default"),
        "DATABASE_OWNER_URL": database_address("owner"),
    }
    caller = subprocess.Popen(
        [sys.executable, "-c", _CALLER, str(bench.folder), path, bench.book.slug], env=environment
    )
    until = time.monotonic() + 60
    while not mark.exists() and time.monotonic() < until:
        time.sleep(0.1)
    assert mark.exists()

    caller.send_signal(signal.SIGKILL)
    caller.wait()

    time.sleep(1.5)
    before = mark.read_text()
    time.sleep(0.3)
    assert mark.read_text() == before
    assert bench.run(path).outcome == Outcome.RUNNING  # until housekeeping looks


def test_a_process_forked_beside_threads_calls_on_its_own(bench):
    path = bench.tool("time.sleep(0.3)\nreturn Said('x')")
    stop = threading.Event()

    def call_on():
        while not stop.is_set():
            bench.call(path)
        connections.close_all()

    threads = [threading.Thread(target=call_on) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    children = [_in_another_process(lambda: bench.call(path)) for _ in range(4)]
    statuses = [os.waitpid(child, 0)[1] for child in children]
    stop.set()
    for thread in threads:
        thread.join(30)

    assert statuses == [0] * 4
    assert bench.call(path).result["text"] == "x"


def test_an_error_of_a_tool_stands_in_the_error_log_with_tool_and_run(bench):
    path = bench.tool("raise ValueError(text)", arguments="text: str")
    handler = ErrorLogHandler()
    logging.getLogger().addHandler(handler)
    try:
        with begun(job_id=7, job_name="test"), pytest.raises(ToolFailedError):
            bench.call(path, text="a private payee")
        assert WRITER.flush(20)
    finally:
        logging.getLogger().removeHandler(handler)

    [event] = ErrorEvent.objects.filter(tool=path)
    assert f"Run {bench.run(path).pk} of {path}" in event.message
    assert (event.book_slug, event.job) == (bench.book.slug, 7)
    assert "private" not in event.message + event.traceback
