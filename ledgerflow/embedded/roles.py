"""LedgerFlow's three PostgreSQL roles, for any PostgreSQL from 15 on: embedded, in Docker, in CI."""

from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ledgerflow.embedded.privileges import DEFAULT_PRIVILEGES, ROLES

DATABASE = "ledgerflow"


@dataclass(frozen=True, slots=True)
class RolePasswords:
    """Passwords of the three roles, in clear."""

    owner: str = field(repr=False)
    app: str = field(repr=False)
    backup: str = field(repr=False)


def bootstrap_roles(
    connection: psycopg.Connection[Any], *, passwords: RolePasswords, dbname: str = DATABASE
) -> None:
    """Make the three roles and the database as LedgerFlow needs them; repeating it only sets the passwords.

    lf_owner owns the database and runs migrations, lf_app works without DDL and without TRUNCATE,
    lf_backup reads everything. `connection` is a superuser's, in autocommit mode, to any database.

    :raises psycopg.Error: the server refuses.
    """
    chosen = {"lf_owner": passwords.owner, "lf_app": passwords.app, "lf_backup": passwords.backup}
    # One commit, because everybody waits for this after each start.
    with connection.transaction():
        # As bytes, because the files are more than one statement and hold no parameters.
        connection.execute(ROLES.encode())
        for role, password in chosen.items():
            # Hashed here, so that no log of statements ever shows the password itself.
            secret = connection.pgconn.encrypt_password(
                password.encode(), role.encode(), b"scram-sha-256"
            ).decode()
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(secret))
            )
    database = sql.Identifier(dbname)
    if connection.execute("SELECT FROM pg_database WHERE datname = %s", [dbname]).fetchone() is None:
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER lf_owner").format(database))
    connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO lf_owner").format(database))
    place = make_conninfo(connection.info.dsn, dbname=dbname, password=connection.info.password)
    with psycopg.connect(place, autocommit=True) as inside:
        apply_privileges(inside)


def apply_privileges(connection: psycopg.Connection[Any]) -> None:
    """Give the roles their rights in the database that `connection` is to; repeating it changes nothing.

    For a further database: the connection is a superuser's, or lf_owner's if it owns the database. A
    database made from a template that has the rights already has them too.

    :raises psycopg.Error: the server refuses.
    """
    with connection.transaction():
        connection.execute(DEFAULT_PRIVILEGES.encode())
