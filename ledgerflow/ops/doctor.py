"""What is configured and works, each with its remedy when it does not. The same checks for people and commands."""

import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import redis
from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor

from ledgerflow.core.jobs import worker_is_alive

_LEAST_FREE_BYTES = 1024**3
_OLDEST_SERVER = 150000


class Health(StrEnum):
    """Works, works with less, or does not work."""

    GOOD = "good"
    REDUCED = "reduced"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, how it is, and what to do when it is not good."""

    subject: str
    health: Health
    detail: str
    remedy: str = ""


def examine() -> list[Finding]:
    """Run every check; those that ask the database are left out while it does not answer."""
    try:
        findings = [finding for check in _ABOUT_THE_DATABASE for finding in check()]
    except DatabaseError as error:
        detail = str(error).strip()
        findings = [Finding("Database", Health.BAD, detail, "Start PostgreSQL, or correct DATABASE_URL.")]
    return findings + [finding for check in _ABOUT_THE_REST for finding in check()]


def _database() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version_num')::int, current_setting('server_version'), rolsuper,"
            " has_schema_privilege(current_user, 'public', 'CREATE') FROM pg_roles WHERE rolname = current_user"
        )
        number, version, is_superuser, may_create = cursor.fetchone()
    where = "embedded" if settings.USES_EMBEDDED_DATABASE else "external"
    if number < _OLDEST_SERVER:
        yield Finding("Database", Health.BAD, f"PostgreSQL {version}", "Use PostgreSQL 15 or later.")
    else:
        yield Finding("Database", Health.GOOD, f"PostgreSQL {version}, {where}")
    if is_superuser or may_create:
        yield Finding(
            "Database role",
            Health.BAD,
            "The application connects with rights that can switch the ledger's guards off.",
            "Let DATABASE_URL use the role lf_app and DATABASE_OWNER_URL the role lf_owner; see docs/operations.",
        )
    else:
        yield Finding("Database role", Health.GOOD, "rows only: no tables can be made or changed")


def _durability() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit')"
        )
        off = sorted(
            name for name, value in cursor.fetchall() if value not in {"on", "remote_apply", "remote_write"}
        )
    if off:
        yield Finding(
            "Durability",
            Health.BAD,
            f"{', '.join(off)} is off",
            "Switch it on: acknowledged entries can be lost.",
        )
    else:
        yield Finding("Durability", Health.GOOD, "acknowledged means on disk")


def _schema() -> Iterator[Finding]:
    executor = MigrationExecutor(connections["default"])
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        yield Finding(
            "Schema", Health.BAD, f"{len(missing)} migrations are not applied", "Run `ledgerflow up`."
        )
    else:
        yield Finding("Schema", Health.GOOD, "up to date")


def _worker() -> Iterator[Finding]:
    if worker_is_alive():
        yield Finding("Worker", Health.GOOD, "gives signs of life")
    else:
        yield Finding(
            "Worker",
            Health.REDUCED,
            "none is running: dropped files wait",
            "Run `ledgerflow up` or `ledgerflow worker`.",
        )


def _cache() -> Iterator[Finding]:
    if not settings.ENV.redis_url:
        yield Finding("Cache", Health.GOOD, "none configured, none needed")
        return
    try:
        redis.Redis.from_url(settings.ENV.redis_url, socket_timeout=1, socket_connect_timeout=1).ping()
    except (redis.RedisError, OSError) as error:
        yield Finding(
            "Cache", Health.REDUCED, f"Redis does not answer: {error}", "Start Redis or unset REDIS_URL."
        )
    else:
        yield Finding("Cache", Health.GOOD, "Redis answers")


def _disk() -> Iterator[Finding]:
    free = shutil.disk_usage(settings.DATA_DIR).free
    detail = f"{free / 1024**3:.1f} GB free in {settings.DATA_DIR}"
    if free < _LEAST_FREE_BYTES:
        yield Finding("Disk", Health.BAD, detail, "Make room: below 1 GB uploads are at risk.")
    else:
        yield Finding("Disk", Health.GOOD, detail)


def _secret_key() -> Iterator[Finding]:
    path = settings.DATA_DIR / "secret_key"
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield Finding("Secret key", Health.BAD, f"{path} can be read by others", f"chmod 600 {path}")
    else:
        yield Finding("Secret key", Health.GOOD, "kept from others")


def _debug() -> Iterator[Finding]:
    if settings.DEBUG:
        yield Finding(
            "DEBUG", Health.REDUCED, "errors are shown in full", "Unset DEBUG where others can reach this."
        )


_ABOUT_THE_DATABASE: tuple[Callable[[], Iterator[Finding]], ...] = (_database, _durability, _schema, _worker)
_ABOUT_THE_REST: tuple[Callable[[], Iterator[Finding]], ...] = (_cache, _disk, _secret_key, _debug)
