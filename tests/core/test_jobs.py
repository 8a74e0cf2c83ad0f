"""A job is a row of the same transaction as the row it is about."""

import asyncio

import psycopg
import pytest
from django.db import connection, transaction

from ledgerflow.core import jobs
from tests.conftest import database_settings


class _SomethingWentWrongError(Exception):
    pass


def _waiting(name: str) -> list[dict[str, object]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [name])
        return [row[0] for row in cursor.fetchall()]


def test_a_job_of_a_rolled_back_transaction_does_not_exist(committed_db: str) -> None:
    def store_and_fail() -> None:
        with transaction.atomic():
            jobs.enqueue("read", run=1)
            raise _SomethingWentWrongError

    with pytest.raises(_SomethingWentWrongError):
        store_and_fail()

    assert _waiting("read") == []


def test_a_job_of_a_committed_transaction_waits_once_with_its_arguments(committed_db: str) -> None:
    with transaction.atomic():
        jobs.enqueue("read", run=1, names=["a.ofx"])

    connection.close()

    assert len(_waiting("read")) == 1
    assert "a.ofx" in str(_waiting("read")[0])


@pytest.mark.django_db
def test_enqueuing_once_twice_leaves_one_waiting_and_the_transaction_usable() -> None:
    jobs.enqueue("refresh", once="book 1", book=1)
    jobs.enqueue("refresh", once="book 1", book=1)
    jobs.enqueue("refresh", once="book 2", book=2)

    assert len(_waiting("refresh")) == 2


@pytest.mark.django_db
def test_jobs_without_once_all_wait() -> None:
    jobs.enqueue("read", run=1)
    jobs.enqueue("read", run=1)

    assert len(_waiting("read")) == 2


@pytest.mark.django_db
def test_no_worker_is_alive_before_one_has_given_a_sign() -> None:
    assert not jobs.worker_is_alive()


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds_ago", "alive"), [(5, True), (60, False)])
def test_a_worker_is_alive_while_its_sign_of_life_is_recent(seconds_ago: int, alive: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s))",
            [seconds_ago],
        )

    assert jobs.worker_is_alive() is alive


@pytest.mark.parametrize(("gives_a_sign", "status"), [(True, "doing"), (False, "todo")])
def test_a_clock_put_forward_takes_no_job_from_a_living_worker(
    committed_db: str, gives_a_sign: bool, status: str
) -> None:
    jobs.enqueue("read")

    async def look_twice(session: psycopg.Connection) -> None:
        worker_app = jobs.app.with_connector(jobs.app.connector.get_worker_connector())
        async with worker_app.open_async():
            rescue = jobs._Rescue(worker_app)
            await rescue.look()
            if gives_a_sign:
                session.execute("UPDATE procrastinate_workers SET last_heartbeat = now()")
            await rescue.look()

    with psycopg.connect(**database_settings(), autocommit=True) as session:
        session.execute(
            "WITH worker AS (INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')"
            " RETURNING id) UPDATE procrastinate_jobs SET status = 'doing', worker_id = worker.id FROM worker"
        )
        asyncio.run(look_twice(session))

        assert session.execute("SELECT status::text FROM procrastinate_jobs").fetchone() == (status,)
