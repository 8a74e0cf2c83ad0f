"""As lf_app, raw SQL cannot finish, lock, match or undo any of it otherwise than the services do."""

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from ledgerflow.ledger.errors import _BY_CODE
from ledgerflow.reconciliation import errors
from ledgerflow.reconciliation.models import Match, Reconciliation
from ledgerflow.reconciliation.services import finish, reopen, start
from tests.booked import NOW
from tests.made import made_once
from tests.reconciliation.desk import Desk

pytestmark = pytest.mark.django_db

ACT = (
    "INSERT INTO reconciliation_reconciliationaction (book_id, reconciliation_id, act, reason, proof, acted_by_id,"
    " acted_at) VALUES (%s, %s, %s, %s, %s, %s, now())"
)
PROOF = "{}"


@made_once
def desk():
    desk = Desk()
    desk.begun = desk.opened(balance="974")
    desk.number = desk.by_hand("-20")
    (desk.line,) = desk.arrive(["-20"])
    desk.accept(desk.begun, "exact")
    desk.match = Match.objects.get()
    return desk


@pytest.fixture
def finished(desk):
    finish(reconciliation=desk.begun, user=desk.owner, now=NOW)
    return desk


def run(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def refused(statement, *values, code=None, error=DatabaseError):
    with pytest.raises(error) as caught:
        run(statement, *values)
    if code:
        assert caught.value.__cause__.sqlstate == code


def _act(desk, act, reason="", proof=PROOF, reconciliation=None):
    one = reconciliation or desk.begun
    return ACT, one.book_id, one.pk, act, reason, proof, desk.owner.pk


def test_every_code_has_its_family():
    assert {code: _BY_CODE[code] for code in errors.BY_CODE} == errors.BY_CODE


def test_it_is_not_finished_with_another_balance(desk):
    run("UPDATE reconciliation_reconciliation SET bank_balance = 973.99 WHERE id = %s", desk.begun.pk)

    refused(*_act(desk, "finish"), code="LF022")


def test_it_is_finished_with_the_balance_of_the_journal(desk):
    run(*_act(desk, "finish"))

    refused(*_act(desk, "finish"), code="LF022")
    desk.begun.refresh_from_db()
    assert desk.begun.is_finished


def test_the_balances_of_the_log_are_the_database_s_own(desk):
    run(
        ACT.replace("acted_at)", "acted_at, bank_balance, book_balance)").replace("now())", "now(), 1, 2)"),
        *_act(desk, "finish")[1:],
    )

    action = desk.begun.actions.get()
    assert (action.bank_balance, action.book_balance) == (974, 974)


@pytest.mark.parametrize(
    ("act", "reason", "proof"),
    [("finish", "", None), ("reopen", "", None), ("reopen", "why", PROOF), ("forget", "why", None)],
)
def test_an_act_is_whole(finished, act, reason, proof):
    if act == "finish":
        reopen(reconciliation=finished.begun, reason="again", user=finished.owner, now=NOW)

    refused(*_act(finished, act, reason, proof))


def test_what_is_not_finished_is_not_reopened(desk):
    refused(*_act(desk, "reopen", "why", None), code="LF022")


def test_a_later_one_is_reopened_first(finished):
    later = finished.started(as_of=finished.begun.as_of.replace(day=8), balance="974")
    finish(reconciliation=later, user=finished.owner, now=NOW)

    refused(*_act(finished, "reopen", "why", None), code="LF022")


def test_an_act_is_about_its_own_book(desk):
    other = Desk()

    refused(ACT, other.book.pk, desk.begun.pk, "finish", "", PROOF, desk.owner.pk, code="LF022")


@pytest.mark.parametrize(
    "change",
    [
        "state = 'finished'",
        "state = 'open'",
        "bank_account_id = 1",
        "book_id = 1",
        "started_by_id = 1",
    ],
)
def test_the_state_and_what_it_is_about_are_not_written(finished, change):
    refused(f"UPDATE reconciliation_reconciliation SET {change}", error=ProgrammingError)


@pytest.mark.parametrize("change", ["bank_balance = 1", "as_of = '2026-01-09'", "statement_id = NULL"])
def test_a_finished_one_does_not_change(desk, change):
    from_file = start(bank_account=desk.bank, statement=desk.statement, user=desk.owner, now=NOW)
    # The file closes with 994: make the books agree.
    desk.by_hand("20", day=7)
    finish(reconciliation=from_file, user=desk.owner, now=NOW)

    refused(f"UPDATE reconciliation_reconciliation SET {change} WHERE id = %s", from_file.pk, code="LF022")


INSERT = (
    "INSERT INTO reconciliation_reconciliation (book_id, bank_account_id, as_of, statement_id, bank_balance, state,"
    " started_by_id, started_at) VALUES (%s, %s, %s, %s, %s, %s, %s, now())"
)


def test_one_begins_open_in_its_book_with_a_real_day_and_balance(desk):
    other = Desk()
    good = [desk.book.pk, desk.bank.pk, "2026-01-20", None, 5, "open", desk.owner.pk]

    for at, wrong in (
        (0, other.book.pk),
        (1, other.bank.pk),
        (2, "infinity"),
        (4, "NaN"),
        (5, "finished"),
        (5, "done"),
    ):
        refused(INSERT, *[wrong if place == at else value for place, value in enumerate(good)])
    run(INSERT, *good)


def test_one_agrees_with_the_statement_that_it_names(desk):
    other = Desk()
    good = [desk.book.pk, desk.bank.pk, "2026-01-07", desk.statement.pk, 994, "open", desk.owner.pk]
    run("DELETE FROM reconciliation_reconciliation")

    for at, wrong in ((2, "2026-01-08"), (3, other.statement.pk), (4, 993)):
        values = [wrong if place == at else value for place, value in enumerate(good)]
        refused(INSERT, *values, code="LF022")
    run(INSERT, *good)


def test_a_day_is_reconciled_once(desk):
    refused(
        INSERT,
        desk.book.pk,
        desk.bank.pk,
        desk.begun.as_of,
        None,
        5,
        "open",
        desk.owner.pk,
        error=IntegrityError,
    )


def test_what_was_finished_is_not_deleted(finished):
    refused("DELETE FROM reconciliation_reconciliation", code="LF022")
    reopen(reconciliation=finished.begun, reason="again", user=finished.owner, now=NOW)
    refused("DELETE FROM reconciliation_reconciliation", code="LF022")
    assert Reconciliation.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reconciliation_reconciliationaction SET reason = 'another'",
        "DELETE FROM reconciliation_reconciliationaction",
        "TRUNCATE reconciliation_reconciliationaction",
        "TRUNCATE reconciliation_reconciliation CASCADE",
        "UPDATE reconciliation_match SET made_by_id = made_by_id",
        "UPDATE reconciliation_matchedline SET match_id = match_id",
        "UPDATE reconciliation_matchedentryline SET no = 2",
        "TRUNCATE reconciliation_matchedline",
        "UPDATE statements_bankaccount SET reconciled_through = NULL",
        "UPDATE statements_bankaccount SET reconciled_through = '2026-01-31'",
    ],
)
def test_the_log_the_matches_and_the_locks_are_not_rewritten(finished, statement):
    refused(statement, error=ProgrammingError)


