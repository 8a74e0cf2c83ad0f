"""Calls of a tool that computes: ``python -m benchmarks.tool_calls [CALLS]``.

The same function called as it is and through the registry: consent, limits, both records of the run in PostgreSQL, a
process of its own, arguments and result held against their schemas. Both in turns; what is told is the median. The goal
is for a call by itself: 10 ms lie between two, in which the next child is forked, as between the calls of a person or a
job that does something with each answer. Then without a pause, where each call also pays for the child before.
Then the page that lists runs, of 10,000 of many books, tools and people, plain and narrowed, through every middleware;
the median of fifteen.
"""

import statistics
import sys
import tempfile
import time
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import tools
from benchmarks import scratch
from benchmarks.table import Row, render
from ledgerflow.books.models import Book
from ledgerflow.toolbox.loader import load
from ledgerflow.toolbox.models import Asker, Outcome, Tool, ToolRun
from ledgerflow.toolbox.services.attempts import TOOLS
from ledgerflow.toolbox.services.calling import Asking, call_tool
from ledgerflow.toolbox.services.registry import enable_tool, sync_tools
from ledgerflow.users.models import User

_GOAL_MS = 3.0
_PAUSE_SECONDS = 0.01
_RUNS, _BOOKS, _PAGE_GOAL_MS, _ROUNDS = 10_000, 12, 100.0, 15
_SOURCE = '''
from dataclasses import dataclass
from decimal import Decimal
from tools.contract import Manifest, Permissions

__all__ = ["work"]
MANIFEST = Manifest(
    version="1.0.0", kind="other", summary="Works a little.",
    permissions=Permissions(calls_a_minute=1_000_000, calls_a_day=100_000_000),
)


@dataclass(frozen=True)
class Worked:
    total: Decimal
    words: tuple[str, ...]


def work(text: str, amounts: list[Decimal]) -> Worked:
    """Add up amounts and split a text."""
    return Worked(sum(amounts, Decimal(0)), tuple(text.split()))
'''
_PATH = "tools.measured_tool.work"


def rows(calls: int) -> list[Row]:
    """Measure the call through the registry beside the plain one."""
    with tempfile.TemporaryDirectory() as folder, scratch.database():
        package = Path(folder) / "measured_tool"
        package.mkdir()
        (package / "__init__.py").write_text(_SOURCE)
        (package / "requirements.txt").write_text("")
        tools.__path__.append(folder)
        try:
            setting = _set_up()
            plain, called = _measured(setting, calls, pause=_PAUSE_SECONDS)
            _, at_once = _measured(setting, calls, pause=0)
            pages = _pages()
        finally:
            tools.__path__.remove(folder)
            TOOLS.close()
    overhead = (called - plain) * 1000
    return [
        Row(
            "a tool's call on record",
            f"{called * 1000:.2f} ms",
            f"plain function {plain * 1000:.3f} ms",
            overhead,
            "ms more",
            _GOAL_MS,
            at_most=True,
        ),
        Row(
            "the same, one after the other",
            f"{at_once * 1000:.2f} ms",
            "",
            (at_once - plain) * 1000,
            "ms more",
        ),
        *(
            Row(
                f"a page of {_RUNS:,} runs, {name}", f"{ms:.0f} ms", "", ms, "ms", _PAGE_GOAL_MS, at_most=True
            )
            for name, ms in pages.items()
        ),
    ]


def _set_up() -> Asking:
    [book] = scratch.open_books(1)
    admin, _ = User.objects.get_or_create(email="admin@example.org", is_firm_admin=True)
    sync_tools(now=timezone.now())
    enable_tool(tool=Tool.objects.get(module_path=_PATH), user=admin, now=timezone.now())
    return Asking(through=Asker.JOB, book=book, user=admin)


def _measured(asking: Asking, calls: int, *, pause: float) -> tuple[float, float]:
    before = ToolRun.objects.filter(outcome=Outcome.DONE).count()
    values = {"text": "POS 4711 EXAMPLE STORE", "amounts": ["12.50", "-3.25", "100.00"]}
    function, amounts = load(_PATH), [*map(Decimal, values["amounts"])]
    plain, called = [], []
    for number in range(calls + 5):
        time.sleep(pause)
        began = time.perf_counter()
        function(values["text"], amounts)
        between = time.perf_counter()
        call_tool(path=_PATH, arguments=values, asking=asking, now=timezone.now())
        ended = time.perf_counter()
        if number >= 5:  # the first call starts the warm process
            plain.append(between - began)
            called.append(ended - between)
    assert ToolRun.objects.filter(outcome=Outcome.DONE).count() == before + calls + 5
    return statistics.median(plain), statistics.median(called)


def _pages() -> dict[str, float]:
    """Return the milliseconds of the page of all those runs, by how it is narrowed.

    They are of many books, tools and people, at moments that lie weeks apart, as a year leaves them behind.
    """
    books, tools_there = scratch.open_books(_BOOKS), list(Tool.objects.order_by("pk"))
    admin = User.objects.get(email="admin@example.org")
    people = [admin, *(User.objects.create(email=f"{number}@example.org") for number in range(9))]
    now = timezone.now()
    ToolRun.objects.bulk_create(
        _run(number, tools_there[number % len(tools_there)], books[number % _BOOKS], people[number % 10], now)
        for number in range(_RUNS)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE toolbox_toolrun")
    client = Client(SERVER_NAME="localhost")
    client.force_login(admin)
    everywhere, tool = reverse("toolbox:runs"), tools_there[0]
    of_tool = reverse("toolbox:tool-runs", kwargs={"tool": tool.pk})
    oldest = ToolRun.objects.order_by("pk")[_RUNS // 10].pk
    addresses = {
        "all": everywhere,
        "of a tool": of_tool,
        "of a tool, failed": f"{of_tool}?outcome=failed",
        "of a book": f"{everywhere}?book={books[0].pk}",
        "of a book, by a person": f"{everywhere}?book={books[0].pk}&person={people[0].pk}",
        "of an outcome that is rare": f"{everywhere}?outcome={Outcome.MEMORY}",
        "of the last week, by MCP": f"{everywhere}?through={Asker.MCP}&since={(now - timedelta(days=7)).date()}",
        "the last page": f"{everywhere}?before={oldest}",
    }
    return {name: _milliseconds(client, address) for name, address in addresses.items()}


def _run(number: int, tool: Tool, book: Book, user: User, now: datetime) -> ToolRun:
    outcomes = [Outcome.DONE] * 17 + [Outcome.ERROR, Outcome.CACHED, Outcome.TIME]
    outcome = Outcome.MEMORY if number % 1_000 == 999 else outcomes[number * 7 % len(outcomes)]
    return ToolRun(
        tool=tool,
        module_path=tool.module_path,
        version=tool.version,
        book=book,
        asked_by=user,
        asked_through=Asker.values[number * 3 % len(Asker.values)],
        subject=f"line {number}",
        started_at=now - timedelta(minutes=50 * (_RUNS - number)),
        duration_ms=5.0,
        outcome=outcome,
        arguments={"text": "x" * 500},
    )


def _milliseconds(client: Client, address: str) -> float:
    taken = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        assert client.get(address).status_code == 200
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1000


if __name__ == "__main__":
    print(render(rows(int(sys.argv[1]) if len(sys.argv) > 1 else 300)))
