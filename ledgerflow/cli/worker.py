"""``ledgerflow worker``: works the jobs off; `ledgerflow up` starts it by itself."""

import argparse

from django.utils import timezone

from ledgerflow.core.jobs import run_worker
from ledgerflow.ops.error_log.statements import forget
from ledgerflow.ops.error_log.writer import take_in_spool

HELP = "work jobs off in the foreground (up and demo start one by themselves)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take how many jobs may run at once."""
    parser.add_argument("--concurrency", type=int, default=1, help="jobs at once (default 1)")


def run(options: argparse.Namespace) -> int:
    """Work until stopped."""
    run_worker(
        concurrency=options.concurrency, housekeeping=(take_in_spool, lambda: forget(now=timezone.now()))
    )
    return 0
