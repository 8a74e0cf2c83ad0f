"""Open lines get suggestions as a set; only a rule that may accepts one."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledgerflow.classification.models import Classification
from ledgerflow.classification.services import (
    RuleConditions,
    accept,
    classify_lines,
    create_rule,
    decide,
    exclude,
)
from tests.classification.rows import NOW, Shop
from tests.factories import BankAccountFactory

pytestmark = pytest.mark.django_db


def rule(shop, account, mode="suggest", **conditions):
    return create_rule(
        book=shop.book,
        conditions=RuleConditions(**conditions),
        account=account,
        mode=mode,
        user=shop.user,
        now=NOW,
    )


def classified(shop, *lines):
    classify_lines(book=shop.book, line_ids=[line.pk for line in lines])
    return [Classification.objects.get(pk=line.pk) for line in lines]


def test_a_line_that_nobody_knows_stays_open_without_an_account():
    shop = Shop()

    (made,) = classified(shop, shop.line())

    assert (made.state, made.source, made.account, made.payee.name) == ("open", "none", None, "Shell")


def test_a_rule_suggests():
    shop = Shop()
    one = rule(shop, shop.fuel, text="Shell")

    (made,) = classified(shop, shop.line())

    assert (made.state, made.source, made.account, made.rule, made.decided_by) == (
        "open",
        "rule",
        shop.fuel,
        one,
        None,
    )
    assert made.reason == 'A rule says 6530 Fuel: text contains "shell".'


def test_a_reason_is_kept_to_the_letter():
    shop = Shop()
    shop.fuel.name = "Oil \\ gas\\t"
    shop.fuel.save()
    rule(shop, shop.fuel, text="\\N shell")

    (made,) = classified(shop, shop.line("\\N SHELL"))

    assert made.reason == 'A rule says 6530 Oil \\ gas\\t: text contains "\\n shell".'


def test_new_lines_beside_known_ones_are_classified():
    shop = Shop()
    before, known, after = (shop.line() for _ in range(3))
    classified(shop, known)
    rule(shop, shop.fuel, text="shell")

    assert classify_lines(book=shop.book, line_ids=[before.pk, known.pk, after.pk]) == 3
    assert set(Classification.objects.values_list("account", flat=True)) == {shop.fuel.pk}


def test_a_rule_that_may_accepts():
    shop = Shop()
    rule(shop, shop.fuel, mode="accept", text="shell")

    (made,) = classified(shop, shop.line())

    assert (made.state, made.decided_by) == ("accepted", None)


@pytest.mark.parametrize("held", [{"hold": "proof"}, {"hold": "question"}, {"is_pending": True}])
def test_no_rule_accepts_a_line_that_is_held_back_or_pending(held):
    shop = Shop()
    rule(shop, shop.fuel, mode="accept", text="shell")

    (made,) = classified(shop, shop.line(**held))

    assert (made.state, made.account) == ("open", shop.fuel)


def test_a_rule_with_digits_tells_digits_apart():
    shop = Shop()
    rule(shop, shop.fuel, text="5742")

    one, other = classified(shop, shop.line("SHELL 5742"), shop.line("SHELL 5743"))

    assert (one.account, other.account) == (shop.fuel, None)


def test_a_rule_looks_at_the_counterparty_too():
    shop = Shop()
    rule(shop, shop.fuel, text="shell")

    (made,) = classified(shop, shop.line("CARD 0815", counterparty="Shell Deutschland GmbH"))

    assert made.account == shop.fuel


def test_amounts_choose_between_rules():
    shop = Shop()
    rule(shop, shop.fuel, text="shell", least=Decimal(20))
    rule(shop, shop.food, text="shell", direction="out")

    tank, snack, refund = classified(
        shop, shop.line(amount="-40"), shop.line(amount="-4"), shop.line("SHELL", amount="4")
    )

    assert (tank.account, snack.account, refund.account) == (shop.fuel, shop.food, None)


def test_a_rule_that_is_switched_off_says_nothing():
    shop = Shop()
    one = rule(shop, shop.fuel, text="shell")
    one.is_active = False
    one.save()

    (made,) = classified(shop, shop.line())

    assert made.source == "none"


def test_what_a_person_decided_is_remembered_for_the_payee():
    shop = Shop()
    first = shop.line("SHELL 5742")
    classified(shop, first)
    decide(book=shop.book, line_id=first.pk, account=shop.fuel, user=shop.user, now=NOW)

    (made,) = classified(shop, shop.line("SHELL 9911"))

    assert (made.source, made.account, made.state) == ("memory", shop.fuel, "open")
    assert made.reason == "The last Shell line was 6530 Fuel."
    assert made.confidence == Decimal("0.667")


def test_suspense_teaches_nothing():
    shop = Shop()
    first = shop.line()
    classified(shop, first)
    decide(book=shop.book, line_id=first.pk, account=shop.suspense, user=shop.user, now=NOW)

    (made,) = classified(shop, shop.line())

    assert made.source == "none"


def test_what_a_rule_accepted_is_no_memory():
    shop = Shop()
    one = rule(shop, shop.fuel, mode="accept", text="shell")
    classified(shop, shop.line())
    one.is_active = False
    one.save()

    (made,) = classified(shop, shop.line())

    assert made.source == "none"


def test_what_is_decided_is_never_touched():
    shop = Shop()
    accepted, decided, left_out = lines = [shop.line() for _ in range(3)]
    rule(shop, shop.fuel, text="shell")
    classified(shop, *lines)
    accept(book=shop.book, line_ids=[accepted.pk], user=shop.user, now=NOW)
    decide(book=shop.book, line_id=decided.pk, account=shop.sales, user=shop.user, now=NOW)
    exclude(book=shop.book, line_ids=[left_out.pk], reason="private", user=shop.user, now=NOW)
    before = list(Classification.objects.order_by("pk").values())
    rule(shop, shop.food, text="shell 5742")

    changed = classify_lines(book=shop.book, line_ids=[line.pk for line in lines])

    assert changed == 0
    assert list(Classification.objects.order_by("pk").values()) == before


def test_an_open_suggestion_is_refreshed():
    shop = Shop()
    line = shop.line()
    classified(shop, line)
    rule(shop, shop.fuel, text="shell")

    (made,) = classified(shop, line)

    assert made.account == shop.fuel


def test_a_line_of_another_book_is_passed_over():
    shop, other = Shop(), Shop()

    assert classify_lines(book=shop.book, line_ids=[other.line().pk]) == 0
    assert not Classification.objects.exists()


def test_the_number_of_queries_does_not_grow():
    shop = Shop()
    rule(shop, shop.fuel, text="shell")
    counts = []
    for size in (2, 60):
        ids = [shop.line(f"Shop {'x' * n} of {size}").pk for n in range(size)]
        with CaptureQueriesContext(connection) as queries:
            classify_lines(book=shop.book, line_ids=ids)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_no_rule_accepts_what_may_be_a_transfer_between_own_bank_accounts():
    shop = Shop()
    savings = BankAccountFactory(book=shop.book)
    rule(shop, shop.fuel, text="shell", mode="accept")
    facing, alone = shop.line("SHELL 5742", "-40.00"), shop.line("SHELL 5742", "-41.00")
    late = shop.line("SHELL 5742", "-42.00")
    across = shop.line("SHELL 5742", "40.00", bank_account=savings, date=date(2026, 3, 7))
    shop.line("SHELL 5742", "42.00", bank_account=savings, date=date(2026, 3, 8))

    classify_lines(book=shop.book, line_ids=[facing.pk, alone.pk, late.pk, across.pk])

    made = Classification.objects.in_bulk()
    assert [made[line.pk].state for line in (facing, alone, late, across)] == [
        "open",
        "accepted",
        "accepted",
        "open",
    ]
    assert made[facing.pk].account == shop.fuel
