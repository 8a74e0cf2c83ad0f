"""Every migration taken back and applied again: `make reversal`. Takes a while, so the suite does not."""

import psycopg
from django.core.management import call_command
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from ledgerflow.ops.schema import Fit, schema_state
from tests.conftest import database_settings

_SHAPE = """
    SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
    WHERE table_schema = 'public' ORDER BY 1, 2
"""
_GUARDS = """
    SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'function', proname, md5(prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT 'right', table_name || ' ' || grantee, string_agg(privilege_type, ' ' ORDER BY privilege_type)
        FROM information_schema.role_table_grants WHERE table_schema = 'public' GROUP BY table_name, grantee
"""


def _schema() -> tuple[list[object], list[object]]:
    with psycopg.connect(**database_settings("owner")) as owner:
        return owner.execute(_SHAPE).fetchall(), sorted(owner.execute(_GUARDS).fetchall())


def _ours() -> list[str]:
    loader = MigrationLoader(None)
    return sorted(
        {
            key[0]
            for key, node in loader.disk_migrations.items()
            if type(node).__module__.startswith("ledgerflow.")
        }
    )


def test_every_migration_goes_back_and_forth_to_the_same_schema(committed_db):
    before = _schema()

    for app in _ours():
        call_command("migrate", app, "zero", database="owner", verbosity=0, interactive=False)
    with psycopg.connect(**database_settings("owner")) as owner:
        left = owner.execute(
            "SELECT tablename FROM pg_tables WHERE tablename ~ %s", ["^(" + "|".join(_ours()) + ")_"]
        )
        assert left.fetchall() == []
    call_command("migrate", database="owner", verbosity=0, interactive=False)

    assert schema_state(connections["default"]).fit is Fit.CURRENT
    assert _schema() == before
