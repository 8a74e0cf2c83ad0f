"""``ledgerflow doctor``: what is configured and works."""

import argparse

from ledgerflow.cli import output
from ledgerflow.ops.doctor import Health, examine

HELP = "say what is configured and works, with a remedy for what does not"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the format."""
    output.add_format_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Print each check; 1 when one is bad."""
    findings = examine()
    rows = [
        {
            "check": finding.subject,
            "health": str(finding.health),
            "detail": finding.detail,
            "remedy": finding.remedy,
        }
        for finding in findings
    ]
    output.print_rows(rows, options.format)
    return int(any(finding.health == Health.BAD for finding in findings))
