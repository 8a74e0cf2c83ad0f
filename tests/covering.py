"""Coverage counts what tests of the units execute; journeys, whole processes and generated examples run without it.

Being traced doubles or trebles the time of a test, and what those execute is executed by smaller tests too. Of a test
with many cases the first few are counted, because the others execute the same lines.
Loaded by ``-p tests.covering``, so that the tests of the tools are covered as well.
"""

import os
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
UNCOUNTED = (
    "tests/browser",
    "tests/chaos",
    "tests/embedded",
    "tests/fuzz",
    "tests/test_docs.py",
    "tests/test_every_url.py",
)
#: So many cases of a test are counted.
CASES = 4
#: By this coverage starts itself in the processes that a test starts.
_FOR_CHILDREN = "COVERAGE_PROCESS_CONFIG"


_seen: Counter[str] = Counter()


def _is_counted(item: pytest.Item) -> bool:
    test = getattr(item, "originalname", item.name)
    _seen[f"{item.path}::{test}"] += 1
    if _seen[f"{item.path}::{test}"] > CASES or getattr(item.function, "is_hypothesis_test", False):
        return False
    return not any(item.path.is_relative_to(ROOT / each) for each in UNCOUNTED)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    controller = getattr(item.config.pluginmanager.get_plugin("_cov"), "cov_controller", None)
    if controller is None or _is_counted(item):
        return (yield)
    for_children = os.environ.pop(_FOR_CHILDREN, None)
    controller.pause()
    try:
        return (yield)
    finally:
        controller.resume()
        if for_children is not None:
            os.environ[_FOR_CHILDREN] = for_children
