"""``ledgerflow prepare``: what is done once before web and worker start, where they start apart from each other."""

import argparse

from django.utils import timezone

from ledgerflow.toolbox.services.registry import sync_tools

HELP = "bring the database's schema and the registry of tools up to date, one process at a time, and stop"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take nothing."""


def run(_options: argparse.Namespace) -> int:
    """Look at the tools, and say that it is done: every command that needs the database has it migrated first."""
    sync_tools(now=timezone.now())
    print("The database is up to date.")
    return 0
