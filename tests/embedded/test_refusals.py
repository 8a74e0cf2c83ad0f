"""What cannot work is said in a sentence, at once, and starts nothing."""

from pathlib import Path

import pytest

from ledgerflow import embedded
from tests.embedded.processes import User, servers, wait_until_stopped


def test_a_server_that_could_lose_acknowledged_work_is_refused(own_dir: Path):
    with (own_dir / "postgres" / "postgresql.conf").open("a") as configuration:
        configuration.write("full_page_writes = off\n")

    with pytest.raises(embedded.EmbeddedError, match="full_page_writes = off"):
        embedded.ensure_running(own_dir)

    wait_until_stopped(own_dir)


def test_a_role_that_could_lose_acknowledged_work_is_refused(own_dir: Path):
    with embedded.ensure_running(own_dir, grace=0) as lease, lease.database.connect(role="lf_app") as app:
        app.execute("ALTER ROLE lf_app SET synchronous_commit = off")
    wait_until_stopped(own_dir)

    with pytest.raises(embedded.EmbeddedError, match="synchronous_commit = off"):
        embedded.ensure_running(own_dir)


def test_durability_is_checked_on_any_connection(database: embedded.EmbeddedDatabase):
    with database.connect(role="lf_app") as app:
        embedded.check_durability(app)
        app.execute("SET synchronous_commit = local")

        with pytest.raises(embedded.EmbeddedError, match="synchronous_commit = local"):
            embedded.check_durability(app)


def test_a_cluster_of_another_version_is_refused(own_dir: Path):
    (own_dir / "postgres" / "PG_VERSION").write_text("16\n")

    with pytest.raises(embedded.EmbeddedError, match="made by PostgreSQL 16"):
        embedded.ensure_running(own_dir)

    # Also for whoever comes when nobody listens any more.
    assert "made by PostgreSQL 16" in (own_dir / "postgres.log").read_text()


def test_a_server_that_does_not_start_says_why(own_dir: Path):
    with (own_dir / "postgres" / "postgresql.conf").open("a") as configuration:
        configuration.write("no_such_setting = 1\n")

    with pytest.raises(embedded.EmbeddedError, match="unrecognized configuration parameter"):
        embedded.ensure_running(own_dir)

    assert not servers(own_dir)


def test_a_place_that_is_no_folder_is_refused(tmp_path: Path):
    (tmp_path / "file").write_text("")

    with pytest.raises(embedded.EmbeddedError, match="cannot be used"):
        embedded.ensure_running(tmp_path / "file")


def test_lost_passwords_are_not_replaced(own_dir: Path):
    (own_dir / "pg_credentials.json").unlink()

    with pytest.raises(embedded.EmbeddedError, match="put the file back"):
        embedded.connection(own_dir)


def test_passwords_of_another_folder_are_refused_at_once(own_dir: Path, tmp_path: Path):
    embedded.connection(tmp_path / "other")
    (tmp_path / "other" / "pg_credentials.json").replace(own_dir / "pg_credentials.json")

    with pytest.raises(embedded.EmbeddedError, match="password authentication failed"):
        embedded.ensure_running(own_dir)


def test_a_damaged_password_file_is_named(own_dir: Path):
    (own_dir / "pg_credentials.json").write_text("{")

    with pytest.raises(embedded.EmbeddedError, match="cannot be used"):
        embedded.ensure_running(own_dir)


def test_who_waits_too_long_is_told_and_holds_nothing(tmp_path: Path):
    data_dir = tmp_path / "data"

    with pytest.raises(embedded.EmbeddedError, match="did not start in time"):
        embedded.ensure_running(data_dir, timeout=0.1, grace=0)

    with User(data_dir) as user:
        user.leave()
    wait_until_stopped(data_dir)


def test_a_supervisor_that_cannot_be_started_is_told_at_once(data_dir: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.executable", "/bin/false")

    with pytest.raises(embedded.EmbeddedError, match="cannot be started"):
        embedded.ensure_running(data_dir)


def test_a_long_log_is_set_aside_at_the_start(own_dir: Path):
    (own_dir / "postgres.log").write_bytes(b"x" * (11 * 1024 * 1024))

    with embedded.ensure_running(own_dir, grace=0):
        assert (own_dir / "postgres.log").stat().st_size < 100_000
        assert (own_dir / "postgres.log.1").stat().st_size == 11 * 1024 * 1024
