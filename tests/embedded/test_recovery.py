"""Any second can be had back from base backups and archived WAL, and damage to either is named, not restored."""

import gzip
import os
import secrets
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from ledgerflow import embedded
from ledgerflow.embedded.archive import archive_wal, compress_finished, generation_of, wait_until_archived
from ledgerflow.embedded.base_backups import (
    BaseBackup,
    DamagedBackupError,
    base_backups,
    chain_of,
    check_base_backup,
    prune_archive,
    take_base_backup,
)
from ledgerflow.embedded.recovery import NothingArchivedError, put_in_place, rebuilt
from tests.embedded import processes


@dataclass
class Archived:
    """A server whose WAL is archived elsewhere, with rows before, between and after two copies."""

    data_dir: Path
    archive: embedded.Archive
    full: BaseBackup
    incremental: BaseBackup
    moment: datetime

    def rows(self) -> list[int]:
        with embedded.connection(self.data_dir).connect(role="lf_owner") as session:
            return _rows(session)


def _rows(session: psycopg.Connection) -> list[int]:
    return [row for (row,) in session.execute("SELECT row FROM journal ORDER BY row").fetchall()]


def _receivers(data_dir: Path) -> list[int]:
    host = f"--host={embedded.connection(data_dir).host}"
    return [pid for pid in processes._pids() if host in processes._command(pid)]


@pytest.fixture(scope="module")
def archived(initialized: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archived]:
    data_dir = tmp_path_factory.mktemp("archived") / "data"
    subprocess.run(["cp", "--archive", initialized, data_dir], check=True)
    archive = embedded.Archive(tmp_path_factory.mktemp("backups") / "recovery")
    archive_wal(data_dir, archive)
    with embedded.ensure_running(data_dir, grace=0) as lease:
        with lease.database.connect(role="lf_owner") as session:
            session.execute("CREATE TABLE journal (row integer)")
            session.execute("INSERT INTO journal VALUES (1)")
            full = take_base_backup(data_dir, archive)
            session.execute("INSERT INTO journal VALUES (2)")
            incremental = take_base_backup(data_dir, archive)
            session.execute("INSERT INTO journal VALUES (3)")
            time.sleep(0.1)
            moment = datetime.now(UTC)
            time.sleep(0.1)
            session.execute("DELETE FROM journal")
        yield Archived(data_dir, archive, full, incremental, moment)
    processes.wait_until_stopped(data_dir)


@pytest.fixture
def copy_of_archive(archived: Archived, tmp_path: Path) -> embedded.Archive:
    """The archive as it is now, to be harmed."""
    wait_until_archived(archived.data_dir, timeout=90)
    shutil.copytree(archived.archive.path, tmp_path / "recovery")
    return embedded.Archive(tmp_path / "recovery")


def _flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def test_one_copy_stands_on_the_other(archived):
    assert archived.full.parent is None
    assert archived.incremental.parent == archived.full.name
    assert [copy.name for copy in chain_of(archived.incremental)] == [
        archived.full.name,
        archived.incremental.name,
    ]
    assert archived.incremental.size < archived.full.size / 2


def test_a_flipped_byte_of_a_copy_is_named(archived, copy_of_archive, tmp_path):
    copy = copy_of_archive.generations()[0].base / archived.full.name / "data"
    check_base_backup(copy)
    victim = next(
        path for path in sorted((copy / "base").rglob("*")) if path.is_file() and path.stat().st_size
    )
    _flip(victim, 100)

    with pytest.raises(DamagedBackupError, match=f"{victim.name} is damaged"):
        check_base_backup(copy)
    with (
        pytest.raises(DamagedBackupError, match=f"{victim.name} is damaged"),
        rebuilt(copy_of_archive, target=archived.moment, place=tmp_path),
    ):
        pass
    _flip(victim, 100)
    victim.write_bytes(victim.read_bytes() + b"x")
    with pytest.raises(DamagedBackupError, match="bytes where"):
        check_base_backup(copy)
    victim.unlink()
    with pytest.raises(DamagedBackupError, match="cannot be read"):
        check_base_backup(copy)
    _flip(copy / "backup_manifest", 300)
    with pytest.raises(DamagedBackupError, match="backup_manifest"):
        check_base_backup(copy)


