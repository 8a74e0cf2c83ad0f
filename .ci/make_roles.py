"""Make LedgerFlow's roles in a PostgreSQL server; print its addresses as shell exports.

    python .ci/make_roles.py SOCKET_DIRECTORY

The password of the superuser `postgres` stands in the file `password` of that directory.
"""

import secrets
import sys
from pathlib import Path
from urllib.parse import quote

import psycopg

from ledgerflow.embedded import DATABASE, RolePasswords, bootstrap_roles


def main(socket: str) -> None:
    passwords = RolePasswords(*(secrets.token_urlsafe(24) for _ in range(3)))
    secret = Path(socket, "password").read_text().strip()
    with psycopg.connect(host=socket, user="postgres", password=secret, autocommit=True) as server:
        bootstrap_roles(server, passwords=passwords)
    at = f"/{DATABASE}?host={quote(socket, safe='')}"
    print(f"export DATABASE_URL='postgresql://lf_app:{passwords.app}@{at}'")
    print(f"export DATABASE_OWNER_URL='postgresql://lf_owner:{passwords.owner}@{at}'")
    print(f"export DATABASE_BACKUP_URL='postgresql://lf_backup:{passwords.backup}@{at}'")


if __name__ == "__main__":
    main(sys.argv[1])
