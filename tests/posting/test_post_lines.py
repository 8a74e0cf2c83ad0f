"""Accepted lines become balanced entries, once each; what cannot be posted says why."""

from datetime import date
from decimal import Decimal

import pytest

from ledgerflow.books.models import Role
from ledgerflow.classification.models import Classification
from ledgerflow.classification.services import SplitPart, classify_lines, decide
from ledgerflow.ledger.models import JournalEntry, JournalLine
from ledgerflow.ledger.services.periods import close_period, lock_period
from ledgerflow.posting.services import post_lines
from tests.classification.rows import NOW, Shop
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


def accepted(shop, account=None, **fields):
    line = shop.line(**fields)
    classify_lines(book=shop.book, line_ids=[line.pk])
    decide(book=shop.book, line_id=line.pk, account=account or shop.fuel, user=shop.user, now=NOW)
    return line


def post(shop, *lines, **options):
    ids = [line.pk for line in lines] or None
    return post_lines(book=shop.book, line_ids=ids, posted_by=shop.user, posted_at=NOW, **options)


def posted_lines():
    """The lines that entries stand for, in the order of the entries."""
    posted = Classification.objects.filter(state="posted").order_by("entry_number")
    return list(posted.values_list("line_id", flat=True))


def booked(shop, number=1):
    rows = JournalLine.objects.filter(book=shop.book, entry_number=number).order_by("no")
    return [(row.account_id, row.amount) for row in rows]


def test_money_out_credits_the_bank_and_debits_the_account():
    shop = Shop()
    line = accepted(shop, amount="-40.00")

    outcome = post(shop)

    assert (outcome.posted, outcome.refused) == (1, ())
    assert booked(shop) == [
        (shop.bank.ledger_account_id, Decimal("-40.0000")),
        (shop.fuel.pk, Decimal("40.0000")),
    ]
    assert JournalEntry.objects.get().date == line.date
    made = Classification.objects.get()
    assert (made.line_id, made.state, made.entry_number) == (line.pk, "posted", 1)


def test_money_in_debits_the_bank():
    shop = Shop()
    accepted(shop, amount="12.50", account=shop.sales)

    post(shop)

    assert booked(shop) == [
        (shop.bank.ledger_account_id, Decimal("12.5000")),
        (shop.sales.pk, Decimal("-12.5000")),
    ]


def test_parts_become_lines():
    shop = Shop()
    line = shop.line(amount="-40.00")
    classify_lines(book=shop.book, line_ids=[line.pk])
    parts = [SplitPart(shop.fuel, Decimal(-30)), SplitPart(shop.food, Decimal(-10))]
    decide(book=shop.book, line_id=line.pk, splits=parts, user=shop.user, now=NOW)

    post(shop)

    assert booked(shop)[1:] == [(shop.fuel.pk, Decimal("30.0000")), (shop.food.pk, Decimal("10.0000"))]


def test_posting_twice_posts_once():
    shop = Shop()
    line = accepted(shop)
    post(shop)

    again, named = post(shop), post(shop, line)

    assert (again.posted, again.refused) == (0, ())
    assert (named.posted, named.refused) == (0, ((line.pk, "It is in the journal already."),))
    assert JournalEntry.objects.count() == 1


def test_a_dry_run_writes_nothing():
    shop = Shop()
    accepted(shop)

    outcome = post(shop, dry_run=True)

    assert outcome.posted == 1
    assert not JournalEntry.objects.exists()
    assert Classification.objects.get().state == "accepted"


def test_a_line_that_nobody_accepted_is_not_posted():
    shop = Shop()
    line = shop.line()
    classify_lines(book=shop.book, line_ids=[line.pk])

    outcome = post(shop, line)

    assert outcome.refused == ((line.pk, "Nobody has accepted it yet."),)


def test_only_the_named_lines_are_posted():
    shop = Shop()
    one, other = accepted(shop), accepted(shop)

    post(shop, one)

    assert posted_lines() == [one.pk]
    assert Classification.objects.get(pk=other.pk).state == "accepted"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"amount": "0"}, "zero"),
        ({"amount": "-1.00500000"}, "The bank states -1.005, more digits than USD has"),
    ],
)
def test_what_cannot_be_posted_says_why_and_stops_no_other(fields, words):
    shop = Shop()
    wrong, right = accepted(shop, **fields), accepted(shop)

    outcome = post(shop)

    assert outcome.posted == 1
    ((line_id, sentence),) = outcome.refused
    assert line_id == wrong.pk
    assert words in sentence
    assert posted_lines() == [right.pk]


def test_a_line_that_was_held_back_after_it_was_accepted_waits():
    shop = Shop()
    line = accepted(shop)
    line.hold = "question"
    line.save()

    outcome = post(shop)

    assert (outcome.posted, len(outcome.refused)) == (0, 1)


def test_a_line_in_a_closed_period_waits_and_the_others_go_on():
    shop = Shop()
    accepted(shop, date=date(2026, 1, 5))
    accepted(shop, date=date(2026, 2, 5))
    close_period(book=shop.book, through=date(2026, 1, 31), reason="Done.", user=shop.user, now=NOW)

    outcome = post(shop)

    assert outcome.posted == 1
    assert outcome.refused[0][1] == "It is dated 2026-01-05 and the books are closed through 2026-01-31."


def test_a_line_in_a_locked_period_waits_for_a_reviewer():
    shop = Shop()
    accepted(shop, date=date(2026, 1, 5))
    accepted(shop, date=date(2026, 2, 5))
    lock_period(book=shop.book, through=date(2026, 1, 31), reason="Done.", user=shop.user, now=NOW)

    nobody = post_lines(book=shop.book, line_ids=None, posted_by=None, posted_at=NOW, dry_run=True)
    bookkeeper = post(shop)
    shop.user = MembershipFactory(book=shop.book, role=Role.REVIEWER).user
    reviewer = post(shop)

    assert nobody.posted == bookkeeper.posted == 1
    assert bookkeeper.refused[0][1] == (
        "It is dated 2026-01-05 and the books are locked through 2026-01-31; an owner or reviewer may post it."
    )
    assert (reviewer.posted, reviewer.refused) == (1, ())


def test_an_archived_account_waits():
    shop = Shop()
    accepted(shop)
    shop.fuel.is_archived = True
    shop.fuel.save()

    assert post(shop).refused[0][1] == "The account 6530 is archived; choose another."


def test_lines_of_another_book_are_not_there():
    shop, other = Shop(), Shop()
    line = accepted(other)

    assert post(shop, line).posted == 0
    assert Classification.objects.get(pk=line.pk).state == "accepted"


def test_larger_sets_are_posted_one_after_the_other(monkeypatch):
    monkeypatch.setattr("ledgerflow.ledger.services.journal.SET_SIZE", 2)
    shop = Shop()
    lines = [accepted(shop) for _ in range(4)]
    accepted(shop, amount="0")

    outcome = post(shop)

    assert (outcome.posted, len(outcome.refused)) == (4, 1)
    assert posted_lines() == [line.pk for line in lines]
