"""Somebody deletes an account's lines by raw SQL; one command brings the books of the second before back."""

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ledgerflow import embedded
from ledgerflow.embedded.base_backups import base_backups
from tests.cli.test_up import _NOT_INHERITED, Up, _free_port
from tests.embedded import processes

_STATEMENT = "Date,Description,Amount,Balance\n" + "".join(
    f"2026-01-{day:02},Coffee {day},-{day}.00,{1000 - day * (day + 1) // 2}.00\n" for day in range(1, 21)
)
_LINES = "SELECT count(*) FROM ledger_journalline"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A data folder and, elsewhere, its backups; WAL is archived as it is for everybody."""
    root = tmp_path_factory.mktemp("restore")
    (root / "statement.csv").write_text(_STATEMENT)
    yield root
    processes.wait_until_stopped(root / "data")


def _environment(root: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    return kept | {
        "LEDGERFLOW_DATA_DIR": str(root / "data"),
        "LEDGERFLOW_BACKUP_DIR": str(root / "backups"),
        "LEDGERFLOW_POINT_IN_TIME": "1",
    }


def _ledgerflow(root: Path, *words: str, status: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "ledgerflow.cli", *words],
        env=_environment(root),
        cwd=processes.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def _copies(root: Path) -> int:
    return sum(
        len(base_backups(generation))
        for generation in embedded.Archive(root / "backups" / "recovery").generations()
    )


def test_a_deleted_accounts_lines_come_back_with_one_command(place, monkeypatch):
    for name, value in _environment(place).items():
        monkeypatch.setenv(name, value)
    with Up(place / "data", _free_port()):
        processes.wait_for(lambda: _copies(place) == 1, seconds=90)
        _ledgerflow(place, "import", "--book", "shop", "--create", "--wait", str(place / "statement.csv"))
        _ledgerflow(place, "review", "--book", "shop", "accept", "--all")
        _ledgerflow(place, "post", "--book", "shop")
        database = embedded.connection(place / "data")
        with database.connect(role="postgres") as superuser:
            (before,) = superuser.execute(_LINES).fetchone()
            time.sleep(1.1)
            moment = datetime.now(UTC)
            time.sleep(1.1)
            superuser.execute("SET session_replication_role = replica")
            superuser.execute(
                "DELETE FROM ledger_journalline WHERE account_id ="
                " (SELECT account_id FROM ledger_journalline GROUP BY 1 ORDER BY count(*) DESC LIMIT 1)"
            )
        _ledgerflow(place, "verify", "--book", "shop", status=1)

        said = _ledgerflow(place, "restore", "--to", f"{moment:%Y-%m-%d %H:%M:%S.%f+00:00}", "--yes")

        with database.connect(role="postgres") as superuser:
            assert superuser.execute(_LINES).fetchone() == (before,)
    assert before == 40
    assert "shop: 20 entries with their former lines (1, 2, 3, 4, 5, …)" in said
    assert "The replaced database is kept for 7 days as postgres.before-" in said
    assert _copies(place) == 2
    assert _ledgerflow(place, "verify", "--book", "shop").strip() == "[]"


@pytest.mark.heavy
def test_books_of_before_a_restore_are_said_to_be_that_until_the_first_copy_after_it(place):
    base = embedded.Archive(place / "backups" / "recovery").generations()[0].base
    base.rename(base.with_name("hidden"))

    try:
        moment = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S+00:00}"
        said = _ledgerflow(place, "restore", "--to", moment, "--dry-run", status=1)
    finally:
        base.with_name("hidden").rename(base)

    assert "other books took the place of these" in said
    assert "these are the books of before, last changed at" in said
    assert "Entry 1 is out of balance" in said


@pytest.mark.heavy
def test_the_drill_proves_dump_and_moment_and_names_one_flipped_byte(place):
    (dump,) = json.loads(_ledgerflow(place, "backup", "create"))
    assert dump["lines"] == 40
    assert json.loads(_ledgerflow(place, "backup", "verify"))[0]["state"] == "good"

    said = _ledgerflow(place, "backup", "drill")

    assert f"{Path(dump['file']).name} restored and verified in " in said
    assert "The books of 20" in said
    assert "Lost if the database vanished now: the last " in said

    dry = _ledgerflow(place, "restore", "--to", dump["file"], "--dry-run")
    assert "Every posted entry is the same in the live books.\nNothing was changed." in dry

    victim = next(
        path
        for path in sorted((place / "backups" / "recovery").rglob("base/*/data/base/*/*"))
        if path.is_file() and path.stat().st_size
    )
    content = bytearray(victim.read_bytes())
    content[50] ^= 1
    victim.write_bytes(content)
    assert f"{victim.name} is damaged" in _ledgerflow(place, "backup", "drill", status=1)
    Path(dump["file"]).write_bytes(Path(dump["file"]).read_bytes()[:-1])
    assert "damaged" in _ledgerflow(place, "backup", "verify", status=1)
    assert "bytes where" in _ledgerflow(place, "restore", "--to", dump["file"], "--yes", status=2)


def test_a_missing_file_of_a_document_comes_back_from_the_backups_or_is_named(place):
    _ledgerflow(place, "backup", "create")  # a copy of the documents goes with it
    (file,) = (path for path in (place / "data" / "documents").rglob("*") if path.is_file())
    file.unlink()

    said = _ledgerflow(place, "backup", "documents")

    assert "Every document has its file." in said
    assert hashlib.sha256(file.read_bytes()).hexdigest() == file.name
    file.unlink()
    (place / "backups" / "documents" / file.name[:2] / file.name).unlink()
    assert f"the first is {file.name}" in _ledgerflow(place, "backup", "documents", status=1)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--to", "yesterday"), "neither a moment such as"),
        (("--to", "2026-01-01 00:00:00", "--drop-existing"), "--drop-existing goes with a dump"),
        (("--to", "none.sql.gz", "--drop-existing", "--confirm", "other"), "needs the name of the database"),
        (("--to", "1999-01-01 00:00:00", "--yes"), "The archive in .* begins at"),
    ],
)
def test_what_cannot_be_restored_is_said_in_a_sentence(place, words, sentence):
    assert re.search(sentence, _ledgerflow(place, "restore", *words, status=1))
