"""Nothing accepts a line of a closed day but a person."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from ledgerflow.classification.models import Classification, Rule
from ledgerflow.classification.services import (
    RuleConditions,
    classify_lines,
    create_rule,
    exclude,
    suggest_anew,
    undo,
)
from ledgerflow.ledger.services.periods import close_period, reopen_period
from tests.classification.rows import NOW, Shop
from tests.classification.test_promise import on, with_record
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db

LAST = date(2026, 3, 2)


def close(shop):
    close_period(book=shop.book, through=LAST, reason="Filed", user=shop.user, now=NOW)


def accepting(shop):
    conditions = RuleConditions(text="shell")
    by = {"book": shop.book, "user": shop.user, "now": NOW}
    return create_rule(conditions=conditions, account=shop.fuel, mode=Rule.Mode.ACCEPT, **by)


def state(line):
    made = Classification.objects.get(pk=line.pk)
    return made.state, made.reason


def test_a_rule_leaves_lines_of_closed_days_to_a_person_with_the_reason():
    shop = Shop()
    MembershipFactory(book=shop.book, user=shop.user, role="owner")
    rule = accepting(shop)
    close(shop)
    before, after = shop.line(date=LAST), shop.line(date=date(2026, 3, 3))

    classify_lines(book=shop.book, line_ids=[before.pk, after.pk])

    assert state(before) == (
        "open",
        'A rule says 6530 Fuel: text contains "shell". The books are closed on its day, so that a person decides.',
    )
    assert state(after)[0] == "accepted"
    with pytest.raises(IntegrityError, match="Only a person accepts"), transaction.atomic():
        Classification.objects.filter(pk=before.pk).update(state="accepted")
    with pytest.raises(IntegrityError, match="Only a person accepts"), transaction.atomic():
        Classification.objects.create(
            line=shop.line(date=LAST), book=shop.book, account=shop.fuel, rule=rule, state="accepted"
        )

    reopen_period(book=shop.book, through=None, reason="Late", user=shop.user, now=NOW)
    suggest_anew(book=shop.book)

    assert state(before) == ("accepted", 'A rule says 6530 Fuel: text contains "shell".')


def test_the_promise_leaves_them_to_a_person():
    shop = with_record(Shop())
    on(shop)
    close(shop)
    before = [shop.line("SHELL OIL", date=LAST) for _ in range(30)]
    after = [shop.line("SHELL OIL", date=date(2026, 3, 3)) for _ in range(30)]

    classify_lines(book=shop.book, line_ids=[line.pk for line in (*before, *after)])

    assert {state(line)[0] for line in before} == {"open"}
    assert "accepted" in {state(line)[0] for line in after}


def test_undo_sends_what_a_rule_had_accepted_back_to_review():
    shop = Shop()
    accepting(shop)
    line = shop.line()
    classify_lines(book=shop.book, line_ids=[line.pk])
    by = {"book": shop.book, "user": shop.user, "now": NOW}
    exclude(line_ids=[line.pk], reason="", **by)
    close(shop)

    undone = undo(**by)

    assert (undone.count, undone.opened, state(line)[0]) == (1, 1, "open")