@pytest.mark.parametrize("day", ["NULL", "'2026-01-31'"])
def test_the_lock_of_a_ledger_account_is_not_rewritten(finished, day):
    refused(f"UPDATE ledger_account SET reconciled_through = {day}", code="LF011")


def test_a_ledger_account_does_not_arrive_reconciled(desk):
    refused(
        "INSERT INTO ledger_account (book_id, code, name, type, tax_line, is_archived, reconciled_through)"
        " VALUES (%s, '9999', 'x', 'asset', '', false, '2026-01-31')",
        desk.book.pk,
        code="LF011",
    )


def test_a_bank_account_does_not_arrive_reconciled(desk):
    account = desk.expense.pk

    refused(
        "INSERT INTO statements_bankaccount (book_id, name, kind, currency, ledger_account_id, reconciled_through)"
        " VALUES (%s, 'x', 'bank', 'USD', %s, '2026-01-31')",
        desk.book.pk,
        account,
    )


def test_a_reconciled_or_matched_bank_account_keeps_its_ledger_account(finished):
    change = "UPDATE statements_bankaccount SET ledger_account_id = %s WHERE id = %s"
    fresh = Desk()

    refused(change, finished.expense.pk, finished.bank.pk, code="LF022")
    reopen(reconciliation=finished.begun, reason="again", user=finished.owner, now=NOW)
    refused(change, finished.expense.pk, finished.bank.pk, code="LF022")
    run(change, fresh.expense.pk, fresh.bank.pk)


POST = (
    "SELECT ledger_post(%s, 'manual', NULL, now(), ARRAY[%s]::date[], ARRAY[2]::smallint[], ARRAY[NULL]::bigint[],"
    " NULL,"
    " ARRAY[1, 1], ARRAY[1, 2]::smallint[], ARRAY[%s, %s]::bigint[], ARRAY['USD', 'USD'], ARRAY[1, -1]::numeric[],"
    " ARRAY[1, -1]::numeric[])"
)


def test_nothing_is_posted_on_reconciled_days(finished):
    bank, expense = finished.bank.ledger_account_id, finished.expense.pk

    refused(POST, finished.book.pk, "2026-01-07", bank, expense, code="LF020")
    refused(POST, finished.book.pk, "2026-01-01", expense, bank, code="LF020")
    run(POST, finished.book.pk, "2026-01-08", bank, expense)
    run(POST, finished.book.pk, "2026-01-07", expense, expense)


