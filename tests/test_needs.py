"""A run says which tests it left out and why, and can be told to leave out none."""

import os
import subprocess
import sys
from pathlib import Path

from tests.sources import ROOT

SAMPLE = """
import pytest

@pytest.mark.browser
def test_it_opens_a_page(): pass

@pytest.mark.redis
def test_it_caches(): pass

def test_it_adds(): pass

@pytest.mark.heavy
def test_it_toils(): pass

@pytest.mark.skip(reason="of a mood")
def test_it_sulks(): pass
"""


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_sample.py").write_text(SAMPLE)
    # An empty folder as PATH: no program is installed there.
    variables = {**os.environ, "PATH": str(folder), "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-c",
            os.devnull,
            "--rootdir",
            folder,
            "-p",
            "tests.needs",
            *arguments,
            folder,
        ],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_names_what_it_left_out_and_passes(tmp_path: Path) -> None:
    done = _run(tmp_path, "--short")

    assert done.returncode == 0, done.stdout
    assert "Heavy tests were left to `make test-whole` (--short)." in done.stdout
    assert "1 test was left out for want of Chromium." in done.stdout
    assert "1 test was left out for want of Redis." in done.stdout
    assert "1 test was left out for another reason" in done.stdout
    assert "1 passed, 3 skipped, 1 deselected" in done.stdout.splitlines()[-1]


def test_it_fails_where_none_may_be_left_out(tmp_path: Path) -> None:
    done = _run(tmp_path, "--no-skips")

    assert done.returncode == 1
    assert "No test may be left out here" in done.stdout


def test_it_passes_where_none_was_left_out(tmp_path: Path) -> None:
    done = _run(tmp_path, "--no-skips", "-k", "adds")

    assert done.returncode == 0, done.stdout
    assert "left out" not in done.stdout
