"""Databases for tests: one migrated template, cloned for each worker and for each test that commits."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from ledgerflow.embedded.privileges import DEFAULT_PRIVILEGES
from tests import server

ALIASES = ("default", "owner")


def owner(dbname: str = "postgres") -> psycopg.Connection:
    at = settings.DATABASES["owner"]
    return psycopg.connect(
        host=at["HOST"] or None,
        port=at["PORT"] or None,
        user=at["USER"],
        password=at["PASSWORD"],
        dbname=dbname,
        autocommit=True,
    )


def _fingerprint() -> str:
    digest = hashlib.sha256(DEFAULT_PRIVILEGES.encode())
    for config in sorted(apps.get_app_configs(), key=lambda config: config.label):
        for path in sorted(Path(config.path, "migrations").glob("*.*")):
            if path.suffix in {".py", ".sql"}:
                digest.update(path.name.encode() + path.read_bytes())
    # The registry of tools is filled when the migrations are through.
    for path in sorted(Path(settings.BASE_DIR, "tools").glob("*/__init__.py")):
        digest.update(path.parent.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def point_to(name: str) -> None:
    """Let Django's connections use the database."""
    for alias in ALIASES:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
        connections[alias].settings_dict["OPTIONS"].pop("pool", None)


def template() -> str:
    """Return the name of a migrated database that nobody uses; made once for each state of the migrations."""
    name = f"lf_template_{_fingerprint()}"
    with owner() as admin:
        admin.execute("SELECT pg_advisory_lock(7201)")
        if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return name
        for (old,) in admin.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'lf\\_template\\_%'"
        ).fetchall():
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(old)))
        working = f"lf_making_{os.getpid()}"
        create(admin, working)
        with owner(working) as made:
            made.execute(DEFAULT_PRIVILEGES)
        point_to(working)
        call_command("migrate", database="owner", verbosity=0)
        for alias in ALIASES:
            connections[alias].close()
        admin.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(working), sql.Identifier(name))
        )
    return name


def create(admin: psycopg.Connection, name: str, source: str = "template0") -> None:
    """Create (anew) the database from the source."""
    admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    # To copy files takes a fifth of the time, where its two checkpoints wait for no disk.
    strategy = "FILE_COPY" if Path(admin.info.host).is_relative_to(server.MEMORY) else "WAL_LOG"
    admin.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY {}").format(
            sql.Identifier(name), sql.Identifier(source), sql.SQL(strategy)
        )
    )


def drop(admin: psycopg.Connection, name: str) -> None:
    drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
    try:
        admin.execute(drop + sql.SQL(" WITH (FORCE)"))
    except psycopg.errors.InsufficientPrivilege:
        # FORCE may not end an autovacuum worker, which is no role's; the plain form waits for it and ends it.
        admin.execute(drop)


@contextmanager
def clone(name: str) -> Iterator[str]:
    """Give a fresh copy of the template under the name, dropped afterwards."""
    source = template()
    with owner() as admin:
        # Two clones at the same moment would find the template in use.
        admin.execute("SELECT pg_advisory_lock(7202)")
        create(admin, name, source)
    try:
        yield name
    finally:
        for alias in ALIASES:
            connections[alias].close()
        with owner() as admin:
            drop(admin, name)
