"""Backups and restores in Docker, and what may be removed. Run by ``make test-compose``."""

import socket
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.compose.installation import Installation, docker, eventually, needs_docker

pytestmark = needs_docker


def test_the_database_goes_back_to_a_second_beside_the_live_one(dev: Installation) -> None:
    dev.import_file("checking.ofx")
    before = dev.lines()
    dev.inside("backup", "lf-backup", "incr")
    time.sleep(1.1)
    moment = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    dev.import_file("checking.csv")
    after = dev.lines()
    assert after > before
    dev.sql("DROP TABLE users_signinlink CASCADE")

    only_looked_at = dev.run("docker/restore.sh", "dev", "--to", moment, "--only-beside")
    assert "target=" in only_looked_at.stdout
    assert dev.lines() == after
    refused = dev.run("docker/restore.sh", "dev", "--swap", typed="yes\n", check=False)
    assert refused.returncode == 1
    assert dev.lines() == after
    dev.run("docker/restore.sh", "dev", "--swap", typed="ledgerflow\n")

    assert dev.lines() == before
    assert dev.sql("SELECT count(*) FROM users_signinlink") != "0"
    assert "WAL arrives" in dev.inside("postgres", "lf-backup", "check")
    dev.inside("django", "ledgerflow", "verify")  # its status is asserted


def test_a_time_after_the_last_archived_change_is_refused_with_what_there_is(dev: Installation) -> None:
    later = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%d %H:%M")

    refused = dev.run("docker/restore.sh", "dev", "--to", later, "--only-beside", check=False)

    assert refused.returncode == 1
    assert "or --to latest" in refused.stderr


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [("2001-01-01 00:00:00", "before the oldest backup"), ("yesterday'; DROP", "is no time such as")],
)
def test_a_time_that_cannot_be_had_leaves_nothing_behind(
    dev: Installation, moment: str, sentence: str
) -> None:
    refused = dev.run("docker/restore.sh", "dev", "--to", moment, "--only-beside", check=False)

    assert refused.returncode == 1
    assert sentence in refused.stderr + refused.stdout
    assert "nothing was restored" in dev.run("docker/restore.sh", "dev", "--swap", check=False).stderr


def test_the_repository_of_backups_is_verified_and_a_damaged_byte_is_named(dev: Installation) -> None:
    assert "status: ok" in dev.inside("backup", "lf-backup", "verify")
    files = "find /var/lib/pgbackrest/backup -path '*F/*' -type f -printf '%s %p\\n'"
    largest = f"{files} | sort -n | tail -1 | cut -d' ' -f2"
    damage = f'printf XXXXXXXX | dd of="$({largest})" bs=1 seek=40000 conv=notrunc 2>&1'

    dev.inside("postgres", "sh", "-c", damage)

    refused = dev.compose("exec", "-T", "backup", "lf-backup", "verify", check=False)
    assert refused.returncode == 1
    assert "the repository is damaged" in refused.stderr


def test_the_search_engine_answers_in_json(dev: Installation) -> None:
    dev.compose("--env-file", ".env.dev", "--profile", "search", "up", "--detach", "searxng")
    port = int(dev.ports["SEARCH_PORT"])
    path = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        with socket.create_connection(("127.0.0.1", port), timeout=2):
            said = dev.run("curl", "-s", f"{path}/search?q=ledger&format=json", check=False).stdout
            return said.startswith('{"query"')

    eventually(answers, seconds=60)


def test_nothing_is_removed_without_name_and_backup(dev: Installation) -> None:
    script = dev.folder / "backup_database.sh"
    real = script.read_text() if script.exists() else None
    volumes = docker("volume", "ls", "--quiet", "--filter", f"name={dev.project}_")

    script.unlink(missing_ok=True)
    without_script = dev.run("docker/nuke.sh", "dev", typed="ledgerflow\n", check=False)
    script.write_text("#!/bin/sh\nexit 1\n")
    script.chmod(0o755)
    other_name = dev.run("docker/nuke.sh", "dev", typed="yes\n", check=False)
    without_backup = dev.run("docker/nuke.sh", "dev", typed="ledgerflow\n", check=False)

    assert "nothing is removed" in without_script.stderr
    assert "is not the name of the database" in other_name.stderr
    assert "the backup failed" in without_backup.stderr
    assert docker("volume", "ls", "--quiet", "--filter", f"name={dev.project}_") == volumes
    script.write_text(real or "#!/bin/sh\nexit 0\n")


def test_after_a_backup_the_typed_name_removes_database_and_documents(dev: Installation) -> None:
    dev.make("nuke", typed="ledgerflow\n")

    left = docker("volume", "ls", "--quiet", "--filter", f"name={dev.project}_").split()
    assert f"{dev.project}_postgres" not in left
    assert f"{dev.project}_media" not in left
    assert f"{dev.project}_pgbackrest" in left
