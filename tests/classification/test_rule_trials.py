"""Before a rule is saved it says which lines it takes, old and new, and where another rule comes first."""

import pytest

from ledgerflow.classification import rule_trials
from ledgerflow.classification.models import Classification
from ledgerflow.classification.rule_trials import try_rule
from ledgerflow.classification.services import (
    RuleConditions,
    accept,
    classify_lines,
    create_rule,
    decide,
    reopen,
    set_rule_active,
)
from tests.classification.rows import NOW, Shop

pytestmark = pytest.mark.django_db


def rule(shop, account, text, mode="suggest"):
    conditions = RuleConditions(text=text)
    return create_rule(
        book=shop.book, conditions=conditions, account=account, mode=mode, user=shop.user, now=NOW
    )


def tried(shop, text="shell", account=None, **more):
    return try_rule(
        book=shop.book,
        conditions=RuleConditions(text=text),
        account=account or shop.fuel,
        **{"whole_book": False, **more},
    )


def lines(shop, *texts):
    made = [shop.line(text).pk for text in texts]
    classify_lines(book=shop.book, line_ids=made)
    return made


def test_each_line_is_shown_old_and_new_and_nothing_is_written():
    shop = Shop()
    lines(shop, *["SHELL 5742"] * 14, "BAKERY")
    before = list(Classification.objects.order_by("pk").values())

    trial = tried(shop)

    assert (trial.opened, trial.changing, trial.decided) == (14, 14, 0)
    assert {(line.old, line.new) for line in trial.shown} == {("", "6530 Fuel")}
    assert list(Classification.objects.order_by("pk").values()) == before


def test_a_rule_that_comes_first_keeps_its_lines_and_is_named():
    shop = Shop()
    rule(shop, shop.food, "shell shop")
    lines(shop, "SHELL SHOP", "SHELL 5742")

    trial = tried(shop)

    assert (trial.opened, trial.changing) == (2, 1)
    (conflict,) = trial.conflicts
    assert (conflict.lines, conflict.wins, conflict.account) == (1, True, "6640 Meals")
    assert conflict.why == "because it asks for a longer text"
    assert {line.winner for line in trial.shown} == {"", 'text contains "shell shop"'}


def test_a_changed_rule_keeps_its_place():
    shop = Shop()
    first = rule(shop, shop.food, "shell")
    rule(shop, shop.sales, "57421")
    lines(shop, "SHELL 57421")

    trial = tried(shop, rule_id=first.pk)

    (conflict,) = trial.conflicts
    assert not conflict.wins
    assert [(line.old, line.new) for line in trial.shown] == [("6640 Meals", "6530 Fuel")]


def test_the_whole_book_tells_where_people_decided_otherwise():
    shop = Shop()
    one, other, _ = lines(shop, "SHELL 1", "SHELL 2", "SHELL 3")
    decide(book=shop.book, line_id=one, account=shop.fuel, user=shop.user, now=NOW)
    decide(book=shop.book, line_id=other, account=shop.food, user=shop.user, now=NOW)
    accept(book=shop.book, line_ids=[one], user=shop.user, now=NOW)

    trial = tried(shop, whole_book=True)

    assert (trial.opened, trial.decided, trial.otherwise) == (1, 2, 1)


def test_what_a_machine_accepted_or_somebody_sent_back_is_nobodys_decision():
    shop = Shop()
    rule(shop, shop.food, "shell", mode="accept")
    accepted, sent_back, decided = lines(shop, "SHELL 1", "SHELL 2", "SHELL 3")
    reopen(book=shop.book, line_ids=[sent_back], user=shop.user, now=NOW)
    decide(book=shop.book, line_id=decided, account=shop.food, user=shop.user, now=NOW)

    trial = tried(shop, whole_book=True, is_first=True)

    assert Classification.objects.get(pk=accepted).state == "accepted"
    assert (trial.opened, trial.decided, trial.otherwise) == (0, 1, 1)


def test_while_a_person_waits_the_latest_lines_are_looked_at():
    shop = Shop()
    made = lines(shop, *["SHELL"] * 4)

    few, exact, every = (tried(shop, most=most) for most in (3, 4, None))

    assert (few.opened, few.looked_at, few.is_cut) == (3, 3, True)
    assert {line.line_id for line in few.shown} == set(made[1:])
    assert [(each.opened, each.is_cut) for each in (exact, every)] == [(4, False)] * 2


def test_no_more_lines_are_kept_than_are_shown(monkeypatch):
    monkeypatch.setattr(rule_trials, "SHOWN", 3)
    shop = Shop()
    rule(shop, shop.fuel, "shell same")
    lines(shop, "SHELL SAME", *["SHELL"] * 5)

    trial = tried(shop)

    assert (trial.opened, trial.changing, len(trial.shown)) == (6, 5, 3)
    assert {line.old for line in trial.shown} == {""}


def test_lines_of_another_book_are_not_looked_at():
    shop, other = Shop(), Shop()
    lines(other, "SHELL 5742")

    assert tried(shop).opened == 0


@pytest.mark.parametrize("count", [1, 30])
def test_a_trial_takes_two_queries(count, django_assert_num_queries):
    shop = Shop()
    for number in range(3):
        rule(shop, shop.food, f"shop {number}")
    lines(shop, *["SHELL"] * count)

    with django_assert_num_queries(2):
        tried(shop)


def test_a_rule_that_is_switched_off_is_tried_where_it_stands():
    shop = Shop()
    first = rule(shop, shop.food, "shell")
    rule(shop, shop.sales, "57421")
    lines(shop, "SHELL 57421")
    set_rule_active(book=shop.book, rule_id=first.pk, is_active=False)

    trial = tried(shop, rule_id=first.pk)

    (conflict,) = trial.conflicts
    assert not conflict.wins
    assert [line.winner for line in trial.shown] == [""]
