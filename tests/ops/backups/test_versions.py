"""A dump goes from PostgreSQL 18 to 15 and from 15 to 18, and the books hold on both."""

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ledgerflow import embedded
from ledgerflow.embedded import RolePasswords, bootstrap_roles
from ledgerflow.embedded.user_switch import server_identity
from ledgerflow.ops.backups.access import Access, major_version, of_embedded
from ledgerflow.ops.backups.dumps import load, write_dump
from ledgerflow.ops.backups.facts import differences, facts
from ledgerflow.ops.backups.making import create_database
from ledgerflow.ops.backups.restoring import prove, restore_beside
from tests.ops.backups.conftest import Dumped

_PROGRAMS = Path("/usr/lib/postgresql/15/bin")
pytestmark = pytest.mark.postgresql15


@pytest.fixture(scope="module")
def fifteen() -> Iterator[dict[str, Access]]:
    """A server of PostgreSQL 15 with LedgerFlow's roles."""
    place = Path(tempfile.mkdtemp(prefix="lf15-"))
    identity = server_identity(data_dir=place, cluster=place / "data", program=_PROGRAMS / "postgres")
    os.chown(place, identity.uid, identity.gid)
    secret = secrets.token_urlsafe(12)
    (place / "password").write_text(secret)
    os.chown(place / "password", identity.uid, identity.gid)
    status, said = identity.run(
        [_PROGRAMS / "initdb", f"--pgdata={place / 'data'}", "--username=postgres", f"--pwfile={place / 'password'}",
         "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    )  # fmt: skip
    assert status == 0, said
    server = identity.spawn(
        [
            _PROGRAMS / "postgres",
            "-D",
            place / "data",
            "-k",
            place,
            "-c",
            "listen_addresses=",
            "-c",
            "fsync=off",
        ],
        output=subprocess.DEVNULL,
    )
    passwords = RolePasswords(*(secrets.token_urlsafe(12) for _ in range(3)))
    try:
        with _patient(host=str(place), user="postgres", password=secret, dbname="postgres") as superuser:
            bootstrap_roles(superuser, passwords=passwords)
        at = {"host": str(place), "dbname": embedded.DATABASE}
        yield {
            "owner": Access(at | {"user": "lf_owner"}, passwords.owner),
            "app": Access(at | {"user": "lf_app"}, passwords.app),
            "backup": Access(at | {"user": "lf_backup"}, passwords.backup),
        }
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(place, ignore_errors=True)


def _patient(**at: str) -> psycopg.Connection:
    for _ in range(200):
        try:
            return psycopg.connect(**at, autocommit=True)
        except psycopg.OperationalError:
            subprocess.run(["sleep", "0.1"], check=True)
    return psycopg.connect(**at, autocommit=True)


def test_from_the_newer_to_the_older_and_back(place: Dumped, fifteen: dict[str, Access], tmp_path: Path):
    restore_beside(place.backup, place.backup.path, owner=fifteen["owner"], name="restored")
    older = {role: access.to("restored") for role, access in fifteen.items()}
    prove(older["app"], older["owner"], media_root=place.media)

    again = tmp_path / "again.sql.gz"
    with older["backup"].connect() as connection:
        assert major_version(connection) == 15
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        (snapshot,) = connection.execute("SELECT pg_export_snapshot()").fetchone()
        write_dump(older["backup"], snapshot=snapshot, server=15, path=again)

    with embedded.ensure_running(tmp_path / "data", grace=0) as lease:
        owner = of_embedded(lease.database, role="lf_owner")
        create_database(owner, "restored")
        newer = owner.to("restored")
        load(again, newer, server=18)
        with newer.connect() as connection:
            assert major_version(connection) == 18
            assert differences(place.backup.facts, facts(connection)) == []
        prove(of_embedded(lease.database, role="lf_app").to("restored"), newer, media_root=place.media)
    embedded.wait_until_stopped(tmp_path / "data")
