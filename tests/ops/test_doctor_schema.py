"""The doctor sees a database that is behind the program."""

import psycopg

from ledgerflow.ops.doctor import Health, examine
from tests.conftest import database_settings


def test_a_migration_that_is_not_applied_is_bad(committed_db):
    with psycopg.connect(**database_settings("owner")) as owner:
        owner.execute("DELETE FROM django_migrations WHERE app = 'posting'")

    schema = next(finding for finding in examine() if finding.subject == "Schema")

    assert schema.health == Health.BAD
    assert "not applied" in schema.detail
