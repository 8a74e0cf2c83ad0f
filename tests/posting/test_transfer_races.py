"""Two people at the two sides of a transfer at once, and books that somebody changed behind every guard."""

import pytest

from ledgerflow.classification.models import Classification
from ledgerflow.classification.services import decide
from ledgerflow.ledger.models import JournalEntry
from ledgerflow.posting import verify
from ledgerflow.posting.models import Transfer
from ledgerflow.posting.services import post_lines, reverse_entry, reverse_lines
from tests.ledger.sessions import session
from tests.posting.pairs import Two
from tests.posting.test_opening_races import together
from tests.statements.shapes import NOW


@pytest.fixture
def shop(committed_db):
    shop = Two()
    shop.sent, shop.received = shop.pair()
    return shop


def test_two_who_confirm_it_at_once_post_it_once(shop):
    refusals = together(*[lambda: shop.confirm_pair(shop.sent, shop.received)] * 2)

    assert sorted(map(bool, refusals)) == [False, True]
    assert JournalEntry.objects.count() == Transfer.objects.count() == 1
    assert verify.problems(book=shop.book) == []


def test_a_line_goes_into_one_of_two_transfers(shop):
    other = shop.move(5, "100", bank=shop.savings)

    refusals = together(
        lambda: shop.confirm_pair(shop.sent, shop.received), lambda: shop.confirm_pair(shop.sent, other)
    )

    assert sorted(map(bool, refusals)) == [False, True]
    assert Classification.objects.filter(state="posted").count() == 2
    assert verify.problems(book=shop.book) == []


def test_a_line_that_is_posted_meanwhile_is_posted_once(shop):
    decide(book=shop.book, line_id=shop.sent.pk, account=shop.expense, user=shop.user, now=NOW)

    together(
        lambda: shop.confirm_pair(shop.sent, shop.received),
        lambda: post_lines(book=shop.book, line_ids=None, posted_by=shop.user, posted_at=NOW),
    )

    assert JournalEntry.objects.count() == 1
    assert verify.problems(book=shop.book) == []


def test_both_sides_reversed_at_once_are_reversed_once(shop):
    shop.sent, shop.received = shop.pair(days=1, day=15)
    made = shop.confirm_pair(shop.sent, shop.received)
    facts = {"book": shop.book, "reason": "no", "user": shop.user, "now": NOW}

    together(
        lambda: reverse_entry(number=made.out_entry, date=shop.sent.date, **facts),
        lambda: reverse_lines(line_ids=[shop.received.pk], **facts),
    )

    assert JournalEntry.objects.filter(reverses_number__isnull=False).count() == 2
    assert verify.problems(book=shop.book) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE classification_classification SET entry_number = 99 WHERE line_id = %(received)s",
        "UPDATE statements_statementline SET amount = 99 WHERE id = %(received)s",
        "UPDATE statements_statementline SET bank_account_id = %(bank)s WHERE id = %(received)s",
        "DELETE FROM posting_transfer",
    ],
)
def test_verify_names_what_was_changed_behind_the_guards(shop, change):
    shop.confirm_pair(shop.sent, shop.received)
    with session("owner") as owner:
        for table in ("classification_classification", "statements_statementline", "posting_transfer"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        owner.execute(change, {"received": shop.received.pk, "bank": shop.bank.pk})
        owner.commit()

    assert "transfer" in {problem.check for problem in verify.problems(book=shop.book)}
