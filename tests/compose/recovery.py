"""Backups and restores in Docker, and what may be removed. Run by ``make test-compose``."""

import json
import socket
import subprocess
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.compose.installation import Installation, docker, eventually, needs_docker

pytestmark = needs_docker

DUMPS = "archives/docker_archive/database_backups"


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


def test_the_latest_books_are_those_that_a_restore_put_in_place_or_that_undoing_it_brought_back(
    dev: Installation,
) -> None:
    dev.sql("CREATE TABLE probe AS SELECT 'first' AS word")
    moment = dev.sql("SELECT clock_timestamp() AT TIME ZONE 'UTC'")
    time.sleep(1.1)
    _write(dev, "restored away")
    # Nothing leads from this backup to what follows the restore.
    dev.inside("backup", "lf-backup", "incr")
    dev.run("docker/restore.sh", "dev", "--to", moment, typed="ledgerflow\n")
    _write(dev, "second")

    dev.run("docker/restore.sh", "dev", "--to", "latest", typed="ledgerflow\n")
    twice_restored = _words(dev)
    archives_on = dev.inside("postgres", "lf-backup", "check")
    _write(dev, "undone")
    dev.inside("backup", "lf-backup", "incr")
    dev.make("dev-down")
    dev.compose("run", "--rm", "--no-deps", "-T", "postgres", "lf-restore", "back")
    dev.make("dev")
    undone = _words(dev)
    _write(dev, "third")
    dev.run("docker/restore.sh", "dev", "--to", "latest", typed="ledgerflow\n")
    after_undoing = _words(dev)
    _lose_the_data_folder(dev)
    dev.run("docker/restore.sh", "dev", "--to", "latest", typed="ledgerflow\n")

    assert twice_restored == ["first", "second"]
    assert "WAL arrives" in archives_on
    assert undone == ["first", "second"]
    assert after_undoing == ["first", "second", "third"]
    assert _words(dev) == after_undoing
    dev.sql("DROP TABLE probe")


def _write(dev: Installation, word: str) -> None:
    dev.sql(f"INSERT INTO probe VALUES ('{word}')")


def _words(dev: Installation) -> list[str]:
    return dev.sql("SELECT word FROM probe").split("\n")


def _lose_the_data_folder(dev: Installation) -> None:
    dev.inside("postgres", "lf-backup", "check")
    docker("kill", dev.containers()["postgres"]["Id"])
    _remove_live(dev)


def _remove_live(dev: Installation) -> None:
    dev.compose("run", "--rm", "--no-deps", "-T", "postgres", "rm", "-rf", "/var/lib/postgresql/data/live")


def test_a_drill_proves_a_moment_of_the_last_day_leaves_nothing_and_is_shown(dev: Installation) -> None:
    said = dev.make("drill")

    assert "It holds" in said
    assert "nothing was restored" in dev.run("docker/restore.sh", "dev", "--swap", check=False).stderr
    moment = said.partition("The moment to prove: ")[2][:16]
    eventually(lambda: _stands(dev)["is_sound"] is True)
    with dev.sign_in().open(dev.address + "/backups/", timeout=30) as answer:
        page = answer.read().decode()
    assert f"{moment}</time> held" in page


def _stands(dev: Installation) -> dict[str, Any]:
    return json.loads(dev.inside("django", "cat", "/standing/backups.json"))


def test_a_time_after_the_last_archived_change_gives_the_latest_books_and_says_so(dev: Installation) -> None:
    later = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%d %H:%M")

    said = dev.run("docker/restore.sh", "dev", "--to", later, "--only-beside").stdout

    assert "warning=nothing was archived after that" in said
    assert "No difference." in said
    dev.run("docker/restore.sh", "dev", "--discard")