def test_missing_and_damaged_wal_is_named(archived, copy_of_archive, tmp_path):
    with embedded.connection(archived.data_dir).connect(role="postgres") as superuser:
        for _ in range(3):
            superuser.execute("SELECT pg_logical_emit_message(true, 'test', 'something to archive')")
            superuser.execute("SELECT pg_switch_wal()")
    wait_until_archived(archived.data_dir, timeout=90)
    shutil.rmtree(copy_of_archive.path)
    shutil.copytree(archived.archive.path, copy_of_archive.path)
    (generation,) = copy_of_archive.generations()
    assert compress_finished(copy_of_archive) >= 3
    packed = sorted(generation.wal.glob("*.gz"))
    assert len(gzip.decompress(packed[-1].read_bytes())) == 16 * 1024 * 1024
    latest = rebuilt(copy_of_archive, target=None, place=tmp_path)

    _flip(packed[-1], 60)  # further on it may hit one of many ways to write the same zeros
    with pytest.raises(DamagedBackupError, match=f"{packed[-1].name} is damaged"), latest:
        pass
    packed[-1].unlink()
    with (
        pytest.raises(DamagedBackupError, match="has a gap before"),
        rebuilt(copy_of_archive, target=None, place=tmp_path),
    ):
        pass
    # Whole, but not WAL: recovery ends there although finished segments follow.
    packed[-1].write_bytes(gzip.compress(bytes(16 * 1024 * 1024)))
    with (
        pytest.raises(DamagedBackupError, match="is damaged at"),
        rebuilt(copy_of_archive, target=None, place=tmp_path),
    ):
        pass
    (generation.base / archived.full.name / "backup.json").unlink()
    with (
        pytest.raises(DamagedBackupError, match=f"{archived.full.name}, on which .* is missing"),
        rebuilt(copy_of_archive, target=None, place=tmp_path),
    ):
        pass
    assert list(tmp_path.glob("restoring-*")) == []


def test_before_the_first_copy_nothing_can_be_had(archived, tmp_path):
    with (
        pytest.raises(NothingArchivedError, match=r"begins at .* choose a later moment"),
        rebuilt(archived.archive, target=archived.full.finished_at - timedelta(seconds=1), place=tmp_path),
    ):
        pass
    with (
        pytest.raises(NothingArchivedError, match="No base backup lies in"),
        rebuilt(embedded.Archive(tmp_path / "none"), target=None, place=tmp_path),
    ):
        pass


def test_a_receiver_that_is_killed_is_started_again(archived):
    processes.wait_for(lambda: len(_receivers(archived.data_dir)) == 1)
    (killed,) = _receivers(archived.data_dir)

    os.kill(killed, signal.SIGKILL)

    processes.wait_for(lambda: _receivers(archived.data_dir) not in ([], [killed]))
    assert wait_until_archived(archived.data_dir, timeout=90) < 90


def test_a_second_comes_back_and_what_it_replaces_is_kept(archived):
    """Last but one in this module, because it gives the server other rows."""
    assert archived.rows() == []
    wait_until_archived(archived.data_dir, timeout=90)

    with rebuilt(archived.archive, target=archived.moment, place=archived.data_dir) as books:
        with books.lease.database.connect(role="lf_owner") as session:
            assert _rows(session) == [1, 2, 3]
            assert session.execute("SHOW archive_mode").fetchone() == ("off",)
        assert not books.is_latest
        seconds = put_in_place(books, archived.data_dir)

    assert archived.rows() == [1, 2, 3]
    assert seconds < 10
    assert len(list(archived.data_dir.glob("postgres.before-*"))) == 1
    assert list(archived.data_dir.glob("restoring-*")) == []
    wait_until_archived(archived.data_dir, timeout=90)
    assert len(archived.archive.generations()) == 2

    # Before the first copy of the new life, its former one can still be had; after it, the new one's latest.
    with rebuilt(archived.archive, target=archived.moment, place=archived.data_dir) as books:
        assert books.lease.database.connect(role="lf_owner").execute(
            "SELECT count(*) FROM journal"
        ).fetchone() == (3,)
        assert books.left_at is None
    with rebuilt(archived.archive, target=datetime.now(UTC), place=archived.data_dir) as books:
        assert books.left_at == archived.archive.generations()[0].began_at
    take_base_backup(archived.data_dir, archived.archive, full=True)
    with rebuilt(
        archived.archive, target=datetime.now(UTC) + timedelta(hours=1), place=archived.data_dir
    ) as books:
        assert books.is_latest
        assert books.left_at is None
        with books.lease.database.connect(role="lf_owner") as session:
            assert _rows(session) == [1, 2, 3]


