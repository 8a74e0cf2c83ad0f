"""When a physical backup counts as made and the repository as sound: the script, beside stand-ins for the rest."""

from pathlib import Path

import pytest

from tests.compose.stand_ins import Script

# Instead of waiting it ends the script that would go on for ever.
_SLEEP = 'kill "$PPID"'


def _script(folder: Path, pgbackrest: str) -> Script:
    return Script("lf-backup", folder, **{"pgbackrest": pgbackrest, "sleep": _SLEEP, "lf-restore": ":"})


def test_the_schedule_makes_what_is_due_and_then_calls_it_fresh(tmp_path: Path) -> None:
    script = _script(tmp_path, 'echo "$@" >>"$REPOSITORY/asked"')

    done = script.run("schedule")
    again = script.run("schedule")

    assert (done.returncode, done.stdout) == (0, "Backed up: full.\n")
    assert (again.returncode, again.stdout) == (0, "")
    assert (script.repository / "asked").read_text() == "--stanza=ledgerflow --type=full backup\n"
    assert script.run("fresh").returncode == 0


def test_a_backup_that_failed_is_said_and_never_counts_as_made(tmp_path: Path) -> None:
    script = _script(tmp_path, 'echo "no space left" >&2; exit 82')

    done = script.run("schedule")
    by_hand = script.run("incr")

    assert (done.returncode, done.stdout) == (0, "")
    assert "the full backup failed; it is tried again in five minutes" in done.stderr
    assert (by_hand.returncode, by_hand.stdout) == (1, "")
    assert list(script.repository.glob("newest-*")) == []
    assert "or there is none" in script.run("fresh").stderr


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
