"""Rules are made, ordered, tried and switched off within their book."""

from decimal import Decimal

import pytest

from ledgerflow.classification.errors import RuleError
from ledgerflow.classification.models import Classification, Rule
from ledgerflow.classification.selectors import matching_open_lines
from ledgerflow.classification.services import (
    RuleConditions,
    classify_lines,
    conditions_from_line,
    create_rule,
    decide,
    move_rule,
    reopen,
    rule_from_decision,
    set_rule_active,
    suggest_anew,
    undo,
    update_rule,
)
from ledgerflow.posting.services import post_lines
from tests.classification.rows import NOW, Shop
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def rule(shop, account=None, **conditions):
    account = account or shop.fuel
    conditions = RuleConditions(**conditions)
    return create_rule(book=shop.book, conditions=conditions, account=account, user=shop.user, now=NOW)


def order(shop):
    return list(Rule.objects.filter(book=shop.book).order_by("position").values_list("text", flat=True))


def test_rules_come_in_the_order_they_were_made_and_can_be_moved():
    shop = Shop()
    one, _, three = (rule(shop, text=text) for text in ("one", "two", "three"))

    move_rule(book=shop.book, rule_id=three.pk, before_id=one.pk)
    assert order(shop) == ["three", "one", "two"]

    move_rule(book=shop.book, rule_id=three.pk, before_id=None)
    assert order(shop) == ["one", "two", "three"]


@pytest.mark.parametrize(
    "conditions",
    [
        {},
        {"text": "  "},
        {"least": Decimal(-1)},
        {"least": Decimal(2), "most": Decimal(1)},
        {"text": "x", "direction": "sideways"},
    ],
)
def test_an_impossible_rule_is_refused(conditions):
    with pytest.raises(RuleError):
        rule(Shop(), **conditions)


def test_a_rule_for_another_books_account_is_refused():
    with pytest.raises(RuleError):
        rule(Shop(), text="x", account=Shop().fuel)


def test_a_rule_of_another_book_is_not_there():
    shop, other = Shop(), Shop()
    theirs = rule(other, text="x")

    with pytest.raises(RuleError):
        update_rule(book=shop.book, rule_id=theirs.pk, conditions=RuleConditions(text="y"), account=shop.fuel)
    with pytest.raises(RuleError):
        move_rule(book=shop.book, rule_id=theirs.pk, before_id=None)
    with pytest.raises(RuleError):
        set_rule_active(book=shop.book, rule_id=theirs.pk, is_active=False)


def test_applying_rules_refreshes_open_lines():
    shop = Shop()
    line = shop.line()
    classify_lines(book=shop.book, line_ids=[line.pk])
    one = rule(shop, text="shell")

    assert suggest_anew(book=shop.book) == 1
    assert Classification.objects.get().account == shop.fuel

    set_rule_active(book=shop.book, rule_id=one.pk, is_active=False)
    assert suggest_anew(book=shop.book) == 1
    assert Classification.objects.get().account is None


def test_conditions_can_be_tried_on_open_lines():
    shop = Shop()
    hit, small, refund, other = (
        shop.line("CAFÉ Shell"),
        shop.line("cafe shell", "-1"),
        shop.line("cafe shell", "40"),
        shop.line("Bakery"),
    )
    classify_lines(book=shop.book, line_ids=[hit.pk, small.pk, refund.pk, other.pk])
    conditions = RuleConditions(text="cafe SHELL", direction="out", least=Decimal(5), bank_account=shop.bank)

    assert matching_open_lines(book=shop.book, conditions=conditions) == [hit.pk]


def test_a_decision_becomes_a_rule_for_the_payee_and_changes_open_lines():
    shop = Shop()
    decided, waiting, refund = shop.line("SHELL 5742"), shop.line("SHELL 9911"), shop.line("SHELL 1", "40")
    rule(shop, shop.food, text="shell")
    classify_lines(book=shop.book, line_ids=[decided.pk, waiting.pk, refund.pk])
    decide(book=shop.book, line_id=decided.pk, account=shop.fuel, user=shop.user, now=NOW)

    made = rule_from_decision(book=shop.book, line_id=decided.pk, user=shop.user, now=NOW)

    assert (made.rule.text, made.rule.direction, made.rule.account, made.applied) == (
        "shell",
        "out",
        shop.fuel,
        1,
    )
    assert order(shop)[0] == "shell"
    assert Classification.objects.get(pk=waiting.pk).account == shop.fuel
    assert Classification.objects.get(pk=refund.pk).account == shop.food


def test_a_line_without_text_makes_no_rule():
    shop = Shop()
    line = shop.line("")
    classify_lines(book=shop.book, line_ids=[line.pk])

    with pytest.raises(RuleError):
        conditions_from_line(book=shop.book, line_id=line.pk)


def test_undoing_a_rule_that_accepts_opens_what_it_accepted_and_tells_what_was_posted():
    shop = Shop()
    first, waiting, going, chosen = (shop.line("SHELL 5742").pk for _ in range(4))
    classify_lines(book=shop.book, line_ids=[first, waiting, going, chosen])
    by = {"book": shop.book, "user": shop.user, "now": NOW}
    decide(line_id=first, account=shop.fuel, **by)
    rule_from_decision(line_id=first, mode="accept", **by)
    post_lines(book=shop.book, line_ids=[going], posted_by=shop.user, posted_at=NOW)
    reopen(line_ids=[chosen], book=shop.book, user=UserFactory(), now=NOW)

    undone = undo(**by)

    made = Classification.objects.in_bulk()
    assert undone.refused == ((going, "It was posted since; reverse its entry first."),)
    assert [made[line].state for line in (first, waiting, going, chosen)] == [
        "accepted",  # a person decided it
        "open",
        "posted",
        "open",
    ]
    assert (made[waiting].rule, made[waiting].source) == (None, "memory")


@pytest.mark.parametrize(
    ("seen", "later"),
    [
        ("AMZN MKTP US*48213 AMZN.COM/BILL WA", "AMZN MKTP US*99127 AMZN.COM/BILL WA"),
        ("GUSTO PAYROLL 4412 CONTRACTOR", "GUSTO PAYROLL 5120 CONTRACTOR"),
        ("WENDYS 4431", "WENDYS 0192"),
        ("LOWES #00907*", "LOWES #01233*"),
        ("WM SUPERCENTER #1234 DALLAS TX", "WM SUPERCENTER #5678 AUSTIN TX"),
        ("ADOBE *CREATIVE CLOUD 408-536-6000 CA", "ADOBE *CREATIVE CLOUD 408-536-7777 CA"),
    ],
)
def test_the_offered_rule_takes_the_payees_next_line(seen, later):
    shop = Shop()
    decided, waiting = shop.line(seen), shop.line(later)
    classify_lines(book=shop.book, line_ids=[decided.pk, waiting.pk])
    by = {"book": shop.book, "user": shop.user, "now": NOW}
    decide(line_id=decided.pk, account=shop.fuel, **by)

    made = rule_from_decision(line_id=decided.pk, mode="accept", **by)

    new = shop.line(later)
    classify_lines(book=shop.book, line_ids=[new.pk])
    assert not any(char.isdigit() for char in made.rule.text)
    assert (
        list(Classification.objects.filter(pk__in=[waiting.pk, new.pk]).values_list("state", "rule_id"))
        == [("accepted", made.rule.pk)] * 2
    )
