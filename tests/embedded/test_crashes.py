"""Whatever is killed, acknowledged work is kept, nothing is left running and the next start succeeds."""

import subprocess
import time
from pathlib import Path

import psycopg

from ledgerflow import embedded
from tests.embedded.processes import (
    User,
    freeze,
    kill,
    postmaster,
    servers,
    supervisors,
    wait_for,
    wait_until_stopped,
)


def _note(database: embedded.EmbeddedDatabase) -> None:
    with database.connect(role="lf_owner") as owner:
        owner.execute("DROP TABLE IF EXISTS note")
        owner.execute("CREATE TABLE note AS SELECT 'kept' AS text")


def _noted(database: embedded.EmbeddedDatabase) -> object:
    with database.connect(role="lf_app") as app:
        return app.execute("SELECT text FROM note").fetchall()


def test_a_killed_supervisor_leaves_no_orphan(data_dir: Path):
    with embedded.ensure_running(data_dir, grace=0) as lease:
        _note(lease.database)

        kill(*supervisors(data_dir))

        wait_until_stopped(data_dir)
        lease.renew()
        assert _noted(lease.database) == [("kept",)]


def test_a_start_right_after_the_supervisor_was_killed_waits_for_the_old_server(data_dir: Path):
    with User(data_dir):
        _note(embedded.connection(data_dir))
        old = postmaster(data_dir)

        kill(*supervisors(data_dir))

        with embedded.ensure_running(data_dir, grace=0) as lease:
            assert _noted(lease.database) == [("kept",)]
            assert postmaster(data_dir) != old


def test_a_killed_cluster_recovers(data_dir: Path):
    with User(data_dir):
        _note(embedded.connection(data_dir))
        said_before = (data_dir / "postgres.log").stat().st_size

        kill(*supervisors(data_dir), *servers(data_dir))

    with embedded.ensure_running(data_dir, grace=0) as lease:
        assert _noted(lease.database) == [("kept",)]
    assert "was not properly shut down" in (data_dir / "postgres.log").read_text()[said_before:]


def test_a_killed_postmaster_is_started_again_for_those_who_are_there(data_dir: Path):
    with embedded.ensure_running(data_dir, grace=0) as lease:
        _note(lease.database)
        old = postmaster(data_dir)

        kill(old)

        wait_for(lambda: bool(servers(data_dir)) and postmaster(data_dir) != old)
        lease.renew()
        assert _noted(lease.database) == [("kept",)]
        assert len(supervisors(data_dir)) == 1


def test_a_server_that_loses_one_of_its_own_is_started_again_by_the_supervisor(data_dir: Path):
    with embedded.ensure_running(data_dir, grace=0) as lease:
        _note(lease.database)
        old = postmaster(data_dir)
        with lease.database.connect(role="postgres") as superuser:
            row = superuser.execute(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'"
            ).fetchone()
        assert row is not None

        kill(row[0])

        # By itself PostgreSQL can wait for ever where it is killed again while it does that.
        wait_for(lambda: bool(servers(data_dir)) and postmaster(data_dir) != old)
        lease.renew()
        assert _noted(lease.database) == [("kept",)]
        assert len(supervisors(data_dir)) == 1


def test_a_busy_child_of_a_killed_postmaster_is_ended_before_the_next_start(data_dir: Path):
    with embedded.ensure_running(data_dir, grace=0) as lease:
        _note(lease.database)
        busy = lease.database.connect(role="lf_app")
        child = busy.info.backend_pid
        # It computes for a long time without a look at whether the postmaster lives.
        busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 1000000000)")
        with lease.database.connect(role="lf_app") as beside:
            state = "SELECT state FROM pg_stat_activity WHERE pid = %s"
            wait_for(lambda: beside.execute(state, [child]).fetchone() == ("active",))
        time.sleep(0.2)

        # Still, so that it starts none anew; killed first, it would take the postmaster's children along.
        freeze(*supervisors(data_dir))
        kill(postmaster(data_dir), *supervisors(data_dir))
        assert child in servers(data_dir)
        lease.renew()

        assert child not in servers(data_dir)
        assert _noted(lease.database) == [("kept",)]
        busy.close()


def test_an_interrupted_first_start_is_repaired(tmp_path: Path):
    data_dir = tmp_path / "data"
    user = User(data_dir)
    wait_for(lambda: any(data_dir.glob("postgres.new-*/cluster/base")))

    kill(*supervisors(data_dir))
    user.kill()

    assert not (data_dir / "postgres").exists()
    with embedded.ensure_running(data_dir, grace=0) as lease, lease.database.connect(role="lf_app") as app:
        assert app.execute("SELECT 1").fetchone() == (1,)
    wait_until_stopped(data_dir)
    assert not list(data_dir.glob("postgres.new-*"))


def test_a_process_number_used_by_another_program_does_not_prevent_the_start(data_dir: Path):
    stranger = subprocess.Popen(["sleep", "60"])
    (data_dir / "postgres" / "postmaster.pid").write_text(
        f"{stranger.pid}\n{data_dir}/postgres\n1\n5432\n\n\n0 0\n"
    )

    with embedded.ensure_running(data_dir, grace=0) as lease, lease.database.connect(role="lf_app") as app:
        assert app.execute("SELECT 1").fetchone() == (1,)

    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_server_of_another_folder_is_never_touched(data_dir: Path, database: embedded.EmbeddedDatabase):
    with database.connect(role="lf_app") as bystander:
        neighbor = Path(database.host).parent / "postgres" / "postmaster.pid"
        # Even when the number of the neighbor's server stands in this folder.
        (data_dir / "postgres" / "postmaster.pid").write_text(neighbor.read_text())

        with (
            embedded.ensure_running(data_dir, grace=0) as lease,
            lease.database.connect(role="lf_app") as app,
        ):
            assert app.execute("SELECT 1").fetchone() == (1,)

        assert bystander.execute("SELECT 1").fetchone() == (1,)


def test_an_open_transaction_does_not_delay_the_stop(data_dir: Path):
    with embedded.ensure_running(data_dir, grace=0) as lease:
        open_session = lease.database.connect(role="lf_app")
        open_session.execute("BEGIN")

    wait_until_stopped(data_dir)

    try:
        open_session.execute("SELECT 1")
    except psycopg.OperationalError:
        open_session.close()
    assert open_session.closed
    assert not list((data_dir / "socket").iterdir())
