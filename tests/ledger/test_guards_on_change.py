"""What is posted stays, for lf_app and for the owner; what is kept is changed by its triggers only."""

import psycopg
import pytest

from ledgerflow.ledger.models import Account, EntryText
from ledgerflow.ledger.selectors.verify import problems
from tests.factories import AccountFactory, BookFactory
from tests.ledger.sessions import Ledger, session

POSTED = [
    "ledger_postingbatch",
    "ledger_journalentry",
    "ledger_journalline",
    "ledger_movement",
    "ledger_ledgerstate",
]
COLUMN = {
    "ledger_postingbatch": "entry_count",
    "ledger_journalentry": "line_count",
    "ledger_journalline": "amount",
    "ledger_movement": "debit",
    "ledger_ledgerstate": "next_number",
}


@pytest.fixture
def ledger(shared_db):
    ledger = Ledger()
    ledger.post("3.00", text="for Ann")
    return ledger


def _sqlstate(statement, alias="default"):
    with session(alias) as raw:
        raw.autocommit = True
        with pytest.raises(psycopg.Error) as refusal:
            raw.execute(statement)
    return refusal.value.sqlstate


def test_no_statement_changes_what_is_posted(ledger):
    """One test for all, because each database of its own costs more than each attack."""
    for table in POSTED:
        attacks = [
            f"UPDATE {table} SET {COLUMN[table]} = {COLUMN[table]} + 1",
            f"DELETE FROM {table}",
            f"TRUNCATE {table} CASCADE",
        ]
        for attack in attacks:
            assert _sqlstate(attack) == "42501", attack
            assert _sqlstate(attack, "owner") == "LF009", attack
        for attack in (
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"ALTER TABLE {table} ADD COLUMN extra int",
            f"DROP TABLE {table} CASCADE",
            f"CREATE INDEX ON {table} (book_id)",
            f"CREATE TRIGGER mine BEFORE UPDATE ON {table} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            f"CREATE RULE mine AS ON INSERT TO {table} DO INSTEAD NOTHING",
        ):
            assert _sqlstate(attack) == "42501", attack
    for table in ("books_book", "users_user", "ledger_account"):
        # The guard of another app (23001, LF030) may speak first.
        assert _sqlstate(f"TRUNCATE {table} CASCADE", "owner") in {"LF009", "23001", "LF030"}, table

    assert problems(book=ledger.book) == []


def test_no_session_steps_outside_its_role(ledger):
    for attack, code in (
        ("SET session_replication_role = replica", "42501"),
        ("SET ROLE lf_owner", "42501"),
        ("SET SESSION AUTHORIZATION lf_owner", "42501"),
        ("CREATE TABLE public.mine (x int)", "42501"),
        ("CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'", "42501"),
        (
            "CREATE OR REPLACE FUNCTION public.ledger_lines_arrive() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
            "42501",
        ),
        ("ALTER FUNCTION public.ledger_lines_arrive() RESET ALL", "42501"),
        ("DROP FUNCTION public.ledger_lines_arrive() CASCADE", "42501"),
        ("SELECT ledger_explain_lines(1, 1, 1, 1)", "42501"),
        ("INSERT INTO ledger_movement DEFAULT VALUES", "42501"),
    ):
        assert _sqlstate(attack) in {code, "42P13"}, attack


def test_a_second_or_advanced_state_is_refused(ledger):
    fresh = BookFactory(state=None)
    insert = "INSERT INTO ledger_ledgerstate (book_id, next_number, next_batch) VALUES"

    assert _sqlstate(f"{insert} ({ledger.book.pk}, 1, 1)") == "23505"
    assert _sqlstate(f"{insert} ({fresh.pk}, 5, 1)") == "LF009"


def test_a_guard_cannot_be_borrowed_for_a_table_of_ones_own(ledger):
    """A trigger function runs as its owner; attached to a temporary table it would write movements of no line."""
    with session() as raw:
        raw.execute("CREATE TEMPORARY TABLE fake (LIKE ledger_journalline)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw.execute(
                "CREATE TRIGGER borrowed AFTER INSERT ON fake REFERENCING NEW TABLE AS fresh"
                " FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_lines_arrive()"
            )