def test_pruning_leaves_what_the_last_days_need(archived):
    now = datetime.now(UTC)
    newest, older = archived.archive.generations()
    before = len(base_backups(older))

    assert prune_archive(archived.archive, before=now - timedelta(days=7)) == []
    assert len(base_backups(older)) == before == 2

    gone = prune_archive(archived.archive, before=now + timedelta(seconds=1))

    assert older.path.name in gone
    assert not older.path.exists()
    assert len(base_backups(newest)) == 1


def test_switched_off_the_server_keeps_no_wal_for_it(archived):
    archive_wal(archived.data_dir, None)

    processes.wait_for(lambda: not _receivers(archived.data_dir))
    with embedded.connection(archived.data_dir).connect(role="postgres") as superuser:
        processes.wait_for(lambda: superuser.execute("SELECT 1 FROM pg_replication_slots").fetchone() is None)
        processes.wait_for(lambda: superuser.execute("SHOW summarize_wal").fetchone() == ("off",))


def _wait_until_received(data_dir: Path, archive: embedded.Archive) -> None:
    """Commit something and wait until it, and so all that was committed before, is in the archive."""
    mark = secrets.token_hex(16)
    with embedded.connection(data_dir).connect(role="postgres") as superuser:
        superuser.execute("SELECT pg_logical_emit_message(true, 'test', %s)", [mark])
    (generation,) = archive.generations()
    processes.wait_for(
        lambda: any(mark.encode() in path.read_bytes() for path in sorted(generation.wal.iterdir())[-2:])
    )


def test_a_cluster_is_of_one_generation_although_many_name_it_at_once(tmp_path):
    for attempt in range(20):
        cluster = tmp_path / str(attempt)
        cluster.mkdir()
        together = threading.Barrier(4)

        def named(cluster: Path = cluster, together: threading.Barrier = together) -> str:
            together.wait()
            return generation_of(cluster)

        with ThreadPoolExecutor(4) as pool:
            names = {each.result() for each in [pool.submit(named) for _ in range(4)]}

        assert names == {generation_of(cluster)}
        assert [path.name for path in cluster.iterdir()] == ["ledgerflow_generation"]


def test_when_the_data_folder_vanishes_at_most_a_second_of_work_is_lost(initialized, tmp_path):
    data_dir, archive = tmp_path / "data", embedded.Archive(tmp_path / "elsewhere" / "recovery")
    subprocess.run(["cp", "--archive", initialized, data_dir], check=True)
    archive_wal(data_dir, archive)
    lease = embedded.ensure_running(data_dir, grace=0)
    with lease.database.connect(role="lf_owner") as session:
        session.execute("CREATE TABLE journal (row integer)")
    take_base_backup(data_dir, archive)
    acknowledged: list[float] = []

    def work() -> None:
        with lease.database.connect(role="lf_owner") as session:
            try:
                while True:
                    session.execute("INSERT INTO journal VALUES (%s)", [len(acknowledged)])
                    acknowledged.append(time.monotonic())
            except psycopg.Error:
                return

    worker = threading.Thread(target=work)
    worker.start()
    processes.wait_for(lambda: len(acknowledged) > 0)
    arrived = len(acknowledged)
    _wait_until_received(data_dir, archive)
    processes.wait_for(lambda: len(acknowledged) > arrived + 100)
    # All of the server in one instant. Killing takes its time on a busy machine, and the receiver goes with the
    # supervisor, which goes first because it would start the server again: no commit may come meanwhile.
    processes.freeze(*processes.servers(data_dir))
    processes.kill(*processes.supervisors(data_dir))
    while running := processes.servers(data_dir):
        processes.kill(*running)
    shutil.rmtree(data_dir)
    worker.join()
    lease.close()

    data_dir.mkdir()
    with rebuilt(archive, target=None, place=data_dir) as books:
        with books.lease.database.connect(role="lf_owner") as session:
            there = _rows(session)
        put_in_place(books, data_dir)

    # By the times at which the commits themselves were acknowledged: while the machine is too busy to commit, no
    # work is lost either, however long that takes.
    lost = acknowledged[len(there) :]
    assert there == list(range(len(there)))
    assert arrived <= len(there) <= len(acknowledged) + 1
    assert not lost or lost[-1] - lost[0] <= 1.0, f"{len(lost)} of {len(acknowledged)} lost"
    with (
        embedded.ensure_running(data_dir, grace=0) as again,
        again.database.connect(role="lf_owner") as session,
    ):
        assert _rows(session) == there
    processes.wait_until_stopped(data_dir)
