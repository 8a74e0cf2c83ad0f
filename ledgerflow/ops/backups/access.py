"""Which database is meant, and as whom it is spoken to; PostgreSQL's own programs that suit its version."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from django.conf import settings
from django.db import connections
from psycopg.conninfo import make_conninfo

from ledgerflow import embedded
from ledgerflow.ops.backups.errors import BackupError

#: Where nobody of LedgerFlow works, so that databases can be renamed from there.
_MAINTENANCE = "postgres"
_NOT_LIBPQ = {"pool"}


@dataclass(frozen=True, slots=True)
class Access:
    """One database as one role."""

    parameters: dict[str, str]
    password: str = field(repr=False)

    @property
    def dbname(self) -> str:
        """The name of the database."""
        return self.parameters["dbname"]

    def to(self, dbname: str) -> "Access":
        """Return the same role's access to another database of the server."""
        return replace(self, parameters=self.parameters | {"dbname": dbname})

    def to_maintenance(self) -> "Access":
        """Return the same role's access to the database that is never restored."""
        return self.to(_MAINTENANCE)

    def connect(self) -> psycopg.Connection[Any]:
        """Open an autocommit connection.

        Raises:
            BackupError: the server does not answer, or refuses.
        """
        try:
            place = make_conninfo(self.conninfo, password=self.password or None, connect_timeout=30)
            return psycopg.connect(place, autocommit=True)
        except psycopg.OperationalError as error:
            raise BackupError(f"The database {self.dbname} cannot be reached: {error}") from error

    @property
    def url(self) -> str:
        """The address as settings take it."""
        place = {name: value for name, value in self.parameters.items() if name not in {"user", "dbname"}}
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in place.items())
        who = f"{quote(self.parameters['user'], safe='')}:{quote(self.password, safe='')}"
        return f"postgresql://{who}@/{quote(self.dbname, safe='')}?{query}"

    @property
    def conninfo(self) -> str:
        """What libpq's programs take; the password goes by the environment."""
        return make_conninfo("", **self.parameters)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a program that connects."""
        return {"PATH": "/usr/bin:/bin:/usr/local/bin", "LC_ALL": "C.UTF-8", "PGPASSWORD": self.password}


def reader() -> Access:
    """Return the access of the role that dumps: it reads everything and writes nothing."""
    return _of(settings.BACKUP_DATABASE)


def owner() -> Access:
    """Return the access of the role that restores."""
    return _of(connections["owner"].settings_dict)


def application() -> Access:
    """Return the access of the role that LedgerFlow works as."""
    return _of(connections["default"].settings_dict)


def administrator() -> Access:
    """Return the access of the role that puts a restored database in the live one's place."""
    if not settings.USES_EMBEDDED_DATABASE:
        return owner()
    return of_embedded(embedded.connection(settings.DATA_DIR), role="postgres")


def of_embedded(database: embedded.EmbeddedDatabase, *, role: str) -> Access:
    """Return the access to an embedded server as the role."""
    place = {"host": database.host, "port": str(database.port), "user": role, "dbname": database.dbname}
    return Access(place, database.password(role))


def brings_a_server() -> bool:
    """Whether a server of LedgerFlow's own can be started here; the images leave it out."""
    try:
        embedded.program("postgres")
    except embedded.EmbeddedError:
        return False
    return True


def program(name: str, *, server: int) -> Path:
    """Return the path of ``pg_dump`` or ``psql`` of at least the server's major version.

    The system's own is taken where it is new enough, because the wheel's speaks no TLS.

    Raises:
        BackupError: there is none.
    """
    if not settings.USES_EMBEDDED_DATABASE and (found := shutil.which(name)) and _major(found) >= server:
        return Path(found)
    try:
        carried = embedded.program(name)
    except embedded.EmbeddedError as error:
        raise BackupError(
            f"There is no {name} of PostgreSQL {server} or later: install postgresql-client-{server}."
        ) from error
    if _major(carried) < server:
        raise BackupError(f"{name} is older than the server's {server}: install postgresql-client-{server}.")
    return carried


def major_version(connection: psycopg.Connection[Any]) -> int:
    """Return the server's major version."""
    return connection.info.server_version // 10000


def _major(path: str | Path) -> int:
    said = _said([str(path), "--version"])
    # Debian adds a second bracket with its own version behind: pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1).
    match = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(match[1]) if match else 0


def _said(command: Sequence[str]) -> str:
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program, no shell
        command, check=False, capture_output=True, text=True
    )
    return done.stdout


def _of(at: dict[str, Any]) -> Access:
    options = {
        name: str(value) for name, value in (at.get("OPTIONS") or {}).items() if name not in _NOT_LIBPQ
    }
    name = connections["default"].settings_dict["NAME"]
    place = {"host": at.get("HOST"), "port": at.get("PORT"), "user": at.get("USER"), "dbname": name}
    return Access(
        options | {key: str(value) for key, value in place.items() if value}, str(at.get("PASSWORD") or "")
    )
