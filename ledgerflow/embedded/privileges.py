"""Roles and privileges as SQL, in any PostgreSQL from 15 on; Docker's image runs the same two files with psql."""

from pathlib import Path

_HERE = Path(__file__).parent

#: Makes the three roles with their attributes, without passwords; as a superuser.
ROLES = (_HERE / "roles.sql").read_text(encoding="utf-8")

#: What lf_app may do with what lf_owner makes, for each new database before the first migration.
DEFAULT_PRIVILEGES = (_HERE / "privileges.sql").read_text(encoding="utf-8")
