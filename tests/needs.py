"""Leaves out the tests whose program is missing, and says so at the end; ``--no-skips`` makes any skip a failure.

``--short`` leaves the heavy ones to ``make test-whole``: each has a shorter neighbor that keeps the same promise.
Loaded by ``-p tests.needs``, so that the tests of the tools are covered as well.
"""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.peers import BEAN_CHECK

ROOT = Path(__file__).resolve().parents[1]
#: Marker, its name for people, and the programs of which one must be there.
NEEDS = {
    "browser": ("Chromium", ("chromium", "chromium-browser")),
    "redis": ("Redis", ("redis-server",)),
    "hledger": ("hledger", ("hledger",)),
    "postgresql15": ("PostgreSQL 15", ("/usr/lib/postgresql/15/bin/initdb",)),
    "searx": ("searx", ("searx-run",)),
    "inspector": ("the MCP inspector", ("mcp-inspector", str(ROOT / "node_modules/.bin/mcp-inspector"))),
    "beancount": ("Beancount", (str(BEAN_CHECK),)),
}


#: By this the coverage starts itself in a pytest, also in one that a test runs.
_COVERAGE = "SLIPCOVER_ENABLED"
_covered: dict[str, str] = {}


def program(marker: str) -> str | None:
    """Return the path of the program that tests with the marker need, if it is there."""
    return next((path for name in NEEDS[marker][1] if (path := shutil.which(name))), None)


def pytest_sessionstart() -> None:
    """Keep coverage out of what a worker's tests start; the controller hands it on to its workers."""
    if "PYTEST_XDIST_WORKER" in os.environ and _COVERAGE in os.environ:
        _covered[_COVERAGE] = os.environ.pop(_COVERAGE)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="fail when any test is left out")
    parser.addoption("--short", action="store_true", help="leave heavy tests to make test-whole")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--short"):
        return
    heavy = [item for item in items if item.get_closest_marker("heavy")]
    items[:] = [item for item in items if not item.get_closest_marker("heavy")]
    config.hook.pytest_deselected(items=heavy)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, (name, _) in NEEDS.items():
        if item.get_closest_marker(marker) and program(marker) is None:
            pytest.skip(f"{name} is not installed")


def _skipped(config: pytest.Config) -> list[pytest.TestReport]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get("skipped", []) if reporter else []


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    os.environ.update(_covered)
    if session.config.getoption("--no-skips") and _skipped(session.config) and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("--short"):
        terminalreporter.write_line("Heavy tests were left to `make test-whole` (--short).")
    counts: Counter[str] = Counter()
    for report in _skipped(config):
        missing = [NEEDS[each][0] for each in NEEDS if each in report.keywords and program(each) is None]
        counts[" and ".join(missing)] += 1
    for name, count in sorted(counts.items()):
        what = "test was" if count == 1 else "tests were"
        why = f"want of {name}" if name else "another reason (see SKIPPED above)"
        terminalreporter.write_line(f"{count} {what} left out for {why}.", yellow=True)
    if counts and config.getoption("--no-skips"):
        terminalreporter.write_line(
            "No test may be left out here (--no-skips), so the run has failed.", red=True
        )
