"""No function that runs as its owner is lent to lf_app, beyond the one that locks a ledger."""

import pytest
from django.db import ProgrammingError, connection, transaction

pytestmark = pytest.mark.django_db

_LENT = """
    SELECT function.oid::regprocedure::text FROM pg_proc AS function
     WHERE pronamespace = 'public'::regnamespace AND prosecdef
       AND has_function_privilege(current_user, function.oid, 'EXECUTE')
"""
# A cast of one's own, run by a check that was borrowed for a table of one's own.
_BORROW = """
    CREATE TYPE pg_temp.disguise AS ENUM ('1');
    CREATE FUNCTION pg_temp.unmask(pg_temp.disguise) RETURNS bigint LANGUAGE plpgsql AS $$
    BEGIN
        EXECUTE 'ALTER TABLE ledger_journalline DISABLE TRIGGER ALL';
        RETURN 1;
    END $$;
    CREATE CAST (pg_temp.disguise AS bigint) WITH FUNCTION pg_temp.unmask(pg_temp.disguise) AS IMPLICIT;
    CREATE TEMPORARY TABLE bait (book_id pg_temp.disguise, bank_account_id bigint, currency text);
    CREATE TRIGGER borrowed AFTER INSERT ON bait REFERENCING NEW TABLE AS came
        FOR EACH STATEMENT EXECUTE FUNCTION statements_check_new_lines();
    INSERT INTO bait VALUES ('1', 1, 'USD');
"""


def test_it_lends_only_the_lock():
    with connection.cursor() as cursor:
        cursor.execute(_LENT)
        assert cursor.fetchall() == [("ledger_lock(bigint)",)]


def test_a_check_that_runs_as_its_owner_it_does_not_lend():
    with (
        pytest.raises(ProgrammingError, match="permission denied for function"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(_BORROW)
