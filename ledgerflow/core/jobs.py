"""Jobs in PostgreSQL: enqueued in the transaction of the row they are about. The only importer of procrastinate."""

import asyncio
import logging
import signal
import time
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection, connections, transaction
from procrastinate import App, BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from psycopg import AsyncConnection
from psycopg import Error as PsycopgError

from ledgerflow.core import database_errors, signs_of_life
from ledgerflow.core.connecting import libpq_parameters
from ledgerflow.core.doing import begun

logger = logging.getLogger(__name__)

#: A job whose worker died this often is given up: it may be what kills them.
MOST_ATTEMPTS = 3

#: The queue of what people wait for.
DEFAULT = "default"
#: The queue of jobs that wait for a language model elsewhere, minutes at a time.
MODELS = "models"
#: The queue of long jobs about the whole installation.
BACKUPS = "backups"
QUEUES = (DEFAULT, MODELS, BACKUPS)

_HEARTBEAT_SECONDS = 2.0
_STALLED_SECONDS = 8.0

#: How long a worker waits before it looks for the database again: longer each time, and no longer than the last.
_BACKOFF_SECONDS = (0.2, 0.5, 1.0, 2.0, 3.0)
_HOUSEKEEPING_SECONDS = 600.0
#: A worker that ran for longer had reached the database in between.
_LONGEST_FAILURE_SECONDS = 30.0

_told_when_given_up: dict[str, Callable[..., None]] = {}


class _RetryWhenDatabaseWasAway(BaseRetryStrategy):
    """A job that lost its database is done again; any other error is the job's own, and final."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if database_errors.is_away(exception) and job.attempts + 1 < MOST_ATTEMPTS:
            return RetryDecision(retry_in={"seconds": 2 * (job.attempts + 1)})
        return None


def job(
    *, name: str, given_up: Callable[..., None], queue: str = DEFAULT
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register the function as the job ``name``; its arguments must be JSON values.

    ``given_up`` is called with the same arguments when the job killed its worker, or lost its database, too often, so
    that its row can say so.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        def run(context: JobContext, /, **arguments: Any) -> None:
            found = context.job
            with begun(job_id=found.id, job_name=name), database_errors.logged():
                try:
                    function(**arguments)
                except Exception as error:
                    if not database_errors.is_away(error):
                        logger.exception("Unable to do job %s (%s)", found.id, name)
                    elif found.attempts + 1 >= MOST_ATTEMPTS:
                        logger.exception(
                            "Job %s (%s) is given up: the database went away each time", found.id, name
                        )
                        given_up(**arguments)
                    else:
                        logger.warning("Job %s (%s) is done again: the database went away.", found.id, name)
                    raise

        app.task(name=name, queue=queue, pass_context=True, retry=_RetryWhenDatabaseWasAway())(run)
        _told_when_given_up[name] = given_up
        return function

    return register


def periodic_job(*, name: str, cron: str, queue: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register the function as the job ``name`` that a worker enqueues by the clock (UTC), one at a time.

    A worker that was away enqueues it at the next mark, so the function itself looks at what is due. The queue
    ``BACKUPS`` is worked off beside the others, so that nobody waits for it.
    """

    def register(function: Callable[[], None]) -> Callable[[], None]:
        def run(timestamp: int) -> None:  # noqa: ARG001 - the mark that it was enqueued for
            function()

        task = app.task(name=name, queue=queue, lock=name, queueing_lock=name)(run)
        app.periodic(cron=cron)(task)
        _told_when_given_up[name] = _nobody_is_told
        return function

    return register


def _nobody_is_told(**_: Any) -> None:
    """Say nothing: the next mark tries again."""


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