def test_a_purged_book_comes_back_with_the_documents_that_dumps_hold(dev: Installation) -> None:
    dev.import_file("checking.ofx")
    dev.run("./backup_database.sh", "--env", "dev")
    before, moment = dev.lines(), dev.sql("SELECT clock_timestamp() AT TIME ZONE 'UTC'")
    time.sleep(1.1)
    in_migrate = ("run", "--rm", "--no-deps", "-T", "migrate", "ledgerflow")
    archive = "/data/mine.zip"
    dev.inside("django", "ledgerflow", "export", "--book", "mine", "--format", "archive", archive)
    dev.compose(*in_migrate, "purge", "--book", "mine", "--name", "mine", "--archive", archive)
    assert dev.lines() == 0

    dev.run("docker/restore.sh", "dev", "--to", moment, typed="ledgerflow\n")

    assert dev.lines() == before > 0
    dev.inside("django", "ledgerflow", "verify")  # the files of documents are among what it asks


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


def test_with_the_receiver_a_lost_data_folder_costs_at_most_a_second(dev: Installation) -> None:
    dev.compose("--profile", "receive", "up", "--detach", "--wait", "receiver")
    dev.sql("CREATE TABLE probe (at timestamptz)")
    commits = (
        "DO $$ BEGIN LOOP INSERT INTO probe VALUES (clock_timestamp()); COMMIT; PERFORM pg_sleep(0.02);"
        " END LOOP; END $$"
    )
    psql = ("psql", "-XAtq", "-U", "ledgerflow", "-d", "ledgerflow", "-c", commits)
    with subprocess.Popen(
        ["docker", "exec", dev.containers()["postgres"]["Id"], *psql], stderr=subprocess.DEVNULL
    ) as work:
        time.sleep(4)
        docker("kill", dev.containers()["postgres"]["Id"])
        killed = datetime.now(UTC)
        work.wait()
    _remove_live(dev)

    dev.run("docker/restore.sh", "dev", "--to", "latest", typed="ledgerflow\n")

    lost = killed - datetime.fromisoformat(dev.sql("SELECT max(at) FROM probe"))
    assert lost < timedelta(seconds=1)
    # And it receives on, on the new line of history.
    eventually(
        lambda: dev.compose("exec", "-T", "receiver", "lf-receive", "fresh", check=False).returncode == 0
    )
    dev.sql("DROP TABLE probe")


def test_what_was_received_goes_once_the_archive_has_it_and_not_before(dev: Installation) -> None:
    dev.compose("--profile", "receive", "up", "--detach", "--wait", "receiver")
    dev.sql("CREATE TABLE probe AS SELECT 1 AS one")
    dev.sql("SELECT pg_switch_wal()")
    eventually(lambda: _whole_files_received(dev) != [])

    dev.inside(
        "postgres",
        "setpriv",
        "--reuid=postgres",
        "--init-groups",
        "pgbackrest",
        "--stanza=ledgerflow",
        "stop",
    )
    refused = dev.compose("exec", "-T", "receiver", "lf-receive", "tidy", "0", check=False)
    still_there = _whole_files_received(dev)
    dev.inside(
        "postgres",
        "setpriv",
        "--reuid=postgres",
        "--init-groups",
        "pgbackrest",
        "--stanza=ledgerflow",
        "start",
    )
    dev.inside("receiver", "lf-receive", "tidy", "0")

    assert refused.returncode == 1
    assert "it stays" in refused.stderr
    assert still_there != []
    assert set(_whole_files_received(dev)).isdisjoint(still_there)
    for file in still_there:
        found = f"find /var/lib/pgbackrest/archive -name '{file.rpartition('/')[2]}-*'"
        assert dev.inside("postgres", "sh", "-c", found) != "", file
    dev.sql("DROP TABLE probe")


def _whole_files_received(dev: Installation) -> list[str]:
    found = "find /var/lib/pgbackrest/received -type f -regex '.*/[0-9A-F]*'"
    return dev.inside("receiver", "sh", "-c", found).split()


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


def _dumps(dev: Installation) -> list[str]:
    return sorted(path.name for path in (dev.folder / DUMPS).glob("*.sql.gz"))


