"""`manage.py test` runs the suite that `make test` runs."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PASSING = "tests/core/test_money.py"


def _manage_test(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "test", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_hands_labels_and_verbosity_to_pytest() -> None:
    done = _manage_test("-v", "0", PASSING)

    assert done.returncode == 0, done.stderr
    assert " passed" in done.stdout


@pytest.mark.parametrize("content", ["def test_it_fails(): assert False", "def test_broken("])
def test_it_fails_when_pytest_fails(tmp_path: Path, content: str) -> None:
    (tmp_path / "test_sample.py").write_text(content)

    done = _manage_test("--failfast", str(tmp_path))

    assert done.returncode == 1
