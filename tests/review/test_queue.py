"""The queue shows lines by tab in keyset pages, and the evidence for one of them."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledgerflow.classification.errors import HeldLineError
from ledgerflow.classification.services import (
    RuleConditions,
    SplitPart,
    classify_lines,
    create_rule,
    decide,
    exclude,
)
from ledgerflow.posting.selectors import entries_of_line, entry_for_line, lines_for_entries
from ledgerflow.posting.services import post_lines
from ledgerflow.review.selectors import counts, evidence, queue
from ledgerflow.review.services import accept_confident, accept_everything
from ledgerflow.review.which import Tab, Which
from tests.classification.rows import NOW, Shop

pytestmark = pytest.mark.django_db


def lines_of(shop, count=1, **fields):
    lines = [shop.line(**fields) for _ in range(count)]
    classify_lines(book=shop.book, line_ids=[line.pk for line in lines])
    return [line.pk for line in lines]


def with_rule(shop):
    conditions = RuleConditions(text="shell")
    create_rule(book=shop.book, conditions=conditions, account=shop.fuel, user=shop.user, now=NOW)
    return shop


def test_a_pending_line_that_lapsed_is_in_no_tab_and_in_no_count():
    shop = Shop()
    (lapsed,) = lines_of(shop, is_pending=True, hold="lapsed")
    (waiting,) = lines_of(shop, is_pending=True)

    shown = {tab: [row.line_id for row in queue(book=shop.book, which=Which(tab)).rows] for tab in Tab}

    assert shown[Tab.NEEDS_ANSWER] == [waiting]
    assert lapsed not in {line for of_tab in shown.values() for line in of_tab}
    assert counts(book=shop.book)[Tab.NEEDS_ANSWER] == 1
    with pytest.raises(HeldLineError, match="never booked as it is"):
        decide(book=shop.book, line_id=lapsed, account=shop.food, user=shop.user, now=NOW)


def test_each_line_is_in_one_tab():
    shop = Shop()
    lines_of(Shop())
    (review,), (held,), (accepted,), (left_out,) = (
        lines_of(shop),
        lines_of(shop, hold="proof"),
        lines_of(shop, description="BAKERY"),
        lines_of(shop),
    )
    decide(book=shop.book, line_id=accepted, account=shop.food, user=shop.user, now=NOW)
    exclude(book=shop.book, line_ids=[left_out], reason="private", user=shop.user, now=NOW)

    shown = {tab: [row.line_id for row in queue(book=shop.book, which=Which(tab)).rows] for tab in Tab}

    assert shown == {
        Tab.TO_REVIEW: [review],
        Tab.NEEDS_ANSWER: [held],
        Tab.REVIEWED: [accepted],
        Tab.EXCLUDED: [left_out],
    }
    assert counts(book=shop.book) == dict.fromkeys(Tab, 1)


def test_pages_follow_each_other_without_gap_or_overlap():
    shop = Shop()
    ids = lines_of(shop, 5)

    first = queue(book=shop.book, limit=2)
    second = queue(book=shop.book, limit=2, after=first.following)
    third = queue(book=shop.book, limit=2, after=second.following)

    assert [row.line_id for page in (first, second, third) for row in page.rows] == ids
    assert third.following is None


def test_a_row_says_what_is_proposed_and_how_sure():
    shop = with_rule(Shop())
    lines_of(shop)

    (row,) = queue(book=shop.book).rows

    assert (row.payee, row.account, row.source, row.confidence_word) == ("Shell", "6530 Fuel", "rule", "Sure")


def test_the_number_of_queries_does_not_grow():
    shop = with_rule(Shop())
    numbers = []
    for size in (1, 20):
        ids = lines_of(shop, size)
        with CaptureQueriesContext(connection) as queries:
            queue(book=shop.book)
            counts(book=shop.book)
            evidence(book=shop.book, line_id=ids[0])
        numbers.append(len(queries))

    assert numbers[0] == numbers[1] <= 17


def test_evidence_tells_why_and_what_follows():
    shop = with_rule(Shop())
    (decided,) = lines_of(shop)
    decide(book=shop.book, line_id=decided, account=shop.food, user=shop.user, now=NOW)
    line, _ = lines_of(shop, 2)

    found = evidence(book=shop.book, line_id=line)

    assert found.row.reason == 'A rule says 6530 Fuel: text contains "shell".'
    assert [(one.account, one.count) for one in found.alternatives] == [("6640 Meals", 1)]
    assert [(one.account, one.amount) for one in found.entry] == [
        (str(shop.bank.ledger_account), Decimal(-40)),
        ("6530 Fuel", Decimal(40)),
    ]
    assert found.same_payee == 1


def test_the_preview_shows_parts():
    shop = Shop()
    (line,) = lines_of(shop)
    parts = [SplitPart(shop.fuel, Decimal(-30)), SplitPart(shop.food, Decimal(-10))]
    decide(book=shop.book, line_id=line, splits=parts, user=shop.user, now=NOW)

    entry = evidence(book=shop.book, line_id=line).entry

    assert [one.amount for one in entry] == [Decimal(-40), Decimal(30), Decimal(10)]


def test_without_an_account_there_is_no_preview():
    shop = Shop()
    (line,) = lines_of(shop)

    assert evidence(book=shop.book, line_id=line).entry == ()


def test_evidence_of_another_books_line_is_not_there():
    assert evidence(book=Shop().book, line_id=lines_of(Shop())[0]) is None


def test_a_dry_run_only_counts():
    shop = with_rule(Shop())
    lines_of(shop, 2)
    lines_of(shop, description="UNHEARD OF")
    who = {"book": shop.book, "user": shop.user, "now": NOW}

    assert accept_confident(dry_run=True, **who).count == 2
    assert accept_everything(account_for_rest=shop.suspense, dry_run=True, **who).count == 3
    assert counts(book=shop.book)[Tab.TO_REVIEW] == 3
    assert accept_everything(account_for_rest=shop.suspense, **who).count == 3


def test_an_entry_leads_to_its_line_and_back():
    shop = with_rule(Shop())
    (line,) = lines_of(shop)
    accept_confident(book=shop.book, user=shop.user, now=NOW)
    post_lines(book=shop.book, line_ids=None, posted_by=shop.user, posted_at=NOW)

    assert entry_for_line(book=shop.book, line_id=line) == 1
    assert lines_for_entries(book=shop.book, numbers=[1, 2])[1].text == "Shell"
    assert [entry.entry_number for entry in entries_of_line(book=shop.book, line_id=line)] == [1]
    assert entry_for_line(book=Shop().book, line_id=line) is None
