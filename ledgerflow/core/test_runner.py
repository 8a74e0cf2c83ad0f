"""``manage.py test`` runs the same suite as ``make test``."""

import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any


class PytestRunner:
    """Hand the labels to pytest in a process of its own, so that it sets Django up as it always does."""

    @classmethod
    def add_arguments(cls, parser: ArgumentParser) -> None:
        """Offer what pytest and Django both know."""
        parser.add_argument("--failfast", action="store_true", help="stop at the first failure")

    def __init__(self, verbosity: int = 1, failfast: bool = False, **_: Any) -> None:
        self.flags = (["-x"] if failfast else []) + (["-q"] if verbosity == 0 else [])

    def run_tests(self, test_labels: Sequence[str], **_: Any) -> int:
        """Return the number of failing runs: 0 when every test passed."""
        command = [sys.executable, "-m", "pytest", *self.flags, *test_labels]
        return int(subprocess.run(command, check=False).returncode != 0)  # noqa: S603 - our own interpreter and labels