def test_a_matched_entry_is_not_reversed(desk):
    bank, expense = desk.bank.ledger_account_id, desk.expense.pk
    reverse = POST.replace("ARRAY[NULL]", f"ARRAY[{desk.number}]").replace("ARRAY[1, -1]", "ARRAY[20, -20]")

    refused(reverse, desk.book.pk, "2026-02-01", bank, expense, code="LF023")


def test_a_match_is_not_taken_apart_in_reconciled_days(finished):
    refused("DELETE FROM reconciliation_matchedline", code="LF021")
    refused("DELETE FROM reconciliation_matchedentryline", code="LF021")


@pytest.mark.parametrize("table", ["reconciliation_matchedline", "reconciliation_matchedentryline"])
def test_half_a_match_is_none(desk, table):
    refused(f"DELETE FROM {table}", code="LF021")


def test_a_match_goes_with_both_sides_and_its_line_to_review(desk):
    gone = (
        "DELETE FROM reconciliation_matchedentryline; DELETE FROM reconciliation_matchedline;"
        " DELETE FROM reconciliation_match; "
    )

    refused(gone, code="LF021")
    refused("DELETE FROM reconciliation_match", error=IntegrityError)
    run(gone + "UPDATE classification_classification SET state = 'open' WHERE state = 'matched'")


SET = "UPDATE classification_classification SET state = '{}', decided_by_id = %s WHERE line_id = %s"


def test_a_line_is_called_matched_by_a_match_alone(desk):
    (other,) = desk.arrive(["-21"])

    refused(SET.format("matched"), desk.owner.pk, other, code="LF021")
    for state in ("open", "excluded"):
        refused(SET.format(state), desk.owner.pk, desk.line, code="LF021")
    refused("DELETE FROM classification_classification WHERE line_id = %s", desk.line, error=IntegrityError)
    refused(
        "INSERT INTO classification_classification"
        " (line_id, book_id, state, source, confidence, reason, note, is_split)"
        " SELECT line_id + 1000, book_id, state, source, confidence, reason, note, is_split"
        " FROM classification_classification WHERE state = 'matched'",
        error=IntegrityError,
    )


def test_a_matched_line_is_not_deleted(desk):
    refused("DELETE FROM statements_statementline WHERE id = %s", desk.line)


MATCH = """
    WITH made AS (
        INSERT INTO reconciliation_match (book_id, bank_account_id, kind, made_by_id, made_at)
        VALUES ({book}, {bank}, 'hand', {user}, now()) RETURNING id, book_id
    ), line AS (
        INSERT INTO reconciliation_matchedline (line_id, book_id, match_id) SELECT {line}, book_id, id FROM made
    ), entry AS (
        INSERT INTO reconciliation_matchedentryline (book_id, entry_number, no, match_id)
        SELECT book_id, {number}, {no}, id FROM made
    )
    UPDATE classification_classification SET state = 'matched', decided_by_id = {user} WHERE line_id = {line}
"""


def _match(desk, **facts):
    given = {"book": desk.book.pk, "bank": desk.bank.pk, "user": desk.owner.pk, "no": 1, **facts}
    return MATCH.format(**given)


def test_a_match_adds_up_and_is_of_one_account(desk):
    thirty, held = desk.arrive(["-30"])[0], desk.arrive(["-30"], day=7, closing="1")[0]
    number, other_number = desk.by_hand("-30"), desk.by_hand("-31")
    other = Desk()
    (theirs,) = other.arrive(["-30"])

    for facts in (
        {"line": thirty, "number": other_number},
        {"line": thirty, "number": number, "no": 2},
        {"line": thirty, "number": 99},
        {"line": held, "number": number},
        {"line": theirs, "number": number},
        {"line": thirty, "number": number, "bank": other.bank.pk},
        {"line": thirty, "number": desk.number},
        {"line": desk.line_ids[0], "number": 1},
    ):
        refused(_match(desk, **facts))
    run(_match(desk, line=thirty, number=number))


def test_a_posted_bank_line_s_own_entry_is_not_matched_with_another_line(desk):
    (one,) = desk.arrive(["-1"], day=7)

    refused(_match(desk, line=one, number=1), code="LF021")


def test_a_match_that_is_empty_is_refused(desk):
    refused(
        "INSERT INTO reconciliation_match (book_id, bank_account_id, kind, made_by_id, made_at)"
        " VALUES (%s, %s, 'hand', %s, now())",
        desk.book.pk,
        desk.bank.pk,
        desk.owner.pk,
        code="LF021",
    )


def test_the_guards_cannot_be_switched_off(desk):
    refused("ALTER TABLE reconciliation_match DISABLE TRIGGER ALL", error=ProgrammingError)
    refused("DROP FUNCTION reconciliation_acts() CASCADE", error=ProgrammingError)
