"""From which physical backup a restore begins and which line of history it follows, beside stand-ins for the rest."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.compose.stand_ins import Script

# Timeline 1 was left in the piece of WAL 5, timeline 2 in 8; what was backed up later on them leads nowhere any more.
_HISTORY = "1\t0/5000028\tbefore 2026-11-27 10:30:00+00\n\n2\t0/8000000\tno recovery target specified\n"
_BACKUPS = (
    ("full", "before-the-cluster", "08:00", "000000010000000000000002"),
    ("full", "first", "10:00", "000000010000000000000003"),
    ("incr", "left-with-1", "11:00", "000000010000000000000006"),
    ("incr", "second", "12:00", "000000020000000000000007"),
    ("diff", "left-with-2", "13:00", "000000020000000000000009"),
)
# It lists what can be restored, and restores nothing.
_PGBACKREST = """case "$*" in
  *info) cat "$REPOSITORY/info" ;;
  *) printf '%s\\n' "$@" >"$REPOSITORY/asked"; exit 1 ;;
esac"""


def _info() -> str:
    said = "stanza: ledgerflow\n    status: ok\n\n    db (prior)\n"
    for kind, label, time, wal in _BACKUPS:
        if label == "first":
            said += "\n    db (current)\n"
        said += (
            f"\n        {kind} backup: {label}\n"
            f"            timestamp start/stop: 2026-11-27 {time}:00 / 2026-11-27 {time}:05\n"
            f"            wal start/stop: {wal} / {wal}\n"
            "            database size: 42.1MB, database backup size: 42.1MB\n"
        )
    return said


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """With a live cluster on timeline 3; nothing is restored, what would be is written down."""
    made = Script(
        "lf-restore",
        tmp_path,
        pgbackrest=_PGBACKREST,
        pg_isready="exit 2",
        pg_controldata='[ -d "$1" ] && echo "Latest checkpoint\'s TimeLineID:       $(cat "$1/timeline")"',
    )
    (made.repository / "info").write_text(_info())
    live = tmp_path / "clusters" / "live"
    (live / "pg_wal").mkdir(parents=True)
    (live / "timeline").write_text("3")
    (live / "pg_wal" / "00000003.history").write_text(_HISTORY)
    return made


def _asked(script: Script) -> dict[str, str]:
    return dict(
        re.findall(
            r"^--(set|target-timeline|target)=(.*)$", (script.repository / "asked").read_text(), re.MULTILINE
        )
    )


def _beside(script: Script, to: str) -> subprocess.CompletedProcess[str]:
    done = script.run("beside", "--to", to)
    assert done.returncode == 1
    return done


@pytest.mark.parametrize(
    ("to", "backup"),
    [
        ("latest", "second"),
        ("2026-11-27 13:30:00", "second"),
        ("2026-11-27 13:04:00+01", "second"),
        ("2026-11-27 12:00:05", "first"),
        ("2026-11-27 11:30", "first"),
        ("2026-11-27 10:00:06", "first"),
    ],
)
def test_it_begins_from_the_newest_backup_that_leads_to_the_time_on_the_live_line(
    script: Script, to: str, backup: str
) -> None:
    _beside(script, to)

    asked = _asked(script)
    assert (asked["set"], asked["target-timeline"]) == (backup, "3")
    assert ("target" in asked) is (to != "latest")


def test_a_time_before_the_oldest_backup_of_the_cluster_is_refused(script: Script) -> None:
    refused = _beside(script, "2026-11-27 10:00:05")

    assert "a time before the oldest backup cannot be had" in refused.stderr
    assert not (script.repository / "asked").exists()


def test_after_a_restore_was_undone_the_line_that_came_back_is_followed_also_when_its_folder_is_lost(
    script: Script, tmp_path: Path
) -> None:
    replaced = tmp_path / "clusters" / "replaced-20261127T103000Z"
    replaced.mkdir()
    (replaced / "timeline").write_text("1")
    undone = script.run("back")
    assert undone.returncode == 0, undone.stderr

    _beside(script, "latest")
    while_it_is_there = _asked(script)
    (tmp_path / "clusters" / "live").rename(tmp_path / "lost")
    _beside(script, "latest")

    assert while_it_is_there == {"set": "left-with-1", "target-timeline": "1"}
    assert _asked(script) == while_it_is_there


def test_where_nobody_knows_the_live_line_the_choice_is_pgbackrests(script: Script, tmp_path: Path) -> None:
    (tmp_path / "clusters" / "live").rename(tmp_path / "lost")

    _beside(script, "latest")

    assert _asked(script) == {}


_RECOVERED = """echo "LOG:  redo done at 0/9FFFFA8 system usage"
echo "LOG:  last completed transaction was at log time 2026-11-27 13:10:00+00"
"""


@pytest.mark.parametrize("to", ["latest", "2026-11-27 13:30:00"])
@pytest.mark.parametrize("later", ["00000003000000000000000C", ""])
def test_where_wal_is_missing_before_other_wal_it_says_which_and_what_the_latest_time_is(
    script: Script, tmp_path: Path, to: str, later: str
) -> None:
    """Recovery ends after the piece 9; where the piece C is archived, A must once have been."""
    beside = tmp_path / "clusters" / "beside"
    itself = (tmp_path / "lf-restore").read_text()
    script.put("lf-restore", itself.replace("/tmp/ledgerflow-beside", f"{tmp_path}/beside"))
    script.put(
        "pgbackrest",
        f"""#!/bin/bash
        case "$*" in
          *info) cat "{script.repository}/info" ;;
          *restore) mkdir '{beside}'; : >'{beside}/postgresql.auto.conf'
            [[ "$*" != *--type=time* ]] || echo 'recovery_target_time = x' >'{beside}/postgresql.auto.conf' ;;
        esac""",
    )
    script.put(
        "postgres",
        f"""#!/bin/bash
        {_RECOVERED}
        if grep -qs recovery_target_time '{beside}/postgresql.auto.conf'; then
          echo "FATAL:  recovery ended before configured recovery target was reached"; exit 1
        fi
        touch '{beside}/promoted'; exec sleep 1""",
    )
    script.put("psql", f"#!/bin/bash\n[ -e '{beside}/promoted' ] && echo f")
    for program in ("lf-roles", "pg_checksums"):
        script.put(program, "#!/bin/bash\n")
    for cluster, piece in (("15-1", "00000003000000000000000F"), ("15-2", later)):
        place = script.repository / "archive" / "ledgerflow" / cluster / "0000000300000000"
        place.mkdir(parents=True)
        (place / f"{piece or '000000030000000000000009'}-0a1b.zst").touch()

    done = script.run("beside", "--to", to)

    assert done.returncode == 0, done.stderr
    said = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    assert said["reached"] == "2026-11-27 13:10:00+00"
    if later:
        assert said["warning"].startswith(
            f"WAL 00000003000000000000000A is missing in the archive although {later}"
        )
        assert "these are the books of 2026-11-27 13:10:00+00, the latest that can" in said["warning"]
    else:
        assert ("warning" in said) is (to != "latest")


def test_a_drill_takes_a_second_of_the_last_day_that_a_backup_leads_to(script: Script) -> None:
    (script.folder / "date").write_text(
        '#!/bin/bash\n[ "$*" = +%s ] && set -- -u -d \'2026-11-27 14:00:00\' +%s\nexec /bin/date "$@"\n'
    )
    (script.folder / "date").chmod(0o755)

    moments = {script.run("random").stdout.strip() for _ in range(20)}

    assert len(moments) > 1
    assert all("2026-11-27 10:00:06" <= moment <= "2026-11-27 14:00:00" for moment in moments)
