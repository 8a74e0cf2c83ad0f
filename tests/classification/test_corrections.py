"""A rule that people correct twice stops accepting and says so."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledgerflow.classification.models import Classification, Rule, RuleCorrection
from ledgerflow.classification.selectors import listed_rules
from ledgerflow.classification.services import (
    RuleConditions,
    classify_lines,
    create_rule,
    decide,
    exclude,
    reopen,
    undo,
    update_rule,
)
from tests.classification.rows import NOW, Shop

pytestmark = pytest.mark.django_db

SHELL = RuleConditions(text="shell")


@pytest.fixture
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
        (listed,) = listed_rules(book=shop.book)

    assert (listed.hits, listed.corrections, listed.latest) == (1, 1, line.date)


def test_keeping_out_what_the_rule_accepted_corrects_it(shop):
    lines = [shop.line().pk for _ in range(2)]
    classify_lines(book=shop.book, line_ids=lines)

    exclude(book=shop.book, line_ids=lines, reason="private", user=shop.user, now=NOW)
    fallen = Rule.objects.get().mode
    undo(book=shop.book, user=shop.user, now=NOW)

    assert fallen == "suggest"
    assert not RuleCorrection.objects.exists()


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
