"""A rule that people correct twice stops accepting and says so."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledgerflow.books.models import Role
from ledgerflow.classification.models import Classification, Rule, RuleCorrection
from ledgerflow.classification.selectors import listed_rules, rules_only_suggesting
from ledgerflow.classification.services import (
    RuleConditions,
    accept,
    classify_lines,
    create_rule,
    decide,
    exclude,
    reopen,
    rule_from_decision,
    set_rule_active,
    undo,
    update_rule,
)
from tests.classification.rows import NOW, Shop
from tests.factories import MembershipFactory, UserFactory
from tests.made import made_once

pytestmark = pytest.mark.django_db

SHELL = RuleConditions(text="shell")


@made_once
def shop():
    shop = Shop()
    create_rule(book=shop.book, conditions=SHELL, account=shop.fuel, mode="accept", user=shop.user, now=NOW)
    return shop


def corrected(shop, account=None):
    line = shop.line()
    classify_lines(book=shop.book, line_ids=[line.pk])
    decide(book=shop.book, line_id=line.pk, account=account or shop.food, user=shop.user, now=NOW)


def test_it_accepts_after_one_correction_and_not_after_two(shop):
    corrected(shop)
    assert Rule.objects.get().mode == "accept"

    corrected(shop)

    rule = Rule.objects.get()
    assert (rule.mode, rule.fell_back_at) == ("suggest", NOW)
    line = shop.line()
    classify_lines(book=shop.book, line_ids=[line.pk])
    assert Classification.objects.get(pk=line.pk).state == "open"


def test_agreeing_with_the_rule_is_no_correction(shop):
    for _ in range(3):
        corrected(shop, account=shop.fuel)

    assert not RuleCorrection.objects.exists()


def test_an_undone_correction_does_not_count(shop):
    corrected(shop)
    undo(book=shop.book, user=shop.user, now=NOW)

    corrected(shop)

    assert Rule.objects.get().mode == "accept"


def test_a_person_lets_it_accept_again_and_counting_begins_anew(shop):
    corrected(shop)
    corrected(shop)
    rule = Rule.objects.get()

    update_rule(book=shop.book, rule_id=rule.pk, conditions=SHELL, account=shop.fuel, mode="accept")
    corrected(shop)

    rule.refresh_from_db()
    assert (rule.mode, rule.fell_back_at) == ("accept", None)
    corrected(shop)
    rule.refresh_from_db()
    assert rule.mode == "suggest"


def test_the_list_says_hits_corrections_and_the_latest_line(shop, django_assert_num_queries):
    corrected(shop)
    line = shop.line()
    classify_lines(book=shop.book, line_ids=[line.pk])

    with django_assert_num_queries(3):
        (listed,) = listed_rules(book=shop.book, today=NOW.date())

    assert (listed.hits, listed.corrections, listed.latest) == (1, 1, line.date)
    assert (listed.recent, listed.right, listed.is_from_correction) == (0, 0, False)


def test_the_list_says_what_is_recent_and_how_often_a_rule_is_right(shop):
    old, *others = (shop.line().pk for _ in range(3))
    new = shop.line(date=NOW.date() - timedelta(days=29)).pk
    classify_lines(book=shop.book, line_ids=[old, new, *others])
    reopen(book=shop.book, line_ids=[old, new], user=shop.user, now=NOW)
    accept(book=shop.book, line_ids=[old, new], user=shop.user, now=NOW)
    corrected(shop)
    decide(book=shop.book, line_id=others[0], account=shop.food, user=shop.user, now=NOW)
    rule_from_decision(book=shop.book, line_id=others[0], user=shop.user, now=NOW)

    offered, rule = sorted(listed_rules(book=shop.book, today=NOW.date()), key=lambda each: -each.rule.pk)

    assert (rule.hits, rule.recent, rule.right, rule.is_from_correction) == (3, 1, 50, False)
    assert (offered.right, offered.is_from_correction) == (None, True)


def test_home_tells_whoever_made_a_rule_that_fell_back(shop, client):
    corrected(shop)
    before = rules_only_suggesting(book=shop.book, user=shop.user)
    corrected(shop)
    MembershipFactory(book=shop.book, user=shop.user, role=Role.BOOKKEEPER)
    client.force_login(shop.user)

    home = " ".join(client.get(f"/books/{shop.book.slug}/").content.decode().split())

    assert (before, rules_only_suggesting(book=shop.book, user=UserFactory())) == (0, 0)
    assert "rule of yours accepted lines and only suggests now" in home


def test_keeping_out_what_the_rule_accepted_corrects_it(shop):
    lines = [shop.line().pk for _ in range(2)]
    classify_lines(book=shop.book, line_ids=lines)

    exclude(book=shop.book, line_ids=lines, reason="private", user=shop.user, now=NOW)
    fallen = Rule.objects.get().mode
    undone = undo(book=shop.book, user=shop.user, now=NOW)

    assert (fallen, undone.count, undone.refused) == ("suggest", 2, ())
    assert not RuleCorrection.objects.exists()
    assert (Rule.objects.get().mode, Rule.objects.get().fell_back_at) == ("accept", None)
    assert_accepted_by_rule(shop, lines)


def assert_accepted_by_rule(shop, lines):
    made = Classification.objects.filter(pk__in=lines)
    assert set(made.values_list("state", "account", "rule", "decided_by")) == {
        ("accepted", shop.fuel.pk, Rule.objects.get().pk, None)
    }


def test_undone_one_after_the_other_all_that_the_rule_accepted_comes_back(shop, client):
    lines = [shop.line().pk for _ in range(3)]
    classify_lines(book=shop.book, line_ids=lines)
    said = {"book": shop.book, "user": shop.user}
    for minutes, line_id in enumerate(lines):
        decide(line_id=line_id, account=shop.food, now=NOW + timedelta(minutes=minutes), **said)

    # The third came after the rule had fallen back, so that it waits in review until the rule accepts again.
    client.force_login(MembershipFactory(book=shop.book, user=shop.user, role=Role.BOOKKEEPER).user)
    told = client.post(f"/books/{shop.book.slug}/review/undo/", headers={"Accept": "application/json"}).json()
    undone = [undo(now=NOW, **said) for _ in lines[1:]]

    assert told["message"] == (
        "Undone: decided, 1 line. 1 came back to review, because the rule that accepted them only suggests now, or "
        "the books are closed on their day."
    )
    assert [(each.count, each.opened) for each in undone] == [(1, 0), (1, 0)]
    assert Rule.objects.get().mode == "accept"
    assert not RuleCorrection.objects.exists()
    assert_accepted_by_rule(shop, lines)


def test_what_a_line_changed_again_since_said_of_the_rule_still_counts(shop):
    lines = [shop.line().pk for _ in range(4)]
    classify_lines(book=shop.book, line_ids=lines)
    said = {"book": shop.book, "user": shop.user, "now": NOW}
    exclude(line_ids=lines, reason="", **said)
    reopen(book=shop.book, line_ids=lines[:2], user=UserFactory(), now=NOW)

    undone = undo(**said)

    assert (undone.count, undone.opened, len(undone.refused)) == (2, 2, 2)
    assert (Rule.objects.get().mode, RuleCorrection.objects.count()) == ("suggest", 2)


@pytest.mark.parametrize("mode", ["suggest", "off"])
def test_a_rule_that_a_person_changed_since_stays_as_they_left_it(shop, mode):
    corrected(shop)
    corrected(shop)
    rule = Rule.objects.get()
    if mode == "off":
        set_rule_active(book=shop.book, rule_id=rule.pk, is_active=False)
    else:
        update_rule(book=shop.book, rule_id=rule.pk, conditions=SHELL, account=shop.fuel, mode=mode)

    undone = undo(book=shop.book, user=shop.user, now=NOW)

    rule.refresh_from_db()
    assert (undone.count, rule.mode) == (0, "suggest")
    assert "does so no longer" in undone.refused[0][1]


def test_keeping_many_out_asks_as_often_as_keeping_one_out(shop):
    def asked(count):
        lines = [shop.line().pk for _ in range(count)]
        rule = Rule.objects.get()
        update_rule(book=shop.book, rule_id=rule.pk, conditions=SHELL, account=shop.fuel, mode="accept")
        classify_lines(book=shop.book, line_ids=lines)
        with CaptureQueriesContext(connection) as queries:
            exclude(book=shop.book, line_ids=lines, reason="", user=shop.user, now=NOW)
        return len(queries)

    assert asked(30) == asked(2)
    assert RuleCorrection.objects.filter(is_settled=False).count() == 2


def test_keeping_out_what_a_person_sent_back_is_no_correction(shop):
    line = shop.line()
    classify_lines(book=shop.book, line_ids=[line.pk])
    given = {"book": shop.book, "line_ids": [line.pk], "user": shop.user, "now": NOW}
    reopen(**given)

    exclude(reason="", **given)

    assert not RuleCorrection.objects.exists()