def test_a_dump_brings_back_what_was_removed(dev: Installation) -> None:
    dev.import_file("checking.ofx")
    before = dev.lines()
    made = json.loads(dev.run("./backup_database.sh", "--env", "dev").stdout)[0]["file"]
    name = made.rpartition("/")[2]
    # As nobody but the superuser can, past every guard.
    dev.sql("SET session_replication_role = replica; DELETE FROM statements_statementline")
    assert dev.lines() == 0

    unasked = dev.run("./restore_database.sh", "--env", "dev", name, check=False)
    assert (unasked.returncode, dev.lines()) == (1, 0)
    assert "--yes" in unasked.stderr
    dev.run("./restore_database.sh", "--env", "dev", name, "--yes")

    assert dev.lines() == before
    dev.inside("django", "ledgerflow", "verify")  # its status is asserted
    # Its connection was ended by the swap, and it is listed again.
    check = ("exec", "-T", "keeper", "ledgerflow", "worker", "--check", "--only", "backups")
    eventually(lambda: dev.compose(*check, check=False).returncode == 0)
    # And the worker works on, which had lost its database in the middle of listening.
    time.sleep(3)
    for service in ("worker", "keeper"):
        assert "/bin/ledgerflow worker --only" in dev.compose("top", service).stdout


def test_a_dump_that_was_cut_off_is_refused(dev: Installation) -> None:
    dump = dev.folder / DUMPS / _dumps(dev)[-1]
    whole, before = dump.read_bytes(), dev.lines()
    dump.write_bytes(whole[: len(whole) // 2])
    try:
        refused = dev.run("./restore_database.sh", "--env", "dev", dump.name, "--yes", check=False)
    finally:
        dump.write_bytes(whole)

    assert refused.returncode == 2
    assert f"{dump.name} has " in refused.stderr
    assert "bytes where" in refused.stderr
    assert dev.lines() == before


def test_the_drill_proves_the_newest_dump_beside_and_the_page_shows_it(dev: Installation) -> None:
    said = dev.inside("keeper", "ledgerflow", "backup", "drill")

    assert f"{_dumps(dev)[-1]} restored and verified" in said
    assert "in the same server" in said
    assert "lf-restore" in said
    assert dev.sql("SELECT count(*) FROM pg_database WHERE datname LIKE '%drill%'") == "0"
    with dev.sign_in().open(dev.address + "/backups/", timeout=30) as answer:
        page = answer.read().decode()
    assert page.count("status-green") == 3
    assert _dumps(dev)[-1] in page
    assert "make restore TO=TIME" in page


def test_web_and_worker_can_neither_dump_nor_restore_and_say_who_can(dev: Installation) -> None:
    for words, sentence in (
        (("backup", "create"), "backup_database.sh"),
        (("restore", "--to", "latest", "--yes"), "restore_database.sh"),
        (("restore", "--to", "2026-11-23 14:05:00", "--yes"), 'make restore TO="2026-11-23 14:05:00+00"'),
    ):
        refused = dev.compose("exec", "-T", "django", "ledgerflow", *words, check=False)

        assert refused.returncode == 1
        assert sentence in refused.stderr


def test_nothing_is_removed_without_name_and_backup(dev: Installation) -> None:
    script = dev.folder / "backup_database.sh"
    real = script.read_text()
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
    script.write_text(real)


def test_what_was_removed_comes_back_from_the_backup_that_was_made_first(dev: Installation) -> None:
    before = dev.lines()
    said = dev.make("nuke", typed="ledgerflow\n")

    left = docker("volume", "ls", "--quiet", "--filter", f"name={dev.project}_").split()
    assert f"{dev.project}_postgres" not in left
    assert f"{dev.project}_media" not in left
    assert f"{dev.project}_pgbackrest" in left

    dev.make("dev")
    assert dev.lines() == 0
    command = said.strip().splitlines()[-1].split()
    assert command[0] == "./restore_database.sh"
    dev.run(*command, "--yes")

    assert dev.lines() == before > 0
    dev.inside(
        "django", "ledgerflow", "verify"
    )  # its status is asserted; the documents' files are among what it asks
