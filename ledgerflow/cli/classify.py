"""``ledgerflow classify``: suggestions without a database, line by line."""

import argparse
import sys

from ledgerflow.cli import BAD_INPUT, DONE
from ledgerflow.learning.engine import Engine, has_model
from ledgerflow.learning.stream import Stream

HELP = "suggest categories without a database: classify --stream reads and answers JSON lines"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the one way there is."""
    parser.add_argument(
        "--stream",
        action="store_true",
        help="answer each JSON object of standard input with one on standard output",
    )


def run(options: argparse.Namespace) -> int:
    """Answer until standard input ends."""
    if not options.stream:
        print("ledgerflow classify: say --stream; it reads JSON lines from standard input.", file=sys.stderr)
        return BAD_INPUT
    if not has_model():
        print(
            "ledgerflow classify: the extra “ml” is not installed (pip install 'ledgerflow[ml]'); "
            "suggestions come from the memory of decisions alone.",
            file=sys.stderr,
        )
    stream = Stream(Engine())
    for line in sys.stdin.buffer:
        if answer := stream.answer(line):
            sys.stdout.write(answer)
            sys.stdout.flush()
    return DONE
