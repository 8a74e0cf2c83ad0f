"""What is configured and works, each with its remedy when it does not. The same checks for people and commands."""

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

import redis
from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.utils import timezone

from ledgerflow.core.jobs import worker_is_alive
from ledgerflow.documents.selectors import newest_file
from ledgerflow.ops.backups.selectors import standing
from ledgerflow.ops.error_log.selectors import open_errors
from ledgerflow.ops.schema import Fit, schema_state
from ledgerflow.statements.chain_selectors import missing_statements
from ledgerflow.toolbox.enforced import network_is_closed
from ledgerflow.toolbox.health import problems_of_enabled_tools

_LEAST_FREE_BYTES = 1024**3
_OLDEST_SERVER = 150000
_CLOCKS_APART_SECONDS = 5.0
_MOST_CONNECTIONS_SHARE = 0.8


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

    @property
    def icon(self) -> str:
        """The icon beside the word, for those who do not tell the colors apart."""
        return {Health.GOOD: "circle-check", Health.REDUCED: "alert-triangle", Health.BAD: "circle-x"}[
            self.health
        ]


def examine() -> list[Finding]:
    """Run every check; those that ask the database are left out while it does not answer."""
    try:
        findings = [finding for check in _ABOUT_THE_DATABASE for finding in check()]
    except DatabaseError as error:
        detail = str(error).strip()
        findings = [Finding("Database", Health.BAD, detail, "Start PostgreSQL, or correct DATABASE_URL.")]
    return findings + [finding for check in _ABOUT_THE_REST for finding in check()]


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether requests can be served, and the checks that say so."""

    is_ready: bool
    findings: tuple[Finding, ...]

    @property
    def status(self) -> str:
        """One word: ready, degraded (ready, but without a comfort) or unready."""
        if not self.is_ready:
            return "unready"
        return "ready" if all(finding.health is Health.GOOD for finding in self.findings) else "degraded"

    @classmethod
    def without_database(cls) -> Self:
        """Return what is known while the database does not answer."""
        return cls(False, (Finding("Database", Health.BAD, "does not answer"),))


def readiness() -> Readiness:
    """Check what requests need: database, schema and a worker; cache and archive only degrade."""
    try:
        gates = [finding for check in _GATES for finding in check()]
    except DatabaseError:
        return Readiness.without_database()
    is_ready = all(
        finding.health is Health.GOOD
        for finding in gates
        if finding.subject in {"Database", "Schema", "Worker"}
    )
    comforts = [finding for check in _COMFORTS for finding in check()]
    return Readiness(is_ready, (*gates, *comforts))


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
    state = schema_state(connections["default"])
    health = Health.GOOD if state.fit is Fit.CURRENT else Health.BAD
    yield Finding("Schema", health, state.detail, state.remedy)


def _clock() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        apart = abs((timezone.now() - cursor.fetchone()[0]).total_seconds())
    if apart > _CLOCKS_APART_SECONDS:
        yield Finding(
            "Clock",
            Health.REDUCED,
            f"this machine's clock and the database's are {apart:.0f} seconds apart",
            "Let both machines take the time from the network (chrony, systemd-timesyncd).",
        )
    else:
        yield Finding("Clock", Health.GOOD, "agrees with the database's")


def _connections() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), current_setting('max_connections')::int FROM pg_stat_activity")
        used, most = cursor.fetchone()
    if used > most * _MOST_CONNECTIONS_SHARE:
        yield Finding(
            "Connections",
            Health.REDUCED,
            f"{used} of {most} are in use",
            "Raise max_connections, or run fewer web processes (WEB_CONCURRENCY).",
        )
    else:
        yield Finding("Connections", Health.GOOD, f"{used} of {most} in use")


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


def _jobs() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")
        failed = cursor.fetchone()[0]
    if failed:
        yield Finding(
            "Jobs",
            Health.REDUCED,
            f"{failed} failed",
            "The inbox and the error log say why; the administration lists them under Procrastinate.",
        )
    else:
        yield Finding("Jobs", Health.GOOD, "none failed")


def _errors() -> Iterator[Finding]:
    count = open_errors()
    if count:
        yield Finding(
            "Error log",
            Health.REDUCED,
            f"{count} kinds of errors are open" if count > 1 else "1 kind of error is open",
            "Look at them in the administration, /admin/ops/errorevent/, and call them fixed or ignored.",
        )
    else:
        yield Finding("Error log", Health.GOOD, "no open errors")


def _backups() -> Iterator[Finding]:
    stand = standing(now=timezone.now())
    if not stand.is_red:
        yield Finding("Backups", Health.GOOD, "made and proved within the last day")
        return
    found = [
        *(["none of the last 26 hours"] if stand.backup_is_late else []),
        *(["none proved by a restore in the last 26 hours"] if stand.proof_is_late else []),
        *([f"{len(stand.unreadable)} unreadable"] if stand.unreadable else []),
        *([stand.damage] if stand.damage else []),
        *stand.server_faults,
    ]
    yield Finding(
        "Backups",
        Health.REDUCED,
        "; ".join(found),
        "A running worker makes and proves dumps daily; `ledgerflow backup create` makes one now. With Docker the "
        "service `backup` makes and verifies the physical ones, and its log says what is wrong.",
    )


def _newest_document() -> Iterator[Finding]:
    """Look for one file that must be there: a folder that is mounted empty looks sound otherwise."""
    newest = newest_file()
    if newest is not None and not newest.is_file():
        yield Finding(
            "Documents",
            Health.REDUCED,
            f"{newest} is missing",
            "Mount the folder of the documents, or restore it from a backup.",
        )


def _statements() -> Iterator[Finding]:
    for account, count in missing_statements():
        are = "is" if count == 1 else "are"
        yield Finding(
            "Statements",
            Health.REDUCED,
            f"{account.book.slug}: {count} of {account.name} {are} missing, by the bank's numbers",
            "Get them from the bank; the bank account's page says between which.",
        )


def _tools() -> Iterator[Finding]:
    problems = problems_of_enabled_tools()
    for problem in problems:
        yield Finding("Tools", Health.REDUCED, f"{problem.path}: {problem.sentence}", problem.remedy)
    if not problems:
        yield Finding("Tools", Health.GOOD, "every enabled tool loads")
    yield Finding(
        "Network of tools",
        Health.GOOD,
        "closed to their processes by the kernel"
        if network_is_closed()
        else "not closed by the kernel, which gives them neither namespaces nor Landlock: a tool can reach what this "
        "machine or its container can",
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


def _archive() -> Iterator[Finding]:
    folder = Path(settings.MEDIA_ROOT)
    if not folder.exists():
        # The first upload makes it; where documents are known, that their newest is missing is said above.
        folder = folder.parent
    if not os.access(folder, os.W_OK | os.X_OK) or os.statvfs(folder).f_flag & os.ST_RDONLY:
        yield Finding(
            "Archive",
            Health.REDUCED,
            f"{folder} cannot be written: uploads are refused",
            "Make it writable for the user that runs LedgerFlow, or mount it read-write.",
        )
    else:
        yield Finding("Archive", Health.GOOD, "documents can be kept")


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


_ABOUT_THE_DATABASE: tuple[Callable[[], Iterator[Finding]], ...] = (
    _database,
    _durability,
    _schema,
    _connections,
    _clock,
    _worker,
    _jobs,
    _errors,
    _backups,
    _newest_document,
    _statements,
    _tools,
)
_ABOUT_THE_REST: tuple[Callable[[], Iterator[Finding]], ...] = (_cache, _disk, _archive, _secret_key, _debug)
#: What requests need, and what they can do without. The checks are those above.
_GATES = (_database, _schema, _worker)
_COMFORTS = (_cache, _archive)