def is_waiting(once: str) -> bool:
    """Whether a job that was enqueued under that ``once`` still waits, for callers who would ask again all the time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo')",
            [once],
        )
        return bool(cursor.fetchone()[0])


def worker_is_alive() -> bool:
    """Whether a worker for what people wait for has given a sign of life within half a minute."""
    return _says(signs_of_life.WORKER_IS_ALIVE)


def keeper_is_alive() -> bool:
    """Whether a worker for backups alone is connected."""
    return _says(signs_of_life.KEEPER_IS_ALIVE)


def _says(question: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return bool(cursor.fetchone()[0])


def run_worker(
    *,
    queues: Collection[str] = QUEUES,
    concurrency: int = 1,
    housekeeping: Sequence[Callable[[], object]] = (),
) -> None:
    """Work until SIGINT or SIGTERM, taking up again what a killed worker left, and waiting while the database is away.

    ``concurrency`` counts for what people wait for; each other queue is worked off one job at a time beside it, so
    that neither a slow model nor a dump keeps an import waiting. ``housekeeping`` is done at the start and every ten
    minutes.
    """
    asyncio.run(_work_on(queues, concurrency, housekeeping))


async def _work_on(
    queues: Collection[str], concurrency: int, housekeeping: Sequence[Callable[[], object]]
) -> None:
    failures = 0
    while True:
        started = time.monotonic()
        try:
            await _work(queues, concurrency, housekeeping)
        except (ConnectorException, PsycopgError, DatabaseError, _EndedByItselfError) as error:
            if not isinstance(error, _EndedByItselfError) and not database_errors.is_away(error):
                raise
            failures = failures + 1 if time.monotonic() - started < _LONGEST_FAILURE_SECONDS else 1
            pause = _BACKOFF_SECONDS[min(failures, len(_BACKOFF_SECONDS)) - 1]
            logger.warning("The worker lost the database and looks again in %s s.", pause)
            # Django keeps a connection that was ended until a request is over, and here there are no requests.
            await sync_to_async(connections.close_all)()
            await asyncio.sleep(pause)
        else:
            return


async def _work(
    queues: Collection[str], concurrency: int, housekeeping: Sequence[Callable[[], object]]
) -> None:
    worker_app = app.with_connector(cast("DjangoConnector", app.connector).get_worker_connector())
    async with worker_app.open_async():
        listing, told = _Listing(), asyncio.Event()
        beside = [
            asyncio.create_task(_every(_HEARTBEAT_SECONDS, _Rescue(worker_app).look)),
            asyncio.create_task(_every(_HOUSEKEEPING_SECONDS, lambda: _keep_house(housekeeping))),
            asyncio.create_task(told.wait()),
        ]
        if DEFAULT not in queues:
            beside.append(asyncio.create_task(_every(_HEARTBEAT_SECONDS, listing.look)))
        work = [
            asyncio.create_task(_work_off(worker_app, queue, concurrency if queue == DEFAULT else 1))
            for queue in queues
        ]
        try:
            with _told_to_stop(told.set):
                ended, _ = await asyncio.wait([*work, beside[2]], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*work, *beside):
                task.cancel()
            await asyncio.gather(*work, *beside, return_exceptions=True)
            await listing.close()
    for task in ended:
        task.result()
    if not told.is_set():
        raise _EndedByItselfError


class _EndedByItselfError(Exception):
    """A worker stopped working off its queue without being told to, and has logged why: it lost the database."""


@contextmanager
def _told_to_stop(stop: Callable[[], None]) -> Iterator[None]:
    loop, signals = asyncio.get_running_loop(), (signal.SIGINT, signal.SIGTERM)
    for each in signals:
        loop.add_signal_handler(each, stop)
    try:
        yield
    finally:
        for each in signals:
            loop.remove_signal_handler(each)


class _Listing:
    """One connection under the keeper's name, opened again where a restore or a restart of the server has ended it."""

    def __init__(self) -> None:
        self._session: AsyncConnection[Any] | None = None

    async def look(self) -> None:
        if self._session is None:
            place = libpq_parameters("default") | {"application_name": signs_of_life.KEEPER}
            self._session = await AsyncConnection.connect(**place, autocommit=True)
        try:
            await self._session.execute("SELECT 1")
        except PsycopgError:
            await self.close()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


async def _work_off(worker_app: App, queue: str, concurrency: int) -> None:
    await worker_app.run_worker_async(
        queues=[queue],
        concurrency=concurrency,
        install_signal_handlers=False,
        fetch_job_polling_interval=1.0,
        update_heartbeat_interval=_HEARTBEAT_SECONDS,
        stalled_worker_timeout=_STALLED_SECONDS,
        shutdown_graceful_timeout=10.0,
        delete_jobs="successful",
    )


async def _keep_house(housekeeping: Sequence[Callable[[], object]]) -> None:
    for each in housekeeping:
        await sync_to_async(each)()


async def _every(seconds: float, act: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await act()
        except Exception as error:  # the loop must outlive a database that is away for a moment
            if database_errors.is_away(error):
                logger.warning("Unable to look after the queue: the database does not answer.")
            else:
                logger.exception("Unable to look after the queue")
        await asyncio.sleep(seconds)


class _Rescue:
    """Queues the jobs of dead workers again, but fails one that has been tried too often.

    A worker is dead when it gives no sign of life between two looks: a clock that was put forward makes every
    heartbeat look old, but only until the next one.
    """

    def __init__(self, worker_app: App) -> None:
        self._manager = worker_app.job_manager
        self._seen: set[tuple[int | None, int]] = set()

    async def look(self) -> None:
        stalled = list(await self._manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_SECONDS))
        for job in stalled:
            if (job.id, job.attempts) in self._seen:
                await self._take_up(job)
        self._seen = {(job.id, job.attempts) for job in stalled}

    async def _take_up(self, stalled: Job) -> None:
        if stalled.attempts + 1 < MOST_ATTEMPTS:
            await self._queue_again(stalled)
            return
        logger.error(
            "Job %s (%s) is given up: its worker died %s times.", stalled.id, stalled.task_name, MOST_ATTEMPTS
        )
        # Its row first: a kill in between leaves the job to be given up once more, not a row that waits for ever.
        if tell := _told_when_given_up.get(stalled.task_name):
            await sync_to_async(tell)(**stalled.task_kwargs)
        await self._manager.finish_job(stalled, Status.FAILED, delete_job=False)

    async def _queue_again(self, stalled: Job) -> None:
        try:
            await self._manager.retry_job(stalled)
        except (AlreadyEnqueued, UniqueViolation):
            # Of this kind one may wait at a time, and one does: it does the work of both.
            await self._manager.finish_job(stalled, Status.ABORTED, delete_job=True)
        else:
            logger.warning("Job %s (%s) is taken up again: its worker died.", stalled.id, stalled.task_name)
