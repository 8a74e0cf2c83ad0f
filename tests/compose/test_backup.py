"""When a physical backup counts as made and the repository as sound: the script, beside stand-ins for the rest."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ledgerflow.ops.backups.server_backups import ServerBackups, server_backups
from tests.compose.stand_ins import Script

# Instead of waiting it ends the script that would go on for ever.
_SLEEP = 'kill "$PPID"'


# It writes down what it is asked, and finds the repository sound.
_PGBACKREST = 'echo "$@" >>"$REPOSITORY/asked"; case "$*" in *verify) echo "status: ok" ;; esac'


def _script(folder: Path, pgbackrest: str) -> Script:
    return Script("lf-backup", folder, **{"pgbackrest": pgbackrest, "sleep": _SLEEP, "lf-restore": ":"})


def test_the_schedule_makes_and_verifies_what_is_due_and_says_so_to_ledgerflow(tmp_path: Path) -> None:
    script = _script(tmp_path, _PGBACKREST)

    done = script.run("schedule")
    again = script.run("schedule")

    assert (done.returncode, done.stdout) == (0, "Backed up: full.\n")
    assert (again.returncode, again.stdout) == (0, "")
    assert (script.repository / "asked").read_text().splitlines() == [
        "--stanza=ledgerflow --type=full backup",
        "--stanza=ledgerflow --output=text --verbose verify",
    ]
    assert script.run("fresh").returncode == 0
    said = server_backups(tmp_path / "backups.json")
    assert said.faults(now=datetime.now(UTC), oldest=timedelta(hours=26)) == []
    assert (said.problem, said.is_sound, said.drill_held) == ("", True, None)
    assert said.backed_up_at <= said.verified_at


def test_a_day_later_backup_and_verification_are_due_again(tmp_path: Path) -> None:
    script = _script(tmp_path, _PGBACKREST)
    script.run("schedule")
    for mark in ("newest-any", "verified"):
        os.utime(script.repository / mark, (0, time.time() - 24 * 3600))

    script.run("schedule")

    assert (script.repository / "asked").read_text().splitlines()[2:] == [
        "--stanza=ledgerflow --type=incr backup",
        "--stanza=ledgerflow --output=text --verbose verify",
    ]


def test_a_repository_found_damaged_by_the_schedule_is_said_to_ledgerflow(tmp_path: Path) -> None:
    script = _script(tmp_path, 'case "$*" in *verify) echo "status: error" ;; esac')

    done = script.run("schedule")

    assert "the repository is damaged" in done.stderr
    said = server_backups(tmp_path / "backups.json")
    assert said.is_sound is False
    assert said.faults(now=datetime.now(UTC), oldest=timedelta(hours=26)) == [
        "the repository of physical backups is damaged"
    ]


def test_a_backup_that_failed_is_said_and_never_counts_as_made(tmp_path: Path) -> None:
    script = _script(tmp_path, 'echo "no space left" >&2; exit 82')

    done = script.run("schedule")
    by_hand = script.run("incr")

    assert (done.returncode, done.stdout) == (0, "")
    assert "the full backup failed; it is tried again in five minutes" in done.stderr
    assert (by_hand.returncode, by_hand.stdout) == (1, "")
    assert list(script.repository.glob("newest-*")) == []
    assert "or there is none" in script.run("fresh").stderr
    assert server_backups(tmp_path / "backups.json").backed_up_at is None


def test_a_drill_is_noted_and_told_and_the_last_moment_that_held_is_remembered(tmp_path: Path) -> None:
    _script(tmp_path, ":")
    restore = Script("lf-restore", tmp_path)

    def drilled(moment: str, held: str) -> ServerBackups:
        assert restore.run("drilled", moment, held).returncode == 0
        return server_backups(tmp_path / "backups.json")

    refused = restore.run("drilled", "2026-11-23 14:05:00", "perhaps")
    held = drilled("2026-11-23 15:05:00+01", "true")
    failed = drilled("2026-11-24 14:05:00", "false")

    assert refused.returncode == 1
    assert held.drill_held is True
    assert held.moment == failed.moment == datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
    assert held.proved_at == failed.proved_at
    assert failed.drill_held is False
    assert "the last restore of a moment for trial did not hold" in failed.faults(
        now=datetime.now(UTC), oldest=timedelta(hours=26)
    )


@pytest.mark.parametrize(
    ("said", "status"), [("status: error", 0), ("status: ok", 28), ("nothing of the kind", 0)]
)
def test_a_repository_that_does_not_verify_is_refused_with_what_was_found(
    tmp_path: Path, said: str, status: int
) -> None:
    script = _script(tmp_path, f'echo "{said}"; exit {status}')

    refused = script.run("verify")

    assert (refused.returncode, refused.stdout) == (1, f"{said}\n")
    assert "the repository is damaged" in refused.stderr


def test_a_sound_repository_verifies(tmp_path: Path) -> None:
    done = _script(tmp_path, 'echo "status: ok"').run("verify")

    assert (done.returncode, done.stdout) == (0, "status: ok\n")
