"""Rules say what they look for in the search syntax, and of several that match the more specific one wins."""

from decimal import Decimal
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse

from ledgerflow.books.models import Membership
from ledgerflow.classification.conditions import RuleConditions
from ledgerflow.classification.errors import RuleError, SearchError
from ledgerflow.classification.models import Classification, Rule
from ledgerflow.classification.rule_trials import try_rule
from ledgerflow.classification.selectors import listed_rules
from ledgerflow.classification.services import (
    classify_lines,
    create_rule,
    decide,
    export_rules,
    import_rules,
    rule_from_decision,
    suggest_anew,
)
from ledgerflow.statements.models import BankAccount
from tests.classification.rows import NOW, Shop

pytestmark = pytest.mark.django_db


def rule(shop, search, account=None, **more):
    return create_rule(
        book=shop.book,
        conditions=RuleConditions(search=search),
        account=account or shop.fuel,
        user=shop.user,
        now=NOW,
        **more,
    )


def booked(shop, line):
    classify_lines(book=shop.book, line_ids=[line.pk])
    return Classification.objects.get(pk=line.pk).account


def test_what_a_field_can_say_of_a_search_goes_there_and_the_rest_stays():
    shop = Shop()
    bank = BankAccount.objects.get(pk=shop.bank.pk).name

    made = rule(shop, f'Shell money:out amount:10..20 bank:"{bank}" -refund payee:oil,gas amount:>11')

    assert (made.text, made.direction, made.least_amount, made.most_amount, made.bank_account) == (
        "shell",
        "out",
        10,
        20,
        shop.bank,
    )
    assert made.search == "-refund payee:oil,payee:gas amount:>11"
    assert listed_rules(book=shop.book, today=NOW.date())[0].sentence == (
        f'text contains "shell", money out, at least 10, at most 20, on {bank}, not text contains "refund", '
        '(payee contains "oil" or payee contains "gas"), more than 11'
    )


@pytest.mark.parametrize(
    ("search", "error"),
    [
        ("amout:5", SearchError),
        ("-bank:nowhere", SearchError),
        ("a,bank:own", RuleError),
        ("-bank:own", RuleError),
        ("money:out", RuleError),
        ("", RuleError),
    ],
)
def test_a_rule_that_cannot_be_is_refused(search, error):
    shop = Shop()
    BankAccount.objects.filter(pk=shop.bank.pk).update(name="own")

    with pytest.raises(error):
        rule(shop, search)


@pytest.mark.parametrize(
    ("search", "taken"),
    [
        ("payee:shell -refund", True),
        ("payee:5742", False),
        ("coffee,shell =40", True),
        ("shell -amount:40", False),
    ],
)
def test_lines_are_classified_by_a_search(search, taken):
    shop = Shop()
    rule(shop, search)

    assert booked(shop, shop.line("SHELL 5742")) == (shop.fuel if taken else None)


@pytest.mark.parametrize(
    ("general", "specific", "why"),
    [
        ("shell", "shell money:out", "asks for more"),
        ("shell,oil", "shell amount:>5", "asks for more"),
        ("shell amount:>5", "shell =40", "asks for more"),
        ("shell", "shell o", "longer text"),
    ],
)
def test_the_more_specific_rule_wins_wherever_it_stands(general, specific, why):
    shop = Shop()
    rule(shop, general)
    rule(shop, specific.replace("shell o", '"shell o"'), shop.food)

    assert booked(shop, shop.line("SHELL OIL")) == shop.food
    trial = try_rule(
        book=shop.book,
        conditions=RuleConditions(search=general),
        account=shop.sales,
        whole_book=False,
    )
    assert [(each.wins, why in each.why) for each in trial.conflicts if each.account == "6640 Meals"] == [
        (True, True)
    ]


def test_a_stage_comes_before_what_is_specific():
    shop = Shop()
    rule(shop, "shell oil money:out amount:>1")
    rule(shop, "shell", shop.food, stage=Rule.Stage.FIRST)
    rule(shop, "shell oil money:out =40", shop.sales, stage=Rule.Stage.LAST)

    assert booked(shop, shop.line("SHELL OIL")) == shop.food
    assert [each.rule.account for each in listed_rules(book=shop.book, today=NOW.date())] == [
        shop.food,
        shop.fuel,
        shop.sales,
    ]
    with pytest.raises(RuleError):
        rule(shop, "x", stage=3)


