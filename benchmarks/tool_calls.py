"""Calls of a tool that computes: ``python -m benchmarks.tool_calls [CALLS]``.

The same function called as it is and through the registry: consent, limits, both records of the run in PostgreSQL, a
process of its own, arguments and result held against their schemas. Both in turns; what is told is the median.
Then the page that lists runs, of 10,000, plain and narrowed, through every middleware; the best of fifteen.
"""

import statistics
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

from django.test import Client
from django.urls import reverse
from django.utils import timezone

import tools
from benchmarks import scratch
from benchmarks.table import Row, render
from ledgerflow.toolbox.loader import load
from ledgerflow.toolbox.models import Asker, Outcome, Tool, ToolRun
from ledgerflow.toolbox.services.attempts import TOOLS
from ledgerflow.toolbox.services.calling import Asking, call_tool
from ledgerflow.toolbox.services.registry import enable_tool, sync_tools
from ledgerflow.users.models import User

_GOAL_MS = 3.0
_RUNS, _PAGE_GOAL_MS, _ROUNDS = 10_000, 100.0, 15
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
            plain, called = _measured(calls)
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
        *(
            Row(
                f"a page of {_RUNS:,} runs, {name}", f"{ms:.0f} ms", "", ms, "ms", _PAGE_GOAL_MS, at_most=True
            )
            for name, ms in pages.items()
        ),
    ]


def _measured(calls: int) -> tuple[float, float]:
    [book] = scratch.open_books(1)
    admin, _ = User.objects.get_or_create(email="admin@example.org", is_firm_admin=True)
    sync_tools(now=timezone.now())
    enable_tool(tool=Tool.objects.get(module_path=_PATH), user=admin, now=timezone.now())
    asking = Asking(through=Asker.JOB, book=book, user=admin)
    values = {"text": "POS 4711 EXAMPLE STORE", "amounts": ["12.50", "-3.25", "100.00"]}
    function, amounts = load(_PATH), [*map(Decimal, values["amounts"])]
    plain, called = [], []
    for number in range(calls + 5):
        began = time.perf_counter()
        function(values["text"], amounts)
        between = time.perf_counter()
        call_tool(path=_PATH, arguments=values, asking=asking, now=timezone.now())
        ended = time.perf_counter()
        if number >= 5:  # the first call starts the warm process
            plain.append(between - began)
            called.append(ended - between)
    assert ToolRun.objects.filter(outcome=Outcome.DONE).count() == calls + 5
    return statistics.median(plain), statistics.median(called)


def _pages() -> dict[str, float]:
    """Return the milliseconds of the page of all those runs, by how it is narrowed."""
    run = ToolRun.objects.select_related("tool").latest("pk")
    ToolRun.objects.bulk_create(
        ToolRun(
            tool=run.tool, module_path=run.module_path, version=run.version, book=run.book, asked_by=run.asked_by,
            asked_through=Asker.PERSON if number % 3 else Asker.JOB, started_at=run.started_at, duration_ms=5.0,
            outcome=Outcome.DONE if number % 10 else Outcome.ERROR, arguments={"text": "x" * 500},
        )
        for number in range(_RUNS)
    )  # fmt: skip
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(email="admin@example.org"))
    address = reverse("toolbox:tool-runs", kwargs={"tool": run.tool_id})
    found = {}
    for name, query in (("all", ""), ("failed", "outcome=failed"), ("of a book", f"book={run.book_id}")):
        taken = []
        for _ in range(_ROUNDS):
            began = time.perf_counter()
            assert client.get(f"{address}?{query}").status_code == 200
            taken.append(time.perf_counter() - began)
        found[name] = min(taken) * 1000
    return found


if __name__ == "__main__":
    print(render(rows(int(sys.argv[1]) if len(sys.argv) > 1 else 300)))
