"""A rule for future lines only leaves alone, for good, what was there when it was made."""

import pytest
from django.db import IntegrityError, transaction

from ledgerflow.classification import jobs
from ledgerflow.classification.models import Classification, Rule, Stage
from ledgerflow.classification.rule_trials import try_rule
from ledgerflow.classification.services import (
    RuleConditions,
    classify_lines,
    create_rule,
    decide,
    export_rules,
    import_rules,
    rule_from_decision,
    suggest_anew,
    switch_stage_off,
    switch_stage_on,
    update_rule,
)
from tests.classification.rows import NOW, Shop
from tests.factories import MembershipFactory
from tests.made import made_once

pytestmark = pytest.mark.django_db


class Later(Shop):
    """A book with open lines, and a rule that was made from one of them for future lines only."""

    def __init__(self) -> None:
        super().__init__()
        MembershipFactory(book=self.book, user=self.user, role="owner")
        self.by = {"book": self.book, "user": self.user, "now": NOW}
        create_rule(conditions=RuleConditions(text="shell"), account=self.food, **self.by)
        self.decided, *self.before = (self.line(f"SHELL {number}").pk for number in (5742, 9911, 17))
        classify_lines(book=self.book, line_ids=[self.decided, *self.before])
        decide(line_id=self.decided, account=self.fuel, **self.by)
        self.rule = rule_from_decision(line_id=self.decided, apply_to_open=False, **self.by).rule
        self.coming = self.line("SHELL 8").pk
        classify_lines(book=self.book, line_ids=[self.coming])

    def accounts(self, *line_ids: int) -> list[str]:
        """Return the accounts that are proposed for the lines."""
        made = Classification.objects.select_related("account").in_bulk(line_ids)
        return [made[line_id].account.name for line_id in line_ids]


@made_once
def later() -> Later:
    return Later()


def _decide_again(later: Later) -> None:
    decide(line_id=later.before[1], account=later.fuel, **later.by)


def _save_the_rule(later: Later) -> None:
    conditions = RuleConditions(text="shell", direction="out")
    update_rule(book=later.book, rule_id=later.rule.pk, conditions=conditions, account=later.fuel)
    suggest_anew(book=later.book)


def _switch_a_stage(later: Later) -> None:
    switch_stage_off(stage=Stage.RULES, **later.by)
    switch_stage_on(stage=Stage.RULES, **later.by)


def _classify_all_at_once(later: Later) -> None:
    classify_lines(book=later.book, line_ids=[*later.before, later.coming])


def _suggest_in_a_job(later: Later) -> None:  # what a refit ends with
    jobs.suggest_anew(book_id=later.book.pk)


@pytest.mark.parametrize(
    "door",
    [
        _decide_again,
        _save_the_rule,
        _switch_a_stage,
        _classify_all_at_once,
        _suggest_in_a_job,
    ],
)
def test_it_takes_what_comes_and_nothing_that_was_there_by_any_door(later, door):
    assert later.accounts(later.before[0], later.coming) == ["Meals", "Fuel"]

    door(later)

    assert later.accounts(later.before[0], later.coming) == ["Meals", "Fuel"]


def test_postgresql_keeps_the_beginning_and_what_was_there(later):
    with pytest.raises(IntegrityError, match="about no line that was there"), transaction.atomic():
        Classification.objects.filter(pk=later.before[0]).update(rule=later.rule)
    with pytest.raises(IntegrityError, match="begins does not change"), transaction.atomic():
        Rule.objects.filter(pk=later.rule.pk).update(after_line=None)


def test_a_trial_shows_no_open_line_that_it_would_leave_alone(later):
    conditions = RuleConditions(text="shell")
    asked = {"book": later.book, "conditions": conditions, "account": later.sales, "whole_book": True}

    changed = try_rule(rule_id=later.rule.pk, **asked)
    made_now = try_rule(is_future=True, **asked)

    assert (changed.opened, changed.decided) == (1, 1)
    assert (made_now.opened, made_now.decided) == (0, 1)


def test_it_begins_anew_in_another_book(later):
    other = Later()
    saved = export_rules(book=later.book)
    Rule.objects.filter(book=other.book).update(is_active=False)
    seen = other.line("SHELL 3").pk

    done = import_rules(content=saved.replace("text: shell", "text: shell 3").encode(), **other.by)
    classify_lines(book=other.book, line_ids=[seen])

    assert (saved.count("future: true"), done.made) == (1, 2)
    assert Rule.objects.get(book=other.book, text="shell 3", after_line__isnull=False).after_line == seen
    assert other.accounts(seen) == ["Meals"]
