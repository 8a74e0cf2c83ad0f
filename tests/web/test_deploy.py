"""Django's own deployment checks, as a server would run them."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: What the developer or the browser tests of this process set for themselves.
_OF_THE_TESTS = {"DEBUG", "DJANGO_ALLOW_ASYNC_UNSAFE"}


def test_they_find_nothing_behind_https(tmp_path):
    environment = {
        **{name: value for name, value in os.environ.items() if name not in _OF_THE_TESTS},
        "LEDGERFLOW_URL": "https://books.example.org",
        "LEDGERFLOW_DATA_DIR": str(tmp_path),
    }

    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