def test_the_rule_of_a_correction_gets_the_next_such_line_even_where_another_asks_for_more():
    shop = Shop()
    rule(shop, "shell payee:shell money:out amount:>1", shop.food)
    line = shop.line("SHELL 5742")
    classify_lines(book=shop.book, line_ids=[line.pk])
    decide(book=shop.book, line_id=line.pk, account=shop.fuel, user=shop.user, now=NOW)

    made = rule_from_decision(book=shop.book, line_id=line.pk, user=shop.user, now=NOW)

    assert made.rule.stage == Rule.Stage.FIRST
    assert booked(shop, shop.line("SHELL 9")) == shop.fuel


def test_rules_of_before_take_the_lines_that_they_took():
    shop = Shop()
    shop.line("PAYPAL *SPOTIFY P3")
    made = {}
    for text, account, mode, direction in (
        ("amazon", shop.fuel, "suggest", "any"),
        ("Amazon Prime", shop.food, "accept", "any"),
        ("paypal", shop.fuel, "suggest", "any"),
        ("spotify", shop.food, "accept", "any"),
        ("shell", shop.fuel, "suggest", "any"),
        ("shell oil", shop.food, "accept", "any"),
        ("shell oil", shop.sales, "accept", "out"),
        ("hotel", shop.fuel, "suggest", "in"),
        ("hotel berlin", shop.food, "accept", "out"),
        ("rent", shop.fuel, "suggest", "any"),
        ("insurance", shop.food, "accept", "any"),  # no line has both
    ):
        conditions = RuleConditions(text=text, direction=direction)
        given = {"user": shop.user, "now": NOW, "mode": mode}
        made[text, direction] = create_rule(
            book=shop.book, conditions=conditions, account=account, **given
        ).pk
    rule(shop, "shell oil amount:>5 -x", shop.sales, mode="accept")  # made since
    migration = import_module("ledgerflow.classification.migrations.0032_keep_the_order_of_rules")

    for _ in range(2):  # the second time there is nothing left to do
        migration.keep_the_order(apps, SimpleNamespace(connection=connection))

    first = Rule.objects.filter(stage=Rule.Stage.FIRST).values_list("text", flat=True)
    assert sorted(first) == ["amazon", "paypal", "shell", "shell oil"]
    (fallen,) = Rule.objects.filter(fell_back_at__isnull=False)
    assert (fallen.pk, fallen.mode) == (made["shell oil", "any"], "suggest")
    assert booked(shop, shop.line("AMAZON PRIME 12")) == shop.fuel
    assert booked(shop, shop.line("PAYPAL *SPOTIFY P4")) == shop.fuel
    line = shop.line("SHELL OIL 4")
    assert booked(shop, line) == shop.food
    assert Classification.objects.get(pk=line.pk).state == "open"


def test_a_file_carries_search_and_stage_and_brings_nothing_twice():
    shop, other = Shop(), Shop()
    rule(shop, "shell -refund,return", stage=Rule.Stage.LAST)
    content = export_rules(book=shop.book)

    done = [
        import_rules(book=other.book, content=content.encode(), user=other.user, now=NOW) for _ in range(2)
    ]

    assert "search: -refund,return" in content
    assert [(each.made, each.known) for each in done] == [(1, 0), (0, 1)]
    made = Rule.objects.get(book=other.book)
    assert (made.text, made.search, made.stage) == ("shell", "-refund,return", Rule.Stage.LAST)
    with pytest.raises(RuleError, match="Rule 1: This is none of"):
        import_rules(
            book=other.book, content=content.replace("-refund", "x:y").encode(), user=other.user, now=NOW
        )


def test_the_page_takes_a_search_shows_its_sentence_and_says_which_word_is_wrong(client):
    shop = Shop()
    Membership.objects.create(user=shop.user, book=shop.book, role="owner")
    client.force_login(shop.user)
    line = shop.line("SHELL 5742")
    booked(shop, line)
    address = reverse("classification:create-rule", kwargs={"book": shop.book.slug})
    asked = {
        "search": "shell -refund amount:>=5",
        "direction": "any",
        "account": shop.fuel.pk,
        "mode": "suggest",
    }

    shown = client.post(address, {**asked, "preview": "open"}).content.decode()
    wrong = client.post(address, {**asked, "search": "amout:5"}).content.decode()
    client.post(address, {**asked, "stage": "0"})

    assert "When text contains &quot;shell&quot;, at least 5, not text contains &quot;refund&quot;" in shown
    assert "shell amount:&gt;=5 -refund" in shown
    assert "“amout”, letter 1" in wrong
    made = Rule.objects.get()
    assert (made.text, made.least_amount, made.search, made.stage) == ("shell", Decimal(5), "-refund", 0)
    assert suggest_anew(book=shop.book) == 0  # saving did
    assert Classification.objects.get(pk=line.pk).account == shop.fuel
