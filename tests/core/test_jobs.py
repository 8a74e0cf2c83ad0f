"""A job is a row of the same transaction as the row it is about."""

import pytest
from django.db import connection, transaction

from ledgerflow.core import jobs


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
