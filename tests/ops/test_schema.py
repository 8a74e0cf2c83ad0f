"""Migrations that do not fit the database are told before the start, each with the way out."""

import psycopg
import pytest
from django.db import connections
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

from ledgerflow.cli.database import SchemaError, migrate
from ledgerflow.ops.schema import Fit, schema_state
from tests.conftest import database_settings

_both = pytest.mark.django_db(databases=["default", "owner"])


def _with(monkeypatch, change):
    real = MigrationLoader.load_disk

    def load_disk(loader):
        real(loader)
        change(loader.disk_migrations)

    monkeypatch.setattr(MigrationLoader, "load_disk", load_disk)
    return schema_state(connections["default"])


def _add(app, name, *after):
    def change(disk):
        migration = Migration(name, app)
        migration.dependencies = [*after]
        disk[app, name] = migration

    return change


def _last(app):
    loader = MigrationLoader(connections["default"])
    return next(key for key in loader.graph.leaf_nodes() if key[0] == app)


@_both
def test_they_fit():
    assert schema_state(connections["default"]).fit is Fit.CURRENT


@_both
def test_two_that_both_come_last_are_told_with_the_command_that_mends_it(monkeypatch):
    before = MigrationLoader(connections["default"]).graph.node_map[_last("ops")].parents
    parent = next(node.key for node in before if node.key[0] == "ops")

    state = _with(monkeypatch, _add("ops", "0011_other", parent))

    assert state.fit is Fit.BROKEN
    assert "0011_other" in state.detail
    assert "rebase_migration ops" in state.remedy
    with pytest.raises(SchemaError, match="rebase_migration"):
        migrate()


@_both
def test_one_that_is_not_applied_leaves_the_database_behind(monkeypatch):
    state = _with(monkeypatch, _add("ops", "9000_later", _last("ops")))

    assert (state.fit, state.remedy) == (Fit.BEHIND, "Run `ledgerflow up`.")
    assert "ops.9000_later" in state.detail


@_both
def test_one_whose_file_is_gone_though_later_ones_need_it_is_told(monkeypatch):
    state = _with(monkeypatch, lambda disk: disk.pop(("ops", "0002_keep_the_record_of_purges")))

    assert state.fit is Fit.BROKEN
    assert "0002_keep_the_record_of_purges" in state.detail
    assert "bring the file back" in state.remedy


@pytest.mark.parametrize(
    ("change", "detail", "remedy"),
    [
        (
            "INSERT INTO django_migrations (app, name, applied) VALUES ('ledger', '9999_newer', now())",
            "used by a newer LedgerFlow",
            "Install that version or restore a backup",
        ),
        (
            "INSERT INTO django_migrations (app, name, applied) VALUES ('ledger', '0001_lost', now())",
            "missing from this program although later ones are there",
            "bring the file back from git",
        ),
        (
            "DELETE FROM django_migrations WHERE app = 'books'",
            "The record of migrations has a gap",
            "Restore the last backup",
        ),
    ],
)
def test_a_record_that_does_not_fit_the_program_stops_the_start(committed_db, change, detail, remedy):
    with psycopg.connect(**database_settings("owner")) as owner:
        owner.execute(change)

    state = schema_state(connections["default"])

    assert state.fit is Fit.BROKEN
    assert detail in state.detail
    assert remedy in state.remedy
    with pytest.raises(SchemaError, match=remedy[:12]):
        migrate()
