"""What every command that needs the database does first: start the embedded server, bring the schema up to date."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from ledgerflow import embedded
from ledgerflow.core.errors import LedgerFlowError

#: Any number that no other part of LedgerFlow locks.
_MIGRATION_LOCK = 7200


class SchemaError(LedgerFlowError):
    """The database is newer than this program."""


@contextmanager
def running(*, no_backup: bool = False) -> Iterator[None]:
    """Have the database up and migrated while the command runs; an embedded server stops with its last user.

    Before newer migrations are applied a dump is made, unless ``no_backup``.

    Raises:
        SchemaError: the database was migrated by a newer LedgerFlow.
        EmbeddedError: the embedded server cannot be started.
    """
    if settings.USES_EMBEDDED_DATABASE:
        with embedded.ensure_running(settings.DATA_DIR):
            migrate(no_backup=no_backup)
            yield
    else:
        migrate(no_backup=no_backup)
        yield


@contextmanager
def server_running() -> Iterator[None]:
    """Have the embedded server up, whatever state its database is in; another server is up or not.

    Raises:
        EmbeddedError: it cannot be started.
    """
    if settings.USES_EMBEDDED_DATABASE:
        with embedded.ensure_running(settings.DATA_DIR):
            yield
    else:
        yield


def keep_database_up() -> None:
    """Have the embedded server running again if it was killed together with its supervisor.

    Raises:
        EmbeddedError: it does not start.
    """
    if settings.USES_EMBEDDED_DATABASE:
        with embedded.ensure_running(settings.DATA_DIR):
            pass


def migrate(*, no_backup: bool = False) -> None:
    """Apply what is missing as the owner role, one process at a time."""
    owner = connections["owner"]
    if not _is_behind():
        owner.close()
        return
    with owner.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATION_LOCK])
    try:
        with owner.cursor() as cursor:
            cursor.execute(embedded.DEFAULT_PRIVILEGES)
        call_command("migrate", database="owner", verbosity=0, interactive=False, no_backup=no_backup)
    finally:
        owner.close()


def _is_behind() -> bool:
    executor = MigrationExecutor(connections["owner"])
    unknown = set(executor.loader.applied_migrations) - set(executor.loader.disk_migrations)
    ours = sorted(f"{app}.{name}" for app, name in unknown if app in executor.loader.migrated_apps)
    if ours:
        raise SchemaError(
            f"The database knows {ours[-1]}, which this program does not: it was used by a newer LedgerFlow. "
            "Install that version or restore a backup made before it."
        )
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
