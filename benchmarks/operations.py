"""Backups and restores, measured: ``make bench-ops``, smaller with ``OPS="--lines 200000"``.

An embedded server of its own is filled with one book, two lines an entry, through the door that posts in sets. Then,
each against its own yardstick in the same run: the dump against ``pg_dump | gzip``; a restore to a second, to the last
verified row; the swap, as a client sees it; what is lost when the data folder vanishes under load; a page during a
backup against an idle one; posting with WAL archived and without.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

PLACE = Path(tempfile.mkdtemp(prefix="lf-bench-ops-"))
for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_BACKUP_URL", "REDIS_URL"):
    os.environ.pop(name, None)
os.environ.update(
    DJANGO_SETTINGS_MODULE="config.settings",
    LEDGERFLOW_DATA_DIR=str(PLACE / "data"),
    LEDGERFLOW_BACKUP_DIR=str(PLACE / "backups"),
    LEDGERFLOW_AUTOMATIC_BACKUPS="0",
    LEDGERFLOW_POINT_IN_TIME="1",
)

import django

django.setup()

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.test import Client
from django.utils import timezone

from benchmarks.table import Row, render
from ledgerflow import embedded
from ledgerflow.books.models import Book
from ledgerflow.embedded.archive import archive_wal, wait_until_archived
from ledgerflow.embedded.recovery import rebuilt
from ledgerflow.ledger.models import Account, BatchSource
from ledgerflow.ledger.services import journal
from ledgerflow.ledger.services.opening import open_book
from ledgerflow.ops.backups import access, services
from ledgerflow.ops.backups.restores import restore_moment
from ledgerflow.ops.models import BackupReason
from ledgerflow.users.models import User

STAGE = """
    INSERT INTO pg_temp.ledger_staged_line
           (entry, no, date, account_id, currency, amount, base_amount, reverses_number)
    SELECT n, no, date '2024-01-01' + ((%s + n) / 7 %% 730)::int,
           CASE no WHEN 1 THEN bank ELSE costs[1 + n %% cardinality(costs)] END,
           'USD', amount * (3 - 2 * no), amount * (3 - 2 * no), NULL
      FROM (SELECT %s::bigint AS bank, %s::bigint[] AS costs) AS account, generate_series(1, 2) AS no,
           LATERAL (SELECT n, (1 + n * 7919 %% 500000)::numeric / 100 AS amount
                      FROM generate_series(1, %s) AS n) AS entry
"""
ARCHIVE = embedded.Archive(settings.BACKUP_DIR / "recovery")


def fill(lines: int) -> Book:
    owner = User.objects.create_user("bench@example.org", is_firm_admin=True)
    book = open_book(name="Bench", base_currency="USD", chart="generic", owner=owner, now=timezone.now())
    post(book, lines // 2)
    return book


def post(book: Book, entries: int) -> float:
    """Post two-line entries over two years through the staged door, in sets; return the seconds."""
    accounts = list(Account.objects.filter(book=book).order_by("code").values_list("pk", flat=True))
    owner = User.objects.get(email="bench@example.org")
    began = time.perf_counter()
    for first in range(0, entries, journal.SET_SIZE):
        with transaction.atomic():
            journal.staging()
            with connection.cursor() as cursor:
                cursor.execute(
                    STAGE, [first, accounts[0], accounts[1:], min(journal.SET_SIZE, entries - first)]
                )
            journal.post_staged(
                book=book, source=BatchSource.MANUAL, posted_by=owner, posted_at=timezone.now()
            )
    return time.perf_counter() - began


def timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def plain_dump() -> None:
    reader = access.reader()
    with (PLACE / "plain.sql.gz").open("wb") as out:
        dump = subprocess.Popen(
            [embedded.program("pg_dump"), f"--dbname={reader.conninfo}"],
            stdout=subprocess.PIPE,
            env=reader.environment,
        )
        subprocess.run(["gzip"], stdin=dump.stdout, stdout=out, check=True)
        assert dump.wait() == 0


def held(*cells: object) -> Row:
    """Return a row of name, measured, yardstick, factor, goal (or none) and unit, all of them at most."""
    name, measured, beside, factor, goal, unit = (*cells, "times")[:6]
    return Row(str(name), str(measured), str(beside), float(str(factor)), str(unit), goal, at_most=True)  # type: ignore[arg-type] - of a goal's type


def dump_rows(rounds: int) -> Iterator[Row]:
    plain, ours = [], []
    for _ in range(rounds):
        plain.append(timed(plain_dump))
        ours.append(timed(lambda: services.create_dump(reason=BackupReason.ASKED, now=timezone.now())))
    ratio = statistics.median(ours) / statistics.median(plain)
    yield held(
        "dump, verified", f"{statistics.median(ours):.1f} s", f"{statistics.median(plain):.1f} s", ratio, 1.5
    )


def recovery_rows() -> Iterator[Row]:
    copying = timed(
        lambda: services.create_base_backup(reason=BackupReason.ASKED, now=timezone.now(), full=True)
    )
    yield held("full copy", f"{copying:.1f} s", "", copying, None, "s")
    book = Book.objects.get()
    post(book, 5000)
    again = timed(lambda: services.create_base_backup(reason=BackupReason.ASKED, now=timezone.now()))
    yield held("incremental copy", f"{again:.1f} s", "", again, None, "s")
    time.sleep(1)
    moment = datetime.now(UTC)
    time.sleep(1)
    with access.administrator().connect() as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("DELETE FROM ledger_journalline WHERE no = 2 AND entry_number % 10 = 0")
    with watched() as away:
        began = time.perf_counter()
        restored = restore_moment(moment, confirm=lambda _: True)
        took = time.perf_counter() - began
    yield held("a second restored, verified, swapped", f"{took:.1f} s", "60 s", took, 60.0, "s")
    yield held("swap: server away", f"{restored.seconds_away:.2f} s", "1 s", restored.seconds_away, 1.0, "s")
    yield held("swap: longest wait of a query", f"{max(away):.2f} s", "1 s", max(away), 1.0, "s")


@contextmanager
def watched() -> Iterator[list[float]]:
    """Ask the application's database again and again; note how long each answer took, retries included."""
    answers, done = [0.0], threading.Event()
    application = access.application()

    def ask() -> None:
        while not done.is_set():
            began = time.perf_counter()
            while True:
                try:
                    with psycopg.connect(
                        application.conninfo, password=application.password, connect_timeout=5
                    ) as session:
                        session.execute("SELECT 1 FROM books_book")
                    break
                except psycopg.OperationalError:
                    time.sleep(0.01)
            answers.append(time.perf_counter() - began)
            done.wait(0.02)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield answers
    finally:
        done.set()
        thread.join()


