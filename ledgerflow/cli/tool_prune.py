"""``ledgerflow tools prune``: take old runs of tools and old rows of the egress ledger away."""

import argparse
import re
from datetime import timedelta

from django.utils import timezone

from ledgerflow.cli import DONE, output
from ledgerflow.cli.database import running
from ledgerflow.toolbox.services.pruning import prune_records

_LONGEST_DAYS = 36_500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take how old, and whether only to count."""
    parser.add_argument(
        "--older-than", type=_age, required=True, metavar="DAYS", help="how old in days, as in 400d"
    )
    parser.add_argument("--dry-run", action="store_true", help="count what would go and leave it")
    output.add_format_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Print how many went, and how many stay because something rests on them."""
    with running():
        done = prune_records(older_than=options.older_than, now=timezone.now(), dry_run=options.dry_run)
    word = "would go" if options.dry_run else "gone"
    rows: list[output.Row] = [
        {"records": "runs", word: done.runs, "kept": done.kept},
        {"records": "requests", word: done.requests, "kept": None},
    ]
    output.print_rows(rows, options.format)
    return DONE


def _age(text: str) -> timedelta:
    found = re.fullmatch(r"([0-9]{1,5})d?", text, re.ASCII)
    if found is None or int(found[1]) > _LONGEST_DAYS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days such as 400d.")
    return timedelta(days=int(found[1]))