def test_a_temporary_table_cannot_stand_in_for_one_of_the_ledgers(ledger):
    other = AccountFactory()
    ledger.cost = other
    with session() as raw:
        for table in (
            "ledger_account",
            "books_book",
            "ledger_journalentry",
            "ledger_ledgerstate",
            "ledger_movement",
        ):
            raw.execute(f"CREATE TEMPORARY TABLE {table} AS SELECT * FROM public.{table}")
        raw.execute(f"UPDATE pg_temp.ledger_account SET book_id = {ledger.book.pk}")
        raw.execute("SET search_path = pg_temp, public")
        raw.execute(
            "INSERT INTO public.ledger_postingbatch (book_id, no, source, first_number, entry_count, posted_at)"
            " VALUES (%s, 3, 'manual', 3, 1, now())",
            [ledger.book.pk],
        )
        raw.execute(
            "INSERT INTO public.ledger_journalentry (book_id, number, batch_no, date, line_count)"
            " VALUES (%s, 3, 3, '2026-03-05', 2)",
            [ledger.book.pk],
        )
        with pytest.raises(psycopg.Error) as refusal:
            ledger.lines(raw, ledger.line_rows(3))

    assert refusal.value.sqlstate == "LF005"


def test_an_operator_of_ones_own_cannot_stand_in(ledger):
    assert (
        _sqlstate(
            "CREATE FUNCTION pg_temp.eq(numeric, int) RETURNS bool LANGUAGE sql AS 'SELECT true';"
            "CREATE OPERATOR public.= (LEFTARG = numeric, RIGHTARG = int, FUNCTION = pg_temp.eq)"
        )
        == "42501"
    )


def test_words_are_erased_but_never_reworded_or_deleted(ledger):
    with session() as raw:
        raw.execute("UPDATE ledger_entrytext SET text = ''")
        raw.commit()

    assert EntryText.objects.get(book=ledger.book).text == ""
    assert _sqlstate("UPDATE ledger_entrytext SET text = 'for Bob'") == "LF009"
    assert _sqlstate("UPDATE ledger_entrytext SET entry_number = 1") == "42501"
    assert _sqlstate("DELETE FROM ledger_entrytext") == "42501"
    assert _sqlstate("DELETE FROM ledger_entrytext", "owner") == "LF009"
    for_none = (
        f"INSERT INTO ledger_entrytext (book_id, entry_number, text) VALUES ({ledger.book.pk}, 99, 'x')"
    )
    assert _sqlstate(for_none) == "LF009"


def test_an_account_keeps_its_book_and_with_lines_its_type_and_currency(ledger):
    other = BookFactory()
    unused = AccountFactory(book=ledger.book, type="asset")
    used = f"WHERE id = {ledger.cost.pk}"

    assert _sqlstate(f"UPDATE ledger_account SET book_id = {other.pk} WHERE id = {unused.pk}") == "LF011"
    assert _sqlstate(f"UPDATE ledger_account SET id = 12345 WHERE id = {unused.pk}") == "LF011"
    assert _sqlstate(f"UPDATE ledger_account SET type = 'income' {used}") == "LF011"
    assert _sqlstate(f"UPDATE ledger_account SET currency = 'EUR' {used}") == "LF011"
    assert _sqlstate(f"DELETE FROM ledger_account WHERE id = {unused.pk}") == "42501"
    assert _sqlstate(f"DELETE FROM ledger_account {used}", "owner") == "23503"
    with session() as raw:
        raw.execute(f"UPDATE ledger_account SET type = 'expense', currency = 'EUR' WHERE id = {unused.pk}")
        raw.execute(f"UPDATE ledger_account SET code = '6999', name = 'Else' {used}")
        raw.commit()
    assert Account.objects.get(pk=unused.pk).currency == "EUR"
    assert Account.objects.get(pk=ledger.cost.pk).code == "6999"


def test_a_book_with_entries_keeps_its_base_currency(ledger):
    fresh = BookFactory()

    assert _sqlstate(f"UPDATE books_book SET base_currency = 'EUR' WHERE id = {ledger.book.pk}") == "LF011"
    with session() as raw:
        raw.execute(f"UPDATE books_book SET base_currency = 'EUR' WHERE id = {fresh.pk}")
        raw.commit()


def test_the_log_of_closings_stays(ledger):
    assert _sqlstate("UPDATE ledger_periodaction SET reason = 'x'") == "42501"
    assert _sqlstate("DELETE FROM ledger_periodaction") == "42501"
    assert _sqlstate("TRUNCATE ledger_periodaction") == "42501"
    for attack in ("UPDATE ledger_periodaction SET reason = 'x'", "DELETE FROM ledger_periodaction"):
        assert _sqlstate(attack, "owner") == "LF009"
    assert _sqlstate("TRUNCATE ledger_periodaction", "owner") == "LF009"
