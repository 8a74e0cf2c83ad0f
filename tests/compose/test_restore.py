"""What the scripts of the checkout ask the engine for when books are restored, with a stand-in for the engine."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.sources import ROOT

# It writes down what it is asked, in order, and answers as the engine would.
_DOCKER = """#!/bin/bash
shift $(($(printf '%s\\n' "$@" | grep -n -m 1 '^--env-file$' | cut -d: -f1) + 1))
echo "$* ${DATABASE_URL:+to $DATABASE_URL}" >>asked
case "$*" in
  *"lf-restore state") cat state ;;
  *"lf-restore random") echo "2026-11-23 14:05:00" ;;
  *"lf-restore swap") exit "$(cat swap-ends-with)" ;;
  *"backup documents"*) exit "$(cat documents-end-with)" ;;
esac
"""


class Checkout:
    """A checkout in which one installation for development was made and a cluster restored."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "docker").mkdir()
        for name in ("docker/common.sh", "docker/restore.sh", "restore_database.sh"):
            shutil.copy2(ROOT / name, folder / name)
        (folder / "bin").mkdir()
        (folder / "bin/docker").write_text(_DOCKER)
        (folder / "bin/docker").chmod(0o755)
        (folder / "archives/docker_archive/database_backups").mkdir(parents=True)
        self.put(".env.dev", "DATABASE_URL=postgresql://a:b@postgres:5432/l\n")
        self.put("state", "target=latest\nverified=yes\n")
        self.put("swap-ends-with", "0")
        self.put("documents-end-with", "0")

    def put(self, name: str, content: str) -> Path:
        (self.folder / name).write_text(content)
        return self.folder / name

    def run(self, *command: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        environment = {"PATH": f"{self.folder}/bin:{os.environ['PATH']}"}
        return subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )

    def asked(self, *of: str) -> list[str]:
        """What the engine was asked for that holds one of the words."""
        lines = (self.folder / "asked").read_text().splitlines()
        return [line.strip() for line in lines if any(each in line for each in of)]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_what_was_not_verified_is_refused_before_anything_is_stopped(checkout: Checkout) -> None:
    checkout.put("state", "target=latest\nverified=no\n")

    refused = checkout.run("docker/restore.sh", "dev", "--swap", typed="ledgerflow\n")

    assert refused.returncode == 1
    assert "was not verified" in refused.stderr
    assert checkout.asked("stop django", "stop postgres", "lf-restore swap") == []


def test_where_the_swap_is_refused_everything_is_started_again(checkout: Checkout) -> None:
    checkout.put("swap-ends-with", "1")

    refused = checkout.run("docker/restore.sh", "dev", "--swap", typed="ledgerflow\n")

    assert refused.returncode == 1
    assert "nothing was swapped; the live one is started again" in refused.stderr
    assert checkout.asked("stop django", "swap", "up --detach")[-1] == "up --detach --wait"


def test_what_was_verified_is_swapped_in_and_started(checkout: Checkout) -> None:
    done = checkout.run("docker/restore.sh", "dev", "--swap", typed="ledgerflow\n")

    assert (done.returncode, "Swapped" in done.stdout) == (0, True)
    assert checkout.asked("stop django", "stop postgres", "swap", "up --detach") == [
        "stop django worker keeper backup",
        "stop postgres",
        "run --rm --no-deps --no-TTY postgres lf-restore swap",
        "up --detach --wait",
    ]


def test_documents_come_back_and_the_books_are_verified_beside_without_a_dump_of_the_live_ones(
    checkout: Checkout,
) -> None:
    done = checkout.run("docker/restore.sh", "dev", "--to", "latest", "--only-beside")

    assert done.returncode == 0
    run = "run --rm --no-deps --no-TTY -e DATABASE_URL -e DATABASE_OWNER_URL -e LEDGERFLOW_AUTOMATIC_BACKUPS=0 migrate"
    assert checkout.asked("migrate", "accept") == [
        f"{run} ledgerflow backup documents to postgresql://a:b@beside:5432/l",
        f"{run} ledgerflow verify --format table to postgresql://a:b@beside:5432/l",
        "run --rm --no-deps --no-TTY postgres lf-restore accept",
    ]


def test_books_whose_documents_are_nowhere_are_not_accepted(checkout: Checkout) -> None:
    checkout.put("documents-end-with", "1")

    refused = checkout.run("docker/restore.sh", "dev", "--to", "latest", typed="ledgerflow\n")

    assert refused.returncode == 1
    assert checkout.asked("accept", "stop django") == []


@pytest.mark.parametrize(("ends_with", "held"), [("0", "true"), ("1", "false")])
def test_a_drill_proves_any_moment_and_notes_whether_it_held(
    checkout: Checkout, ends_with: str, held: str
) -> None:
    (checkout.folder / "state").unlink()
    checkout.put("documents-end-with", ends_with)

    done = checkout.run("docker/restore.sh", "dev", "--drill")

    assert done.returncode == int(ends_with)
    run = "run --rm --no-deps --no-TTY postgres lf-restore"
    assert checkout.asked("lf-restore beside", "discard", "drilled") == [
        f"{run} beside --to 2026-11-23 14:05:00",
        f"{run} discard",
        f"{run} drilled 2026-11-23 14:05:00 {held}",
    ]


@pytest.mark.parametrize(
    "command",
    [
        ("docker/restore.sh", "dev", "--to", "latest", "--only-beside"),
        ("docker/restore.sh", "dev", "--drill"),
        ("./restore_database.sh", "latest", "--env", "dev", "--yes"),
    ],
)
def test_a_private_key_is_shown_to_the_container_for_that_run(
    checkout: Checkout, command: tuple[str, ...]
) -> None:
    key = checkout.put("key.txt", "AGE-SECRET-KEY-")
    (checkout.folder / "state").unlink()  # so that the drill may begin

    checkout.run(*command, "--identity", "key.txt")

    given = checkout.asked("--identity")
    assert len(given) == 1
    assert f"--volume {key}:/run/identity:ro" in given[0]
    assert "--identity /run/identity" in given[0]


def test_a_private_key_that_is_no_file_is_refused(checkout: Checkout) -> None:
    for command in (
        ("docker/restore.sh", "dev", "--to", "latest"),
        ("./restore_database.sh", "latest", "--env", "dev"),
    ):
        refused = checkout.run(*command, "--identity", "key.txt")

        assert refused.returncode == 1
        assert "is no file" in refused.stderr
    assert not (checkout.folder / "asked").exists()
