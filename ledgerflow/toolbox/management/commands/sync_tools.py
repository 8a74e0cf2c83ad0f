"""``manage.py sync_tools``: the same as ``ledgerflow tools sync``, where the database is up already."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from ledgerflow.toolbox.services.registry import sync_tools


class Command(BaseCommand):
    """Print what changed, a tool a line."""

    help = "Registers what the packages below tools/ offer; enables nothing new but built-in tools that only compute."

    def handle(self, **_options: Any) -> None:
        """Do it."""
        done = sync_tools(now=timezone.now())
        for word, paths in (
            ("registered", done.added),
            ("waits for consent", done.waiting),
            ("missing", done.missing),
            ("found again", done.returned),
        ):
            for path in paths:
                self.stdout.write(f"{path}: {word}")
        for name, sentence in done.broken.items():
            self.stderr.write(f"tools.{name}: {sentence}")
