"""What lies where in a data directory, and the passwords kept there. Starts nothing."""

import hashlib
import json
import os
import secrets
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg

from ledgerflow.embedded.errors import EmbeddedError
from ledgerflow.embedded.roles import DATABASE, RolePasswords

_PORT = 5432
# sockaddr_un.sun_path holds 107 bytes; libpq and PostgreSQL append "/.s.PGSQL.5432" to the directory.
_LONGEST_SOCKET_DIRECTORY = 107 - len("/.s.PGSQL.5432")
# Not tempfile.gettempdir(): processes with different TMPDIR must find the same socket.
_SHORT_PLACE = Path("/tmp")  # noqa: S108 - the directory made there is private and its owner is checked


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Paths of one data directory; made by `at`, so that a symlink leads to the same server."""

    path: Path

    @classmethod
    def at(cls, data_dir: Path) -> "DataFolder":
        """Return the folder for a path, with symlinks resolved; nothing is created."""
        return cls(Path(data_dir).expanduser().resolve())

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data directory. It appears complete or not at all."""
        return self.path / "postgres"

    @property
    def log(self) -> Path:
        """What PostgreSQL and the supervisor say."""
        return self.path / "postgres.log"

    @property
    def credentials(self) -> Path:
        """Passwords as JSON, mode 0600."""
        return self.path / "pg_credentials.json"

    @property
    def lease(self) -> Path:
        """Lock file: shared by every user of the server; the supervisor takes it alone before stopping."""
        return self.path / "postgres.lease"

    @property
    def supervisor(self) -> Path:
        """Lock file: held by the one supervisor as long as it lives."""
        return self.path / "postgres.supervisor"

    @property
    def ready(self) -> Path:
        """Lock file: held by the supervisor while the server answers."""
        return self.path / "postgres.ready"

    @property
    def replacement(self) -> Path:
        """A complete cluster that takes the place of the present one as soon as it lies here."""
        return self.path / "postgres.next"

    @property
    def archive_mark(self) -> Path:
        """Names the folder that WAL is archived in; where the file is missing none is."""
        return self.path / "postgres.archive"

    @property
    def socket_is_inside(self) -> bool:
        """Whether the socket lies in the folder. Too long a path cannot, and libpq splits hosts at commas."""
        inside = os.fsencode(self.path / "socket")
        return len(inside) <= _LONGEST_SOCKET_DIRECTORY and b"," not in inside

    @property
    def socket_dir(self) -> Path:
        """Directory of the Unix socket."""
        if self.socket_is_inside:
            return self.path / "socket"
        return _SHORT_PLACE / f"ledgerflow-{hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class EmbeddedDatabase:
    """How to reach the embedded database. `host` is the socket's directory; passwords are by role name."""

    host: str
    port: int
    dbname: str
    passwords: dict[str, str] = field(repr=False)

    def password(self, role: str) -> str:
        """Return the password of `postgres`, `lf_owner`, `lf_app` or `lf_backup`.

        :raises EmbeddedError: no such role.
        """
        if role not in self.passwords:
            raise EmbeddedError(
                f"The embedded database has no role {role}; it has {', '.join(sorted(self.passwords))}."
            )
        return self.passwords[role]

    def url(self, *, role: str, dbname: str | None = None) -> str:
        """Return a URL that libpq and django-environ read alike (the socket's directory as a parameter)."""
        place = f"{quote(dbname or self.dbname)}?host={quote(self.host, safe='')}&port={self.port}"
        return f"postgresql://{role}:{quote(self.password(role), safe='')}@/{place}"

    def connect(self, *, role: str, dbname: str | None = None) -> psycopg.Connection:
        """Open an autocommit connection as the role. The server must be running.

        :raises psycopg.OperationalError: the server does not answer or refuses.
        """
        return psycopg.connect(
            host=self.host,
            port=self.port,
            dbname=dbname or self.dbname,
            user=role,
            password=self.password(role),
            connect_timeout=30,
            autocommit=True,
        )

    @property
    def role_passwords(self) -> RolePasswords:
        """The passwords of LedgerFlow's three roles."""
        return RolePasswords(
            owner=self.password("lf_owner"), app=self.password("lf_app"), backup=self.password("lf_backup")
        )


def connection(data_dir: Path) -> EmbeddedDatabase:
    """Say how to reach the database of a data directory; makes the folder and its passwords if need be.

    The server is neither needed nor started, so settings can be built first.

    :raises EmbeddedError: the folder cannot be written, or its passwords are unreadable or missing.
    """
    folder = DataFolder.at(data_dir)
    try:
        folder.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not folder.credentials.exists():
            _make_credentials(folder)
        passwords = json.loads(folder.credentials.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EmbeddedError(f"The data directory {folder.path} cannot be used: {error}") from error
    return EmbeddedDatabase(host=str(folder.socket_dir), port=_PORT, dbname=DATABASE, passwords=passwords)


def database_url(data_dir: Path, *, role: str) -> str:
    """Return the URL of the database for one role; see `connection`.

    :raises EmbeddedError: as `connection`, or no such role.
    """
    return connection(data_dir).url(role=role)


def _make_credentials(folder: DataFolder) -> None:
    if folder.cluster.exists():
        raise EmbeddedError(
            f"{folder.credentials} is missing although {folder.cluster} is there: "
            "put the file back from a backup, the database cannot be opened without it."
        )
    passwords = {role: secrets.token_urlsafe(24) for role in ("postgres", "lf_owner", "lf_app", "lf_backup")}
    with tempfile.NamedTemporaryFile(
        "w", dir=folder.path, prefix=".pg_credentials-", encoding="utf-8"
    ) as draft:
        json.dump(passwords, draft)
        draft.flush()
        os.fsync(draft.fileno())
        try:
            # A link, unlike a rename, keeps what another process wrote a moment earlier.
            os.link(draft.name, folder.credentials)
        except FileExistsError:
            return
