"""Whether the database and this program's migrations fit together, and the way out where they do not."""

from dataclasses import dataclass
from enum import Enum

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.exceptions import InconsistentMigrationHistory, NodeNotFoundError
from django.db.migrations.executor import MigrationExecutor


class Fit(Enum):
    """How database and program fit."""

    CURRENT = "up to date"
    BEHIND = "behind"
    BROKEN = "does not fit"


@dataclass(frozen=True, slots=True)
class SchemaState:
    """How they fit, in a sentence, with what to do where they do not."""

    fit: Fit
    detail: str
    remedy: str = ""


def schema_state(connection: BaseDatabaseWrapper) -> SchemaState:
    """Compare the migrations of this program with the record of those that ran; changes nothing."""
    try:
        executor = MigrationExecutor(connection)
    except NodeNotFoundError as error:
        return SchemaState(
            Fit.BROKEN,
            f"A migration is missing from this program: {error}",
            "Install LedgerFlow anew, or in a checkout bring the file back: `git status`, `git checkout -- .`.",
        )
    return (
        _two_leaves(executor)
        or _unknown(executor)
        or _out_of_order(executor, connection)
        or _missing(executor)
    )


def _two_leaves(executor: MigrationExecutor) -> SchemaState | None:
    conflicts = executor.loader.detect_conflicts()
    if not conflicts:
        return None
    app, names = min(conflicts.items())
    return SchemaState(
        Fit.BROKEN,
        f"Two migrations of {app} both come last: {' and '.join(sorted(names))}.",
        f"Put the newer behind the other: `python manage.py rebase_migration {app}`, then start again.",
    )


def _unknown(executor: MigrationExecutor) -> SchemaState | None:
    """Tell a database that a newer program used from one whose migration files were lost from the middle."""
    loader = executor.loader
    ours = sorted(
        (app, name)
        for app, name in set(loader.applied_migrations) - set(loader.disk_migrations)
        if app in loader.migrated_apps and not _is_replaced(executor, (app, name))
    )
    if not ours:
        return None
    app, name = ours[-1]
    last = max((known for known_app, known in loader.disk_migrations if known_app == app), default="")
    if name > last:
        return SchemaState(
            Fit.BROKEN,
            f"The database knows {app}.{name}, which this program does not: it was used by a newer LedgerFlow.",
            "Install that version or restore a backup made before it.",
        )
    return SchemaState(
        Fit.BROKEN,
        f"The database knows {app}.{name}, which is missing from this program although later ones are there.",
        "Install LedgerFlow anew, or in a checkout bring the file back from git.",
    )


def _is_replaced(executor: MigrationExecutor, key: tuple[str, str]) -> bool:
    return any(key in migration.replaces for migration in executor.loader.disk_migrations.values())


def _out_of_order(executor: MigrationExecutor, connection: BaseDatabaseWrapper) -> SchemaState | None:
    try:
        executor.loader.check_consistent_history(connection)
    except InconsistentMigrationHistory as error:
        return SchemaState(
            Fit.BROKEN,
            f"The record of migrations has a gap: {error}",
            "Restore the last backup, or let a developer compare `python manage.py showmigrations` with the schema.",
        )
    return None


def _missing(executor: MigrationExecutor) -> SchemaState:
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return SchemaState(Fit.CURRENT, "up to date")
    first = f"{plan[0][0].app_label}.{plan[0][0].name}"
    return SchemaState(
        Fit.BEHIND, f"{len(plan)} migrations are not applied, first {first}", "Run `ledgerflow up`."
    )
