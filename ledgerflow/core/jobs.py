"""Jobs in PostgreSQL: enqueued in the transaction of the row they are about. The only importer of procrastinate."""

from collections.abc import Callable
from typing import Any

from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued


def job(*, name: str, queue: str = "default") -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register the function as the job ``name``; its arguments must be JSON values."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        app.task(name=name, queue=queue)(function)
        return function

    return register


def enqueue(name: str, *, lock: str | None = None, once: str | None = None, **arguments: Any) -> None:
    """Enqueue the job in the current transaction.

    ``lock`` keeps jobs of the same lock from running at the same time; ``once`` makes a second enqueuing of the same
    text a no-op while the first still waits.
    """
    deferrer = app.configure_task(name, lock=lock, queueing_lock=once)
    try:
        deferrer.defer(**arguments)
    except AlreadyEnqueued:
        return
