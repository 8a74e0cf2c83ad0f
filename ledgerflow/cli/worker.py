"""``ledgerflow worker``: works the jobs off; `ledgerflow up` starts it by itself."""

import argparse

from django.utils import timezone

from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.core.jobs import (
    BACKUPS,
    DEFAULT,
    MODELS,
    QUEUES,
    keeper_is_alive,
    run_worker,
    worker_is_alive,
)
from ledgerflow.ops.backups.schedule import enqueue_look_after
from ledgerflow.ops.error_log.statements import forget
from ledgerflow.ops.error_log.writer import take_in_spool
from ledgerflow.toolbox.services.runs import bury_dead_runs

#: By what `--only` says, the queues that are worked off.
_ONLY = {DEFAULT: (DEFAULT, MODELS), BACKUPS: (BACKUPS,)}

HELP = "work jobs off in the foreground (up and demo start one by themselves)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take which jobs and how many at once, or only look for a worker."""
    parser.add_argument(
        "--only",
        choices=tuple(_ONLY),
        help=(
            "only what people wait for, and beside it what waits for a model (default), or only backups, drills and "
            "what keeps them; both otherwise"
        ),
    )
    parser.add_argument(
        "--concurrency", type=int, default=1, help="jobs at once that people wait for (default 1)"
    )
    parser.add_argument("--check", action="store_true", help="only say whether a worker gives signs of life")


def run(options: argparse.Namespace) -> int:
    """Work until stopped; or say whether another process does.

    Raises:
        LedgerFlowError: none does.
    """
    if options.check:
        if not (keeper_is_alive() if options.only == BACKUPS else worker_is_alive()):
            raise LedgerFlowError("No worker gave a sign of life within the last half minute; start one.")
        print("A worker gives signs of life.")
        return 0
    enqueue_look_after()
    run_worker(
        queues=_ONLY.get(options.only, QUEUES),
        concurrency=options.concurrency,
        housekeeping=(
            take_in_spool,
            lambda: forget(now=timezone.now()),
            lambda: bury_dead_runs(now=timezone.now()),
        ),
    )
    return 0
