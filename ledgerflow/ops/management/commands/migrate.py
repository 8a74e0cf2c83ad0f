"""Django's own ``migrate``: before it a verified dump, if anything is to be applied; after it a look at the tools."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from ledgerflow.ops.backups.errors import BackupError
from ledgerflow.ops.backups.services import create_dump_before_migration
from ledgerflow.ops.rendering import rendered_when_needed
from ledgerflow.ops.schema import Fit, schema_state
from ledgerflow.toolbox.services.registry import sync_tools


class Command(migrate.Command):
    """Migrate; ``--no-backup`` does so without a dump."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one more option."""
        super().add_arguments(parser)
        parser.add_argument(
            "--no-backup", action="store_true", help="make no dump first, whatever is to be applied"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the dump, then migrate, then look at the tools; without a good dump nothing is applied."""
        if settings.AUTOMATIC_BACKUPS and not options["no_backup"] and _changes_books(options["database"]):
            try:
                create_dump_before_migration(now=timezone.now())
            except BackupError as error:
                raise CommandError(
                    f"No migration was applied, because the backup before it failed: {error} "
                    "Mend that, or go without with --no-backup."
                ) from error
        with rendered_when_needed():
            super().handle(*args, **options)
        if schema_state(connections[options["database"]]).fit is Fit.CURRENT:
            sync_tools(now=timezone.now(), using=options["database"])


def _changes_books(alias: str) -> bool:
    """Whether there are tables already, and a migration that is still to be applied to them."""
    executor = MigrationExecutor(connections[alias])
    is_new = not executor.loader.applied_migrations
    return not is_new and bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
