"""What was done to a line is told: who, when, old and new, and what was undone."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledgerflow.books.models import Role
from ledgerflow.classification.history_selectors import changes_of_line
from ledgerflow.classification.services import (
    RuleConditions,
    SplitPart,
    change_tags,
    classify_lines,
    create_rule,
    decide,
    exclude,
    reopen,
    undo,
)
from ledgerflow.payees.services import name_payee
from tests.booked import BookedFile
from tests.classification.rows import NOW, Shop
from tests.classification.test_promise import classified, on, with_record
from tests.reports.test_own_tax_lines import OF_OFFICE, SUPPLIES, Decided

pytestmark = pytest.mark.django_db


def _told(shop, line):
    found = changes_of_line(book=shop.book, line_id=line.pk, currency="USD")
    return [(change.act, [(fact.about, fact.old, fact.new) for fact in change.facts]) for change in found]


def test_each_change_says_old_and_new_the_latest_first():
    shop = Shop()
    line = shop.line()
    classify_lines(book=shop.book, line_ids=[line.pk])
    said = {"book": shop.book, "user": shop.user, "now": NOW}
    decide(line_id=line.pk, account=shop.fuel, payee=name_payee(book=shop.book, name="Fuel Inc"), **said)
    change_tags(line_ids=[line.pk], add=["berlin"], remove=[], **said)
    parts = [SplitPart(shop.fuel, Decimal("-39.99")), SplitPart(shop.food, Decimal("-0.01"))]
    decide(line_id=line.pk, splits=parts, note="two", **said)
    undo(**said)
    exclude(line_ids=[line.pk], reason="private", **said)
    reopen(line_ids=[line.pk], **said)
    changes = changes_of_line(book=shop.book, line_id=line.pk, currency="USD")

    assert [act for act, _ in _told(shop, line)] == [
        "sent back to review", "excluded", "decided", "tags changed", "decided",
    ]  # fmt: skip
    assert _told(shop, line)[1:] == [
        ("excluded", [("State", "accepted", "excluded from the books"), ("Note", "", "private")]),
        ("decided", [
            ("Account", str(shop.fuel), f"{shop.fuel} -39.99; {shop.food} -0.01"), ("Note", "", "two"),
        ]),
        ("tags changed", [("Tags", "", "#berlin")]),
        ("decided", [
            ("State", "to review", "accepted"), ("Account", "", str(shop.fuel)), ("Payee", "Shell", "Fuel Inc"),
        ]),
    ]  # fmt: skip
    assert [change.undone_at is not None for change in changes] == [False, False, True, False, False]
    assert {change.who for change in changes} == {str(shop.user)}


def test_notes_do_not_repeat_what_a_rule_did():
    shop = Shop()
    line = shop.line()
    create_rule(
        book=shop.book, conditions=RuleConditions(text="shell"), account=shop.fuel, user=shop.user, now=NOW
    )
    classify_lines(book=shop.book, line_ids=[line.pk])
    for note in ("one", "two"):
        decide(book=shop.book, line_id=line.pk, note=note, user=shop.user, now=NOW)

    assert [act for act, _ in _told(shop, line)] == ["suggested", "decided", "decided"]


def test_tax_line_and_share_are_told_and_lines_of_other_books_are_not():
    books = Decided()
    books.decide(books.lines[0], SUPPLIES, tax_line=OF_OFFICE, business_share=Decimal("37.5"))

    latest = changes_of_line(book=books.book, line_id=books.lines[0], currency="USD")[0]

    assert [(fact.about, fact.new) for fact in latest.facts] == [
        ("Tax line", OF_OFFICE),
        ("Business share", "37.5 %"),
    ]
    assert changes_of_line(book=Shop().book, line_id=books.lines[0], currency="USD") == []


def test_the_page_of_a_line_shows_it_in_as_many_queries_however_often_it_changed():
    file = BookedFile(1, is_posted=False)
    viewer, counts = file.client(Role.VIEWER), []
    for _ in range(2):
        for name in ("One", "Two"):
            decide(
                book=file.book, line_id=file.line_ids[0], user=file.owner, now=NOW, account=file.expense,
                payee=name_payee(book=file.book, name=name),
            )  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            page = viewer.get(file.address(f"journal/line/{file.line_ids[0]}/")).content.decode()
        counts.append(len(queries))

    assert "One → Two" in page
    assert counts[0] == counts[1]
    parts = [SplitPart(file.expense, Decimal(part)) for part in ("-0.40", "-0.60")]
    decide(book=file.book, line_id=file.line_ids[0], user=file.owner, now=NOW, splits=parts)
    page = viewer.get(file.address(f"journal/line/{file.line_ids[0]}/")).content.decode()
    assert f'{file.expense} <span class="discreet">-0.40</span>; ' in page  # hidden with the other amounts


def test_what_a_rule_did_is_told_before_and_after_a_person_decided():
    shop = Shop()
    line = shop.line()
    by = {"book": shop.book, "user": shop.user, "now": NOW}
    create_rule(conditions=RuleConditions(text="shell"), account=shop.food, mode="accept", **by)
    classify_lines(book=shop.book, line_ids=[line.pk])
    (before,) = changes_of_line(book=shop.book, line_id=line.pk, currency="USD")

    decide(line_id=line.pk, account=shop.fuel, **by)

    assert (before.at, before.who, before.act) == (None, "The rule “shell”", "accepted without a person")
    assert [fact.new for fact in before.facts] == ["6640 Meals"]
    changes = changes_of_line(book=shop.book, line_id=line.pk, currency="USD")
    assert [each.who for each in changes] == [str(shop.user), "The rule “shell”"]


def test_what_was_learned_and_the_promise_is_told():
    shop = with_record(Shop())
    on(shop)
    made = classified(shop, 40)
    accepted = next(each for each in made if each.state == "accepted")

    (told,) = changes_of_line(book=shop.book, line_id=accepted.pk, currency="USD")

    assert told.act == "accepted without a person, under the promise of 95 %"
    assert (told.at is not None, told.who) == (True, "What was decided before")
    assert (told.facts[0].about, told.facts[0].new) == ("Account", "6530 Fuel")
