"""With every guard off, as a superuser or a failing disk might have it, verify names what was changed."""

import pytest

from ledgerflow.reconciliation.models import Match
from ledgerflow.reconciliation.services import finish, start
from ledgerflow.reconciliation.verify import problems
from tests.booked import NOW
from tests.ledger.sessions import session
from tests.reconciliation.desk import Desk

TABLES = (
    "ledger_account",
    "classification_classification",
    "ledger_journalentry",
    "ledger_journalline",
    "reconciliation_match",
    "reconciliation_matchedentryline",
    "reconciliation_matchedline",
    "reconciliation_reconciliation",
    "reconciliation_reconciliationaction",
    "statements_bankaccount",
    "statements_statement",
)
#: Entry 1 is called a reversal of the matched one.
REVERSED = """
    UPDATE ledger_journalentry SET reverses_number = matched.entry_number
    FROM reconciliation_matchedentryline matched WHERE number = 1
"""


@pytest.fixture
def desk(committed_db):
    """A bank account reconciled to its statement, with one line matched."""
    desk = Desk()
    desk.opened()
    number = desk.by_hand("-20")
    desk.arrive(["-20", "20"], closing="1000")
    reconciliation = desk.started()
    desk.accept(reconciliation, "exact")
    desk.post_all()
    finish(
        reconciliation=start(bank_account=desk.bank, statement=desk.statement, user=desk.owner, now=NOW),
        user=desk.owner,
        now=NOW,
    )
    assert Match.objects.get().entry_lines.get().entry_number == number
    return desk


def _tampered(desk, change):
    with session("owner") as owner:
        for table in TABLES:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        owner.execute(change)
        owner.commit()
    return {problem.check for problem in problems(book=desk.book)}


def test_nothing_is_wrong_before(desk):
    assert problems(book=desk.book) == []


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ("UPDATE ledger_journalline SET amount = amount + 1 WHERE entry_number = 1", "reconciled"),
        ("UPDATE ledger_journalline SET date = '2026-01-08' WHERE entry_number = 1", "reconciled"),
        ("UPDATE statements_statement SET closing_balance = 1", "reconciled-statement"),
        ("UPDATE reconciliation_reconciliation SET bank_balance = 1", "reconciled"),
        ("UPDATE reconciliation_reconciliation SET state = 'reopened'", "reconciled-log"),
        ("UPDATE reconciliation_reconciliationaction SET book_balance = 1", "reconciled-log"),
        ("DELETE FROM reconciliation_reconciliationaction", "reconciled-log"),
        ("UPDATE statements_bankaccount SET reconciled_through = NULL", "reconciled-through"),
        ("UPDATE statements_bankaccount SET reconciled_through = '2026-01-31'", "reconciled-through"),
        ("UPDATE ledger_account SET reconciled_through = NULL", "reconciled-through"),
        ("DELETE FROM reconciliation_matchedentryline", "matches"),
        ("UPDATE reconciliation_matchedentryline SET no = 2", "matches"),
        ("UPDATE classification_classification SET state = 'open' WHERE state = 'matched'", "matched"),
        ("DELETE FROM reconciliation_matchedline", "matched"),
        (REVERSED, "matched-reversed"),
    ],
)
def test_it_names_what_was_changed(desk, change, check):
    assert check in _tampered(desk, change)
