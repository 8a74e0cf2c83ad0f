"""PostgreSQL from a wheel, supervised: nothing to install, nothing left running, nothing touched outside."""

from ledgerflow.embedded.archive import Archive, archive_wal, wait_until_archived
from ledgerflow.embedded.cluster import check_durability, program
from ledgerflow.embedded.errors import EmbeddedError, StillStartingError
from ledgerflow.embedded.folder import EmbeddedDatabase, connection, database_url
from ledgerflow.embedded.privileges import DEFAULT_PRIVILEGES
from ledgerflow.embedded.recovery import wait_until_stopped
from ledgerflow.embedded.roles import DATABASE, RolePasswords, apply_privileges, bootstrap_roles
from ledgerflow.embedded.server import Lease, ensure_running, initialize

__all__ = [
    "DATABASE",
    "DEFAULT_PRIVILEGES",
    "Archive",
    "EmbeddedDatabase",
    "EmbeddedError",
    "Lease",
    "RolePasswords",
    "StillStartingError",
    "apply_privileges",
    "archive_wal",
    "bootstrap_roles",
    "check_durability",
    "connection",
    "database_url",
    "ensure_running",
    "initialize",
    "program",
    "wait_until_archived",
    "wait_until_stopped",
]
