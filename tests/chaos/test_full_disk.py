"""The disk is full under everything, PostgreSQL included: a sentence, nothing half kept, and on it goes with room."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.make_ofx import write_ofx

_LINES = 4_000
_ROOM_MB, _MORE_MB = 8, 600


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own for the data folder (as root)."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_MORE_MB}m", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting is not permitted")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def _leave_room(disk: Path, megabytes: int) -> None:
    found = os.statvfs(disk)
    used = (found.f_blocks - found.f_bfree) * found.f_frsize // 1024 // 1024
    subprocess.run(["mount", "-o", f"remount,size={used + megabytes}m", disk], check=True)


def _ledgerflow(disk: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value for name, value in os.environ.items() if not name.endswith(("_URL", "_DIR", "DEBUG"))
    }
    return subprocess.run(
        [sys.executable, "-m", "ledgerflow.cli", *words],
        env={**environment, "LEDGERFLOW_DATA_DIR": str(disk / "data")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def _import(disk: Path, book: str, file: Path) -> tuple[subprocess.CompletedProcess[str], dict[str, object]]:
    """Import the file; without a row where not even its book could be made."""
    done = _ledgerflow(disk, "import", "--book", book, "--create", "--wait", "--format", "json", str(file))
    return done, json.loads(done.stdout)[0] if done.stdout else {}


def _is_a_sentence(done: subprocess.CompletedProcess[str]) -> bool:
    """Whether the command failed with one sentence about room, and without one about this program's inside."""
    return done.returncode == 1 and "disk is full" in done.stderr and "OperationalError" not in done.stderr


@pytest.mark.heavy
def test_a_full_disk_under_the_database_is_a_sentence_and_nothing_is_half_kept(disk, tmp_path):
    file = tmp_path / "many.ofx"
    write_ofx(_LINES, file)
    _, first = _import(disk, "first", file)
    assert first["new"] == _LINES
    assert _ledgerflow(disk, "review", "--book", "first", "accept", "--all").returncode == 0

    _leave_room(disk, _ROOM_MB)
    for number in range(8):
        done, row = _import(disk, f"book-{number}", file)
        if done.returncode:
            break
    posting = _ledgerflow(disk, "post", "--book", "first")
    checked = _ledgerflow(disk, "verify")

    # What the disk has no room for first is the file, its import, or the book: each is told, and keeps nothing.
    if row:
        assert done.returncode == 2
        assert (row["state"] in {"refused", "failed"}, row["new"]) == (True, 0)
        assert "nothing of" in str(row["message"])
        assert "Make room" in str(row["message"])
    else:
        assert _is_a_sentence(done), done.stderr
    assert posting.returncode == 0 or _is_a_sentence(posting), posting.stderr
    assert "Traceback" not in done.stderr + posting.stderr
    assert checked.returncode == 0 or _is_a_sentence(checked), checked.stdout + checked.stderr

    subprocess.run(["mount", "-o", f"remount,size={_MORE_MB}m", disk], check=True)
    _, again = _import(disk, f"book-{number}", file)
    assert (again["state"], again["new"]) == ("ready", _LINES)
    assert _ledgerflow(disk, "post", "--book", "first").returncode == 0
    assert _ledgerflow(disk, "verify").returncode == 0
    shown = _ledgerflow(disk, "report", "trial-balance", "--book", "first", "--format", "json")
    assert shown.returncode == 0


def test_a_database_without_room_to_start_says_so_and_starts_once_there_is_some(disk):
    assert _ledgerflow(disk, "verify").returncode == 0
    _leave_room(disk, _ROOM_MB)
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"x" * 4096):
            pass

    refused = _ledgerflow(disk, "verify")
    filler.unlink()
    _leave_room(disk, _MORE_MB)

    assert _is_a_sentence(refused), refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    assert _ledgerflow(disk, "verify").returncode == 0
