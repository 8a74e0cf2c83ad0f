"""What the receiver of WAL keeps, brings to the archive and removes: its script, beside stand-ins for the rest."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.compose.stand_ins import Script

SEGMENTS = ("000000010000000000000001", "000000010000000000000002")
#: The present cluster's folders by system identifier: an earlier line of history, and what could not be followed.
PRESENT = ("7001-1", "7001-2", "7001-1-until-20261101T000000Z")
FORMER = ("6001-1", "70011-1")

# It answers as the server would, and writes down what it was asked.
_PSQL = """printf '%s\\n' "${@: -1}" >>"$REPOSITORY/asked"
case "${@: -1}" in *system_identifier*) echo "$REPOSITORY/received/7001-2" ;; esac
"""
# It ends as it does with the server, and the third time it ends the script that starts it again.
_RECEIVEWAL = """echo started >>"$REPOSITORY/started"
[ "$(wc -l <"$REPOSITORY/started")" -lt 3 ] || kill "$PPID"
"""
# It refuses WAL of other clusters, as pgBackRest does.
_PGBACKREST = """case "${@: -1}" in */received/7001-*) ;; *) exit 1 ;; esac
"""
# Of the cluster that is being restored, as PostgreSQL prints it.
_CONTROLDATA = """echo 'pg_control version number:            1300'
echo 'Database system identifier:           7001'
"""


class Receiver:
    """The script in a folder of its own, with files that it received."""

    def __init__(self, folder: Path) -> None:
        programs = {
            "psql": _PSQL,
            "pgbackrest": _PGBACKREST,
            "pg_receivewal": _RECEIVEWAL,
            "pg_controldata": _CONTROLDATA,
        }
        self.script = Script("lf-receive", folder, **programs)
        self.received = self.script.repository / "received"
        for name in (*PRESENT, *FORMER):
            (self.received / name).mkdir(parents=True)
            for file in (*SEGMENTS, "000000010000000000000003.partial"):
                self._old(self.received / name / file, name)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.script.run(*words)

    def files(self, *names: str) -> list[int]:
        """How many files lie in each of these folders."""
        return [len(list((self.received / name).glob("*"))) for name in names]

    def asked(self) -> str:
        return (self.script.repository / "asked").read_text()

    def _old(self, file: Path, content: str) -> None:
        file.write_text(content)
        os.utime(file, (0, 0))


@pytest.fixture
def receiver(tmp_path: Path) -> Receiver:
    return Receiver(tmp_path)


def test_the_present_clusters_files_go_to_the_archive_and_a_former_ones_are_kept(receiver: Receiver) -> None:
    empty = receiver.received / "7001-0"
    empty.mkdir()
    os.utime(empty, (0, 0))

    done = receiver.run("tidy")

    assert (done.returncode, done.stdout) == (0, "")
    assert [done.stderr.count(name) for name in (*FORMER, *PRESENT)] == [1, 1, 0, 0, 0]
    assert "lf-receive forget former" in done.stderr
    # Of the line of history that is being received the unfinished file stays, of earlier ones nothing.
    assert receiver.files(*PRESENT) == [0, 1, 0]
    assert not empty.exists()
    assert receiver.files(*FORMER) == [3, 3]


def test_the_service_says_once_what_it_keeps_however_often_the_server_goes_away(receiver: Receiver) -> None:
    done = receiver.run("stay")

    assert done.returncode == 0
    assert done.stderr.count("lf-receive forget former") == 1
    assert "it stays" not in done.stderr


def test_what_the_archive_does_not_take_of_the_present_cluster_stays(receiver: Receiver) -> None:
    receiver.script.put("pgbackrest", "#!/bin/bash\nexit 1\n")

    refused = receiver.run("tidy")

    assert refused.returncode == 1
    assert "it stays" in refused.stderr
    assert receiver.files("7001-2", *FORMER) == [3, 3, 3]


def test_only_what_is_of_former_clusters_is_forgotten_where_that_is_asked_for(receiver: Receiver) -> None:
    done = receiver.run("forget", "former")

    assert (done.returncode, done.stdout) == (0, "Forgotten.\n")
    assert sorted(path.name for path in receiver.received.iterdir()) == sorted(PRESENT)
    assert receiver.files(*PRESENT) == [3, 3, 3]
    assert "pg_drop_replication_slot" not in receiver.asked()
    assert receiver.run("tidy").stderr == ""


def test_all_is_forgotten_with_the_slot_and_nothing_by_a_wrong_word(receiver: Receiver) -> None:
    wrong = receiver.run("forget", "farmer")
    still_there = receiver.files(*PRESENT, *FORMER)
    done = receiver.run("forget")

    assert wrong.returncode == 1
    assert "no other word than: former" in wrong.stderr
    assert still_there == [3] * 5
    assert done.returncode == 0
    assert not receiver.received.exists()
    assert "pg_drop_replication_slot" in receiver.asked()


@pytest.mark.parametrize("file", [SEGMENTS[0], "000000010000000000000003"])
def test_a_restore_takes_its_own_clusters_files_alone(receiver: Receiver, tmp_path: Path, file: str) -> None:
    taken = receiver.run("get", file, str(tmp_path / "taken"))
    absent = receiver.run("get", "000000010000000000000009", str(tmp_path / "absent"))

    assert taken.returncode == 0
    assert (tmp_path / "taken").read_text() in PRESENT
    assert absent.returncode == 1


def test_a_restore_stops_where_it_cannot_be_said_whose_it_is(receiver: Receiver, tmp_path: Path) -> None:
    receiver.script.put("pg_controldata", "#!/bin/bash\nexit 1\n")

    stopped = receiver.run("get", SEGMENTS[0], str(tmp_path / "taken"))

    assert stopped.returncode == 126
    assert not (tmp_path / "taken").exists()
