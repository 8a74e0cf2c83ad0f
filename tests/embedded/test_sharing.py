"""One server for all processes that use a data directory, for as long as one of them does."""

import os
from pathlib import Path

import pytest

from ledgerflow import embedded
from tests.embedded.processes import (
    User,
    kill,
    postmaster,
    servers,
    supervisors,
    wait_for,
    wait_until_stopped,
)


def test_first_start_makes_everything_prints_nothing_and_opens_no_parent(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    data_dir = tmp_path / "not" / "there" / "yet"
    tmp_path.chmod(0o700)
    before = {parent: parent.stat() for parent in tmp_path.parents}

    with embedded.ensure_running(data_dir, grace=0) as lease, lease.database.connect(role="lf_app") as app:
        answer = app.execute(
            "SELECT current_user, current_database(), current_setting('data_checksums')"
        ).fetchone()

    wait_until_stopped(data_dir)
    assert answer == ("lf_app", "ledgerflow", "on")
    assert capfd.readouterr() == ("", "")
    assert (data_dir / "pg_credentials.json").stat().st_mode & 0o777 == 0o600
    assert tmp_path.stat().st_mode & 0o777 == data_dir.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in tmp_path.iterdir()] == ["not"]
    for parent, found in before.items():
        now = parent.stat()
        assert (now.st_mode, now.st_uid, now.st_gid) == (found.st_mode, found.st_uid, found.st_gid)


def test_it_is_initialized_once_and_kept(data_dir: Path):
    before = (data_dir / "pg_credentials.json").read_bytes()

    again = embedded.initialize(data_dir)

    assert (data_dir / "pg_credentials.json").read_bytes() == before
    assert again == embedded.connection(data_dir)


def test_it_says_how_to_connect_without_starting_anything(tmp_path: Path):
    database = embedded.connection(tmp_path / "data")

    assert database == embedded.connection(tmp_path / "data")
    assert embedded.database_url(tmp_path / "data", role="lf_owner") == database.url(role="lf_owner")
    assert not supervisors(tmp_path / "data")
    assert database.password("lf_app") not in repr(database)


def test_a_second_process_shares_the_server(data_dir: Path):
    with embedded.ensure_running(data_dir, grace=0.2):
        first = postmaster(data_dir)

        with User(data_dir):
            assert postmaster(data_dir) == first
            assert len(supervisors(data_dir)) == 1


def test_it_stops_with_the_last_lease_and_not_before(data_dir: Path):
    with User(data_dir, grace=0.1) as other, embedded.ensure_running(data_dir):
        leader = postmaster(data_dir)
        other.leave()
        with pytest.raises(AssertionError):
            wait_for(lambda: leader not in servers(data_dir), seconds=0.4)

    wait_until_stopped(data_dir)
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


def test_it_stops_after_its_last_user_is_killed(data_dir: Path):
    with User(data_dir, grace=0.1) as user:
        user.kill()

    wait_until_stopped(data_dir)


def test_who_comes_within_the_grace_time_finds_the_same_server(data_dir: Path):
    with embedded.ensure_running(data_dir, grace=0.5):
        first = postmaster(data_dir)

    with embedded.ensure_running(data_dir):
        assert postmaster(data_dir) == first


def test_who_comes_while_it_stops_gets_a_new_server(data_dir: Path):
    for _ in range(3):
        with (
            embedded.ensure_running(data_dir, grace=0) as lease,
            lease.database.connect(role="lf_app") as app,
        ):
            assert app.execute("SELECT 1").fetchone() == (1,)


def test_several_first_starters_get_one_server(tmp_path: Path):
    data_dir = tmp_path / "data"
    users = [User(data_dir, grace=0.5) for _ in range(3)]

    for user in users:
        user.wait_until_ready()

    assert len(supervisors(data_dir)) == 1
    for user in users:
        user.leave()
    wait_until_stopped(data_dir)


def test_a_symlink_leads_to_the_same_server(data_dir: Path, tmp_path: Path):
    (tmp_path / "link").symlink_to(data_dir)

    with embedded.ensure_running(data_dir, grace=0.2), embedded.ensure_running(tmp_path / "link"):
        assert len(supervisors(data_dir)) == 1


def test_a_forked_child_does_not_end_the_lease(data_dir: Path):
    with embedded.ensure_running(data_dir, grace=0):
        leader = postmaster(data_dir)
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)

        assert leader in servers(data_dir)


def test_a_supervisor_asked_to_end_stops_the_server_cleanly(data_dir: Path):
    said_before = (data_dir / "postgres.log").stat().st_size
    with embedded.ensure_running(data_dir, grace=0) as lease:
        os.kill(supervisors(data_dir)[0], 15)
        wait_until_stopped(data_dir)
        lease.renew()

        with lease.database.connect(role="lf_app") as app:
            assert app.execute("SELECT 1").fetchone() == (1,)
    said = (data_dir / "postgres.log").read_text()[said_before:]
    assert "was shut down at" in said
    assert "was not properly shut down" not in said


def test_a_killed_starter_leaves_a_first_start_that_others_can_use(tmp_path: Path):
    data_dir = tmp_path / "data"
    user = User(data_dir, grace=0.5)
    wait_for(lambda: any(data_dir.glob("postgres.new-*")))

    kill(user.process.pid)
    user.process.wait()

    with embedded.ensure_running(data_dir) as lease, lease.database.connect(role="lf_app") as app:
        assert app.execute("SELECT 1").fetchone() == (1,)
    wait_until_stopped(data_dir)
