"""``ledgerflow worker``: works the jobs off; `ledgerflow up` starts it by itself."""

import argparse

from ledgerflow.core.jobs import run_worker
from ledgerflow.ops.backups.schedule import enqueue_look_after

HELP = "work jobs off in the foreground (up and demo start one by themselves)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take how many jobs may run at once."""
    parser.add_argument("--concurrency", type=int, default=1, help="jobs at once (default 1)")


def run(options: argparse.Namespace) -> int:
    """Work until stopped."""
    enqueue_look_after()
    run_worker(concurrency=options.concurrency)
    return 0