def latency_rows() -> Iterator[Row]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get())

    def asked() -> float:
        # Both times a person's pace: page after page without a breath stays in the processor's caches.
        time.sleep(0.05)
        return timed(lambda: client.get("/backups/"))

    asked()
    idle = [asked() for _ in range(40)]
    busy: list[float] = []
    backup = subprocess.Popen(
        [sys.executable, "-m", "ledgerflow.cli", "backup", "create"], stdout=subprocess.DEVNULL
    )
    while backup.poll() is None:
        busy.append(asked())
    ratio = statistics.median(busy) / statistics.median(idle)
    yield held(
        "page during a backup, median",
        f"{1000 * statistics.median(busy):.0f} ms",
        f"{1000 * statistics.median(idle):.0f} ms",
        ratio,
        1.5,
    )


def archiving_rows(rounds: int) -> Iterator[Row]:
    book = Book.objects.get()
    taken: dict[bool, list[float]] = {True: [], False: []}
    # Many short turns, because a machine that others use is now quick and now slow.
    for _ in range(4 * rounds):
        for archived in (True, False):
            archive_wal(settings.DATA_DIR, ARCHIVE if archived else None)
            time.sleep(2.5)
            taken[archived].append(post(book, 2 * journal.SET_SIZE))
    archive_wal(settings.DATA_DIR, ARCHIVE)
    with_it, without = statistics.median(taken[True]), statistics.median(taken[False])
    yield held("posting with WAL archived", f"{with_it:.2f} s", f"{without:.2f} s", with_it / without, 1.1)


def loss_rows() -> Iterator[Row]:
    wait_until_archived(settings.DATA_DIR, timeout=60)
    services.create_base_backup(reason=BackupReason.ASKED, now=timezone.now(), full=True)
    with access.owner().connect() as owner:
        owner.execute("CREATE TABLE acknowledged (n integer)")
    seen: list[float] = []

    def work() -> None:
        with access.owner().connect() as session:
            try:
                while True:
                    session.execute("INSERT INTO acknowledged VALUES (%s)", [len(seen)])
                    seen.append(time.monotonic())
            except psycopg.Error:
                return

    worker = threading.Thread(target=work)
    worker.start()
    time.sleep(10)
    cluster = Path(settings.DATA_DIR) / "postgres"
    leader = int((cluster / "postmaster.pid").read_text().split()[0])
    vanished = time.monotonic()
    os.kill(leader, 9)
    shutil.rmtree(cluster, ignore_errors=True)
    worker.join()
    with (
        rebuilt(ARCHIVE, target=None, place=PLACE) as books,
        books.lease.database.connect(role="lf_owner") as session,
    ):
        (there,) = session.execute("SELECT count(*) FROM acknowledged").fetchone() or (0,)
    lost = max(0.0, vanished - seen[there]) if there < len(seen) else 0.0
    yield held(
        f"lost with the data folder: {len(seen) - there} of {len(seen):,} commits",
        f"{lost:.3f} s",
        "1 s",
        lost,
        1.0,
        "s",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--lines", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rows: list[Row] = []
    archive_wal(settings.DATA_DIR, ARCHIVE)
    try:
        with embedded.ensure_running(settings.DATA_DIR, grace=0):
            with connections["owner"].cursor() as cursor:
                cursor.execute(embedded.DEFAULT_PRIVILEGES)
            call_command("migrate", database="owner", verbosity=0)
            print(f"{options.lines:,} lines posted in {timed(lambda: fill(options.lines)):.0f} s", flush=True)
            for part in (
                dump_rows(options.rounds), latency_rows(), recovery_rows(), archiving_rows(options.rounds), loss_rows()
            ):  # fmt: skip
                for each in part:
                    rows.append(each)
                    print(" ".join(each.cells()), flush=True)
            connections.close_all()
        print(f"\n{options.lines:,} lines\n\n{render(rows)}")
    finally:
        embedded.wait_until_stopped(Path(settings.DATA_DIR))
        shutil.rmtree(PLACE, ignore_errors=True)


if __name__ == "__main__":
    main()
