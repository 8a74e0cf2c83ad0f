"""For restores: bring the database of DATABASE_URL up to date and verify every book in it."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from ledgerflow.ops.verify import problems_by_book


class Command(BaseCommand):
    """Print what does not hold as a JSON list."""

    help = "Apply newer migrations and verify every book; prints a JSON list of what does not hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take where the files of documents lie."""
        parser.add_argument("--media", required=True)

    def handle(self, **options: Any) -> None:
        """Do it."""
        settings.MEDIA_ROOT = options["media"]
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        found = [f"{book.slug}: {problem.sentence}" for book, problem in problems_by_book()]
        self.stdout.write(json.dumps(found))
