"""Nothing outside the folder is changed, and nobody gets in without a password."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from ledgerflow import embedded
from ledgerflow.embedded.user_switch import server_identity
from tests.embedded.processes import ROOT, postmaster, wait_until_stopped


def _owner_and_mode(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_uid, found.st_gid, found.st_mode


def _everything_above(path: Path) -> dict[Path, tuple[int, int, int]]:
    return {parent: _owner_and_mode(parent) for parent in path.parents}


def test_parents_keep_their_modes_and_a_private_one_does_not_prevent_the_start(tmp_path: Path, own_dir: Path):
    tmp_path.chmod(0o700)
    before = _everything_above(own_dir)

    with embedded.ensure_running(own_dir, grace=0):
        assert _everything_above(own_dir) == before

    wait_until_stopped(own_dir)
    assert _everything_above(own_dir) == before
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_only_cluster_and_socket_change_hands(data_dir: Path):
    with embedded.ensure_running(data_dir, grace=0):
        runs_as = Path(f"/proc/{postmaster(data_dir)}").stat().st_uid

        assert runs_as != 0
        for path in data_dir.iterdir():
            expected = runs_as if path.name in {"postgres", "socket"} else os.geteuid()
            assert path.stat().st_uid == expected, path
        assert (data_dir / "socket").stat().st_mode & 0o777 == 0o700


def test_a_capability_is_kept_only_where_it_is_needed(tmp_path: Path):
    open_place = Path("/")

    plain = server_identity(data_dir=open_place, cluster=tmp_path / "postgres", program=Path("/bin/true"))
    hidden = server_identity(data_dir=tmp_path, cluster=tmp_path / "postgres", program=Path("/bin/true"))

    assert plain.capability is None
    assert (hidden.capability is not None) == (os.geteuid() == 0)


def test_a_program_below_a_private_folder_is_found_as_postgresql_looks_for_it(tmp_path: Path):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    program = Path(shutil.copy("/bin/true", private))
    look = "import os, sys; print(os.access(sys.argv[1], os.X_OK), os.access(sys.argv[1], os.W_OK))"

    identity = server_identity(data_dir=tmp_path, cluster=tmp_path / "postgres", program=program)
    said = identity.run([sys.executable, "-c", look, program])

    # Capability 2, to pass directories, gives no right to write; only where it is withheld does the wider one.
    assert said == (0, f"True {identity.capability != 2}")


def test_a_copy_made_by_root_is_given_to_the_user_of_the_server(data_dir: Path, tmp_path: Path):
    copy = tmp_path / "copy"
    subprocess.run(["cp", "--recursive", data_dir, copy], check=True)

    with embedded.ensure_running(copy, grace=0) as lease, lease.database.connect(role="lf_app") as app:
        assert app.execute("SELECT 1").fetchone() == (1,)

    wait_until_stopped(copy)


@pytest.mark.parametrize("name", ["long" * 30, "with, comma"])
def test_a_path_that_no_socket_can_have_is_served_from_a_private_short_place(
    initialized: Path, tmp_path: Path, name: str
):
    data_dir = tmp_path / name
    subprocess.run(["cp", "--archive", initialized, data_dir], check=True)

    with embedded.ensure_running(data_dir, grace=0) as lease, lease.database.connect(role="lf_app") as app:
        place = Path(lease.database.host)
        assert app.execute("SELECT 1").fetchone() == (1,)
        assert place.stat().st_mode & 0o777 == 0o700
        assert not place.is_relative_to(data_dir)

    wait_until_stopped(data_dir)
    assert not place.exists()


def test_a_short_place_that_is_someone_elses_is_refused(initialized: Path, tmp_path: Path):
    data_dir = tmp_path / ("long" * 30)
    subprocess.run(["cp", "--archive", initialized, data_dir], check=True)
    place = Path(embedded.connection(data_dir).host)
    place.symlink_to(tmp_path)

    with pytest.raises(embedded.EmbeddedError, match="someone else's"):
        embedded.ensure_running(data_dir)

    assert place.is_symlink()
    place.unlink()


def test_a_path_with_spaces_and_letters_of_other_languages_works(initialized: Path, tmp_path: Path):
    data_dir = tmp_path / "Bücher & 'Belege' 100 %"
    subprocess.run(["cp", "--archive", initialized, data_dir], check=True)

    with (
        embedded.ensure_running(data_dir, grace=0),
        psycopg.connect(embedded.database_url(data_dir, role="lf_app")) as app,
    ):
        assert app.execute("SELECT 1").fetchone() == (1,)
    wait_until_stopped(data_dir)


@pytest.mark.parametrize("role", ["postgres", "lf_owner", "lf_app", "lf_backup"])
def test_every_role_needs_its_password(database: embedded.EmbeddedDatabase, role: str):
    with database.connect(role=role) as session:
        assert session.execute("SELECT current_user").fetchone() == (role,)

    for wrong in ("", "wrong"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(host=database.host, dbname="ledgerflow", user=role, password=wrong)


def test_it_listens_on_its_socket_only(database: embedded.EmbeddedDatabase):
    with database.connect(role="postgres") as superuser:
        row = superuser.execute(
            "SELECT current_setting('listen_addresses'), count(*) FROM pg_hba_file_rules "
            "WHERE auth_method <> 'scram-sha-256'"
        ).fetchone()

    assert row == ("", 0)
    with socket.socket(socket.AF_UNIX) as plain:
        plain.connect(f"{database.host}/.s.PGSQL.{database.port}")


def test_an_ordinary_user_runs_it_alone(tmp_path: Path):
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    identity = server_identity(data_dir=tmp_path, cluster=home / "none", program=Path(sys.executable))
    os.chown(home, identity.uid, identity.gid)
    program = (
        "import os, sys; from pathlib import Path\n"
        f"sys.path[:0] = [{str(ROOT)!r}, *{sys.path!r}]\n"
        "from ledgerflow import embedded\n"
        f"with embedded.ensure_running(Path({str(home / 'data')!r}), grace=0) as lease:\n"
        "    with lease.database.connect(role='lf_app') as app:\n"
        "        print(os.geteuid(), app.execute('SELECT current_user').fetchone()[0])\n"
    )

    status, said = identity.run([sys.executable, "-c", program])

    wait_until_stopped(home / "data")
    assert (status, said) == (0, f"{identity.uid} lf_app")
    assert {path.stat().st_uid for path in (home / "data").iterdir()} == {identity.uid}
    assert pwd.getpwuid(identity.uid).pw_uid != 0
