"""Plain SQL beside a migration: ``0002_guard_journal.sql`` and ``0002_guard_journal.reverse.sql``."""

from pathlib import Path

from django.db.migrations import RunSQL


def sql_beside(migration_file: str) -> RunSQL:
    """Return the operation that runs the ``.sql`` beside the migration, reversed by its ``.reverse.sql``."""
    path = Path(migration_file)
    return RunSQL(path.with_suffix(".sql").read_text(), path.with_suffix(".reverse.sql").read_text())
