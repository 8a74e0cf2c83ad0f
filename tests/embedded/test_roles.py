"""lf_owner builds, lf_app works, lf_backup reads, and none of them can do more."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors

from ledgerflow import embedded


@pytest.fixture(scope="module")
def table(database: embedded.EmbeddedDatabase) -> Iterator[str]:
    with database.connect(role="lf_owner") as owner:
        owner.execute("CREATE TABLE entry (id bigserial PRIMARY KEY, note text)")
        owner.execute("CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT 2 * n'")
        yield "entry"
        owner.execute("DROP TABLE entry; DROP FUNCTION twice")


def test_lf_app_works_with_rows_sequences_functions_and_temporary_tables(
    database: embedded.EmbeddedDatabase, table: str
):
    with database.connect(role="lf_app") as app:
        app.execute("INSERT INTO entry (note) VALUES ('a')")
        app.execute("UPDATE entry SET note = 'b'")
        app.execute("CREATE TEMPORARY TABLE draft AS SELECT twice(21) AS answer, note FROM entry")

        assert app.execute("SELECT answer, note FROM draft").fetchall() == [(42, "b")]
        assert app.execute("DELETE FROM entry").rowcount == 1


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE other (id int)",
        "CREATE SCHEMA other",
        "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "TRUNCATE entry",
        "ALTER TABLE entry ADD COLUMN more int",
        "ALTER TABLE entry DISABLE TRIGGER ALL",
        "ALTER TABLE entry OWNER TO lf_app",
        "CREATE TRIGGER t AFTER INSERT ON entry EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "CREATE INDEX ON entry (note)",
        "DROP TABLE entry",
        "DROP SCHEMA public CASCADE",
        "SET session_replication_role = replica",
        "SET ROLE lf_owner",
        "CREATE ROLE other",
        "CREATE DATABASE other",
        "ALTER ROLE lf_backup PASSWORD 'x'",
        "COPY entry TO PROGRAM 'cat'",
        "SELECT pg_read_file('postgresql.conf')",
        "SELECT * FROM pg_authid",
    ],
)
@pytest.mark.usefixtures("table")
def test_lf_app_is_refused(database: embedded.EmbeddedDatabase, statement: str):
    with database.connect(role="lf_app") as app, pytest.raises(errors.InsufficientPrivilege):
        app.execute(statement)


@pytest.mark.usefixtures("table")
def test_lf_backup_reads_all_rows_and_writes_none(database: embedded.EmbeddedDatabase):
    with database.connect(role="lf_owner") as owner:
        owner.execute(
            "ALTER TABLE entry ENABLE ROW LEVEL SECURITY; ALTER TABLE entry FORCE ROW LEVEL SECURITY"
        )
    with database.connect(role="lf_app") as app, pytest.raises(errors.InsufficientPrivilege):
        app.execute("INSERT INTO entry (note) VALUES ('hidden')")
    with database.connect(role="postgres") as superuser:
        superuser.execute("INSERT INTO entry (note) VALUES ('hidden')")

    with database.connect(role="lf_app") as app:
        assert app.execute("SELECT note FROM entry").fetchall() == []
    with database.connect(role="lf_backup") as backup:
        assert backup.execute("SELECT note FROM entry").fetchall() == [("hidden",)]
        with pytest.raises(errors.InsufficientPrivilege):
            backup.execute("DELETE FROM entry")


def test_no_role_is_more_than_it_should_be(database: embedded.EmbeddedDatabase):
    with database.connect(role="postgres") as superuser:
        rows = superuser.execute(
            "SELECT rolname, rolsuper, rolcreaterole, rolreplication, rolcreatedb, rolbypassrls "
            "FROM pg_roles WHERE rolname LIKE 'lf\\_%' ORDER BY rolname"
        ).fetchall()

    assert rows == [
        ("lf_app", False, False, False, False, False),
        ("lf_backup", False, False, False, False, True),
        ("lf_owner", False, False, False, True, False),
    ]


def _rights(session: psycopg.Connection) -> list[tuple[object, ...]]:
    return session.execute(
        "SELECT 'default', defaclobjtype::text, defaclacl::text FROM pg_default_acl "
        "UNION ALL SELECT nspname, pg_get_userbyid(nspowner), nspacl::text FROM pg_namespace "
        "UNION ALL SELECT datname, pg_get_userbyid(datdba), datacl::text FROM pg_database ORDER BY 1, 2"
    ).fetchall()


@pytest.mark.usefixtures("table")
def test_bootstrapping_again_changes_no_rights_and_gives_nothing_back(database: embedded.EmbeddedDatabase):
    with database.connect(role="lf_owner") as owner:
        owner.execute("REVOKE DELETE ON entry FROM lf_app")
    with database.connect(role="postgres") as superuser:
        before = _rights(superuser)

        embedded.bootstrap_roles(superuser, passwords=database.role_passwords)

        assert _rights(superuser) == before
    with database.connect(role="lf_app") as app, pytest.raises(errors.InsufficientPrivilege):
        app.execute("DELETE FROM entry")


def test_bootstrapping_sets_new_passwords(database: embedded.EmbeddedDatabase):
    changed = embedded.RolePasswords(owner="o'1", app="a 2", backup="ü3")
    with database.connect(role="postgres") as superuser:
        embedded.bootstrap_roles(superuser, passwords=changed)
        try:
            with pytest.raises(psycopg.OperationalError, match="password"):
                database.connect(role="lf_app")
            with psycopg.connect(
                host=database.host, dbname="ledgerflow", user="lf_owner", password="o'1"
            ) as owner:
                assert owner.execute("SELECT current_user").fetchone() == ("lf_owner",)
        finally:
            embedded.bootstrap_roles(superuser, passwords=database.role_passwords)


def test_a_second_database_and_its_copies_have_the_same_rights(database: embedded.EmbeddedDatabase):
    with database.connect(role="lf_owner") as owner:
        owner.execute("CREATE DATABASE template_of_tests TEMPLATE template0")
        with database.connect(role="lf_owner", dbname="template_of_tests") as inside:
            embedded.apply_privileges(inside)
            embedded.apply_privileges(inside)
        owner.execute("CREATE DATABASE copy_of_tests TEMPLATE template_of_tests")
        with database.connect(role="lf_owner", dbname="copy_of_tests") as inside:
            inside.execute("CREATE TABLE entry (id int)")

        with database.connect(role="lf_app", dbname="copy_of_tests") as app:
            app.execute("INSERT INTO entry VALUES (1)")
            for statement in ("TRUNCATE entry", "CREATE TABLE other (id int)"):
                with pytest.raises(errors.InsufficientPrivilege):
                    app.execute(statement)
        owner.execute("DROP DATABASE copy_of_tests")
        owner.execute("DROP DATABASE template_of_tests")


def test_a_role_that_is_not_there_is_named_with_those_that_are(database: embedded.EmbeddedDatabase):
    with pytest.raises(embedded.EmbeddedError, match="no role lf_boss; it has lf_app, lf_backup"):
        database.url(role="lf_boss")
