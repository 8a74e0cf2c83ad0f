"""The scripts at the project's root are thin, and say how they are used."""

import subprocess

import pytest

from tests.sources import ROOT


@pytest.mark.parametrize(
    "words",
    [
        ("backup_database.sh", "--env", "elsewhere"),
        ("backup_database.sh", "--env"),
        ("backup_database.sh", "file"),
        ("restore_database.sh",),
        ("restore_database.sh", "one", "two"),
        ("restore_database.sh", "latest", "--force"),
        ("restore_database.sh", "latest", "--env", "elsewhere"),
    ],
)
def test_wrong_use_is_answered_with_the_right_one(words):
    done = subprocess.run(
        [str(ROOT / words[0]), *words[1:]], capture_output=True, text=True, check=False, cwd=ROOT.parent
    )

    assert done.returncode == 2
    assert done.stderr.startswith(f"usage: {words[0]}")
