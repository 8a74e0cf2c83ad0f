"""Jobs in PostgreSQL: enqueued in the transaction of the row they are about. The only importer of procrastinate."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.db import connection, transaction
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Status

logger = logging.getLogger(__name__)

#: A job whose worker died this often is given up: it may be what kills them.
MOST_ATTEMPTS = 3

_HEARTBEAT_SECONDS = 2.0
_STALLED_SECONDS = 8.0

_told_when_given_up: dict[str, Callable[..., None]] = {}


def job(
    *, name: str, given_up: Callable[..., None], queue: str = "default"
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register the function as the job ``name``; its arguments must be JSON values.

    ``given_up`` is called with the same arguments when the job killed its worker too often, so that its row can say so.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        app.task(name=name, queue=queue)(function)
        _told_when_given_up[name] = given_up
        return function

    return register


def enqueue(
    name: str, *, lock: str | None = None, once: str | None = None, in_seconds: int = 0, **arguments: Any
) -> None:
    """Enqueue the job in the current transaction, to be done now or ``in_seconds``.

    ``lock`` keeps jobs of the same lock from running at the same time; ``once`` makes a second enqueuing of the same
    text a no-op while the first still waits.
    """
    wait = {"seconds": in_seconds} if in_seconds else None
    try:
        # A savepoint, because a second enqueuing must leave the transaction around it usable.
        with transaction.atomic():
            app.configure_task(name, lock=lock, queueing_lock=once, schedule_in=wait).defer(**arguments)
    except AlreadyEnqueued:
        logger.info("Job %s is waiting already.", name)


def worker_is_alive() -> bool:
    """Whether a worker has given a sign of life within the last half minute."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM procrastinate_workers WHERE last_heartbeat > now() - interval '30 seconds')"
        )
        return bool(cursor.fetchone()[0])


def run_worker(*, concurrency: int = 1) -> None:
    """Work until SIGINT or SIGTERM, taking up again what a killed worker left."""
    asyncio.run(_work(concurrency))


async def _work(concurrency: int) -> None:
    worker_app = app.with_connector(cast("DjangoConnector", app.connector).get_worker_connector())
    async with worker_app.open_async():
        rescue = asyncio.create_task(_rescue_until_cancelled(worker_app))
        try:
            await worker_app.run_worker_async(
                concurrency=concurrency,
                fetch_job_polling_interval=1.0,
                update_heartbeat_interval=_HEARTBEAT_SECONDS,
                stalled_worker_timeout=_STALLED_SECONDS,
                shutdown_graceful_timeout=10.0,
                delete_jobs="successful",
            )
        finally:
            rescue.cancel()


async def _rescue_until_cancelled(worker_app: App) -> None:
    while True:
        try:
            await _rescue(worker_app)
        except Exception:  # the loop must outlive a database that is away for a moment
            logger.exception("Unable to look for jobs of killed workers")
        await asyncio.sleep(_HEARTBEAT_SECONDS)


async def _rescue(worker_app: App) -> None:
    """Queue the jobs of dead workers again, but fail one that has been tried too often."""
    manager = worker_app.job_manager
    for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_SECONDS):
        if stalled.attempts + 1 >= MOST_ATTEMPTS:
            logger.error(
                "Job %s (%s) is given up: its worker died %s times.",
                stalled.id,
                stalled.task_name,
                MOST_ATTEMPTS,
            )
            await manager.finish_job(stalled, Status.FAILED, delete_job=False)
            await sync_to_async(_told_when_given_up[stalled.task_name])(**stalled.task_kwargs)
        else:
            logger.warning("Job %s (%s) is taken up again: its worker died.", stalled.id, stalled.task_name)
            await manager.retry_job(stalled)
