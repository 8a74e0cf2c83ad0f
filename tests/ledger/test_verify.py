"""Verify names what a superuser, a broken disk or a restore gone wrong did to the books."""

import pytest

from ledgerflow.ledger.selectors.verify import problems
from tests.factories import UserFactory
from tests.ledger.sessions import Ledger, session

_GUARDED = (
    "ledgerstate",
    "postingbatch",
    "journalentry",
    "journalline",
    "movement",
    "periodaction",
    "account",
)


@pytest.fixture
def ledger(shared_db):
    ledger = Ledger()
    ledger.post("3.00")
    ledger.post("-10.00", reverses_number=1)
    return ledger


def _tamper(statement):
    """Run the statement as the owner with every trigger switched off."""
    with session("owner") as owner:
        for table in _GUARDED:
            owner.execute(f"ALTER TABLE ledger_{table} DISABLE TRIGGER USER")
        owner.execute(statement)
        owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in _GUARDED:
            owner.execute(f"ALTER TABLE ledger_{table} ENABLE TRIGGER USER")
        owner.commit()


def test_sound_books_have_no_problems(ledger, django_assert_num_queries):
    with django_assert_num_queries(
        20
    ):  # fourteen for sixteen checks, and around them a savepoint and settings
        found = problems(book=ledger.book)

    assert found == []


TAMPERINGS = {
    "UPDATE ledger_journalline SET base_amount = 9, amount = 9 WHERE entry_number = 2 AND no = 1": {
        "balanced",
        "movements",
    },
    "UPDATE ledger_journalline SET amount = 7 WHERE entry_number = 2 AND no = 1": {"amounts", "movements"},
    "UPDATE ledger_journalline SET date = date + 1 WHERE entry_number = 2 AND no = 1": {"lines", "orphans"},
    "DELETE FROM ledger_journalline WHERE entry_number = 2": {"lines", "movements"},
    "DELETE FROM ledger_journalentry WHERE number = 2": {"numbering", "orphans", "state", "batches"},
    "UPDATE ledger_journalentry SET batch_no = 1 WHERE number = 2": {"batches"},
    "UPDATE ledger_journalentry SET reverses_number = 2, line_count = 2 WHERE number = 3": {"reversals"},
    "UPDATE ledger_movement SET debit = debit + 1, credit = credit + 1": {"movements"},
    "DELETE FROM ledger_movement": {"movements"},
    "UPDATE ledger_ledgerstate SET next_number = 9": {"state"},
    "DELETE FROM ledger_ledgerstate": {"state"},
    "UPDATE ledger_ledgerstate SET closed_through = '2026-01-31'": {"periods"},
    "UPDATE ledger_account SET currency = 'EUR'": {"accounts"},
    "UPDATE ledger_journalline SET amount = 'NaN' WHERE entry_number = 2 AND no = 1": {
        "amounts",
        "movements",
    },
}


@pytest.mark.parametrize(("statement", "checks"), TAMPERINGS.items(), ids=TAMPERINGS)
def test_it_names_a_tampering(ledger, statement, checks):
    _tamper(statement)

    found = problems(book=ledger.book)

    # What the hash chain sees besides is tested in test_chain.py.
    assert {problem.check for problem in found} - {"chain"} == checks
    assert all(problem.sentence for problem in found)


def test_it_names_a_log_that_does_not_follow_itself(ledger):
    user = UserFactory()
    for day, was in (("2026-01-31", "NULL"), ("2026-02-28", "'2026-01-15'")):
        _tamper(
            "INSERT INTO ledger_periodaction"
            " (book_id, closed_through, was_closed_through, reason, acted_by_id, acted_at)"
            f" VALUES ({ledger.book.pk}, '{day}', {was}, 'x', {user.pk}, now())"
        )

    assert {problem.check for problem in problems(book=ledger.book)} == {"periods", "log"}


def test_another_books_tampering_is_not_this_books_problem(ledger):
    other = Ledger()

    _tamper(f"UPDATE ledger_movement SET debit = debit + 1 WHERE book_id = {other.book.pk}")

    assert problems(book=ledger.book) == []
    assert problems(book=other.book) != []
