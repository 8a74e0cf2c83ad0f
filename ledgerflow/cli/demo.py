"""``ledgerflow demo``: the same as ``up``, with demo books that came in through the real door."""

import argparse

from django.utils import timezone

from ledgerflow.cli import up
from ledgerflow.cli.people import acting_user
from ledgerflow.pipeline import demo

HELP = "run with demo books: generated statement files taken through the real import"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take what `up` takes, and whether to serve at all."""
    up.add_arguments(parser)
    parser.add_argument("--no-serve", action="store_true", help="make the books and stop")


def run(options: argparse.Namespace) -> int:
    """Make the demo books once, then serve."""
    demo.make_books(user=acting_user(None), now=timezone.now())
    if not options.no_serve:
        up.serve(port=options.port, lan=options.lan, web_only=options.web_only)
    return 0
