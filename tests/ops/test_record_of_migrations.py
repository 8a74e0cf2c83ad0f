"""The application reads which migrations ran, and cannot say otherwise."""

import psycopg
import pytest

from tests.conftest import database_settings


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM django_migrations",
        "UPDATE django_migrations SET name = 'other'",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('ledger', '9999_newer', now())",
    ],
)
def test_lf_app_cannot_write_it(committed_db, change):
    with psycopg.connect(**database_settings("default")) as session:
        assert session.execute("SELECT count(*) FROM django_migrations").fetchone()[0] > 0

        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute(change)
