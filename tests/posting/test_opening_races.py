"""Two people at once, and books that somebody changed behind every guard."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection

from ledgerflow.ledger.errors import PostingError
from ledgerflow.ledger.models import JournalEntry
from ledgerflow.posting import verify
from ledgerflow.posting.models import OpeningBalance
from ledgerflow.posting.services import reverse_entry
from tests.ledger.sessions import session
from tests.posting.openings import Opened
from tests.statements.shapes import NOW


@pytest.fixture
def shop(committed_db):
    shop = Opened()
    shop.statement = shop.proven(5, "1000.00", "-150.00")
    return shop


def together(*acts):
    """Run the acts at the same moment; returns what each was refused with."""

    def run(act):
        try:
            act()
        except PostingError as error:
            return str(error)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def test_two_who_confirm_at_once_post_it_once(shop):
    refusals = together(shop.confirm, shop.confirm)

    assert sorted(map(bool, refusals)) == [False, True]
    assert OpeningBalance.objects.count() == JournalEntry.objects.count() == 1


def test_whoever_reverses_it_and_whoever_replaces_it_do_not_both_reverse_it(shop):
    first = shop.confirm()
    shop.proven(2, "900.00", "50.00", "50.00")

    def reverse():
        reverse_entry(
            book=shop.book,
            number=first.entry_number,
            date=first.date,
            reason="Wrong",
            user=shop.user,
            now=NOW,
        )

    together(reverse, shop.confirm)

    assert JournalEntry.objects.filter(reverses_number=first.entry_number).count() == 1
    assert OpeningBalance.objects.get(ended_at=None).amount == Decimal(900)
    assert verify.problems(book=shop.book) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("UPDATE statements_statement SET opening_balance = 999", "is not what its statement began with"),
        ("UPDATE ledger_journalline SET amount = 999 WHERE no = 1", "does not say the opening balance"),
        (
            (
                "INSERT INTO ledger_journalentry (book_id, number, batch_no, date, line_count, reverses_number)"
                " SELECT book_id, number + 1, batch_no, date, line_count, number FROM ledger_journalentry"
            ),
            "or is reversed",
        ),
    ],
)
def test_verify_names_what_was_changed_behind_the_guards(shop, change, sentence):
    shop.confirm()
    with session("owner") as owner:
        for table in ("statements_statement", "ledger_journalline", "ledger_journalentry"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        owner.execute(change)
        owner.commit()

    assert [
        problem
        for problem in verify.problems(book=shop.book)
        if problem.check == "opening" and sentence in problem.sentence
    ]
