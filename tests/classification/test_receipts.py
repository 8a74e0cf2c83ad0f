"""A receipt that is attached to a line and was read says who was paid, before what the bank's text says."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from ledgerflow.books.models import Membership
from ledgerflow.classification import jobs
from ledgerflow.classification.engine import MOST_UNSURE, SURE
from ledgerflow.classification.models import Classification, Stage
from ledgerflow.classification.services import (
    RuleConditions,
    accept,
    accept_confident,
    accept_unseen,
    attach_receipts,
    classify_lines,
    create_rule,
    decide,
    detach_receipt,
    rename_payee,
    rule_from_decision,
    suggest_anew,
    switch_stage_off,
    switch_stage_on,
)
from ledgerflow.documents.models import ReceiptReading
from ledgerflow.payees.models import Payee
from ledgerflow.payees.services import name_payee
from tests.classification.rows import NOW, Shop
from tests.made import made_once
from tests.posting.read_receipts import read_receipt

pytestmark = pytest.mark.django_db

COFFEE = "The receipt of 2026-01-12 says Blue Finch Coffee, 1.04 USD of it tax."


@made_once
def shop() -> Shop:
    made = Shop()
    Membership.objects.create(book=made.book, user=made.user, role="owner")
    for _ in range(3):
        line = made.line("BLUE FINCH COFFEE", "-12.29")
        classify_lines(book=made.book, line_ids=[line.pk])
        decide(book=made.book, line_id=line.pk, account=made.food, user=made.user, now=NOW)
    return made


def unclear(shop, text="PAYPAL 4029357733"):
    line = shop.line(text, "-12.29")
    classify_lines(book=shop.book, line_ids=[line.pk])
    return line.pk


def attach(shop, line_id, *receipts):
    made = [each.pk for each in receipts or [read_receipt(shop.book)]]
    attach_receipts(book=shop.book, line_id=line_id, receipt_ids=made, user=shop.user, now=NOW)
    return Classification.objects.select_related("payee").get(pk=line_id)


def write_rule(shop, text, account, **more):
    conditions = RuleConditions(text=text)
    create_rule(book=shop.book, conditions=conditions, account=account, user=shop.user, now=NOW, **more)
    suggest_anew(book=shop.book, matching=conditions)


def test_a_receipt_names_the_seller_and_what_was_decided_about_him_is_suggested(shop):
    line_id = unclear(shop)

    made = attach(shop, line_id)

    assert (made.source, made.account, made.state) == ("matched", shop.food, "open")
    assert made.payee.name == "Blue Finch Coffee"
    assert made.reason.startswith(f"{COFFEE} ")
    assert "Blue Finch Coffee" in made.reason.removeprefix(COFFEE)

    link = made.line.receipts.get()
    detach_receipt(
        book=shop.book, line_id=line_id, receipt_id=link.receipt_id, reason="Another", user=shop.user, now=NOW
    )

    made.refresh_from_db()
    assert (made.source, made.account) == ("none", None)


def test_it_goes_before_rules_about_the_banks_text_and_is_left_to_a_person(shop):
    write_rule(shop, "paypal", shop.fuel)
    line_id = unclear(shop)
    assert Classification.objects.get(pk=line_id).account == shop.fuel

    made = attach(shop, line_id)
    write_rule(shop, "paypal", shop.fuel, mode="accept")

    made.refresh_from_db()
    assert (made.source, made.account, made.state, made.rule) == ("matched", shop.food, "open", None)


@pytest.mark.parametrize("is_naming", [False, True])
def test_where_the_bank_names_the_seller_too_a_rule_stays_and_what_was_learned_says_so(shop, is_naming):
    line_id = unclear(shop, "BLUE FINCH COFFEE")
    before = Classification.objects.get(pk=line_id)

    made = attach(shop, line_id)
    learned = ("memory", before.confidence, f"{COFFEE} {before.reason}")
    assert (made.source, made.confidence, made.reason) == learned
    payee = name_payee(book=shop.book, name="Blue Finch") if is_naming else None
    write_rule(shop, "finch", shop.fuel, payee=payee)

    made.refresh_from_db()
    assert (made.source, made.account) == ("rule", shop.fuel)


@pytest.mark.parametrize("said", ["Roastery 24/7 Blue Finch", "  roastery  blue finch "])
def test_the_name_that_a_person_gave_the_payee_is_known_too(shop, said):
    coffee = Payee.objects.get(book=shop.book)
    name = "Roastery 24/7 Blue Finch" if "24" in said else "Roastery Blue Finch"
    rename_payee(book=shop.book, payee_id=coffee.pk, name=name, user=shop.user, now=NOW)

    made = attach(shop, unclear(shop), read_receipt(shop.book, name="new.pdf", seller=said))

    assert (made.source, made.payee, made.account) == ("matched", coffee, shop.food)


def test_no_rule_about_the_banks_text_is_offered_for_whom_only_the_receipt_names(shop, client):
    client.force_login(shop.user)
    line_id, named = unclear(shop), unclear(shop, "BLUE FINCH COFFEE")
    made = attach(shop, line_id)
    answers = [
        client.post(
            reverse("review:decide", kwargs={"book": shop.book.slug, "line": each}),
            {"account": account.pk},
            headers={"accept": "application/json"},
        ).json()
        for each, account in ((line_id, shop.fuel), (named, shop.sales))
    ]
    form = client.get(
        reverse("classification:create-rule", kwargs={"book": shop.book.slug}), {"line": line_id}
    )
    rule = rule_from_decision(book=shop.book, line_id=line_id, user=shop.user, now=NOW).rule

    assert made.payee.name == "Blue Finch Coffee"
    assert ["offer" in answer for answer in answers] == [False, True]
    assert (form.context["form"]["text"].value(), form.context["form"]["payee"].value()) == ("paypal", None)
    assert (rule.payee, rule.text) == (None, "paypal")


def test_whom_the_bank_does_not_name_is_never_sure(shop):
    for _ in range(60):
        line = shop.line("BLUE FINCH COFFEE", "-12.29")
        classify_lines(book=shop.book, line_ids=[line.pk])
        decide(book=shop.book, line_id=line.pk, account=shop.food, user=shop.user, now=NOW)
    sure = Classification.objects.get(pk=unclear(shop, "BLUE FINCH COFFEE")).confidence
    made = attach(shop, unclear(shop))
    mine = {"book": shop.book, "user": shop.user, "now": NOW}

    assert (sure >= SURE, made.source, made.confidence) == (True, "matched", MOST_UNSURE)
    assert accept_unseen(line_ids=[made.pk], **mine).count == 0
    accept_confident(**mine)
    made.refresh_from_db()
    assert made.state == "open"
    with pytest.raises(IntegrityError, match="receipt_is_never_sure"), transaction.atomic():
        Classification.objects.filter(pk=made.pk).update(confidence=1)


def test_of_money_that_came_in_it_goes_before_no_rule_and_makes_no_payee(shop):
    line = shop.line("BLUE FINCH COFFEE", "12.29")
    classify_lines(book=shop.book, line_ids=[line.pk])
    decide(book=shop.book, line_id=line.pk, account=shop.sales, user=shop.user, now=NOW)
    write_rule(shop, "paypal", shop.suspense)
    paid, nameless = (shop.line(text, "12.29").pk for text in ("PAYPAL 4029357733", ""))
    classify_lines(book=shop.book, line_ids=[paid, nameless])
    own = read_receipt(shop.book, name="invoice.pdf", seller="Grey Owl Books")

    assert attach(shop, paid).source == "rule"
    assert attach(shop, nameless, own).payee is None
    assert not Payee.objects.filter(name="Grey Owl Books").exists()


def test_what_a_person_decided_stays(shop):
    line_id = unclear(shop)
    decide(book=shop.book, line_id=line_id, account=shop.fuel, user=shop.user, now=NOW)

    assert attach(shop, line_id).account == shop.fuel


def test_a_seller_whom_nobody_knows_stands_in_the_reason_and_names_whom_the_bank_does_not(shop):
    stranger = read_receipt(shop.book, name="other.pdf", seller="Grey Owl Books", tax=None)
    named, nameless = unclear(shop), unclear(shop, "")

    assert attach(shop, named, stranger).reason == (
        "The receipt of 2026-01-12 says Grey Owl Books. Nobody has decided about this payee yet."
    )
    assert not Payee.objects.filter(name="Grey Owl Books").exists()
    made = attach(shop, nameless, stranger)
    assert (made.account, made.source, made.payee.name) == (None, "none", "Grey Owl Books")


def test_receipts_of_two_sellers_and_those_that_were_not_read_say_nothing(shop):
    line_id = unclear(shop)
    other = read_receipt(shop.book, name="other.pdf", seller="Grey Owl Books")

    assert attach(shop, line_id, read_receipt(shop.book), other).source == "none"
    ReceiptReading.objects.filter(receipt=other.pk).update(
        state="failed", seller="", currency="", date=None, total=None, tax=None, problem="Torn"
    )
    classify_lines(book=shop.book, line_ids=[line_id])

    assert Classification.objects.get(pk=line_id).source == "matched"


def test_the_stage_is_switched_off_and_on(shop):
    line_id = unclear(shop)
    attach(shop, line_id)

    switch_stage_off(book=shop.book, stage=Stage.RECEIPTS, user=shop.user, now=NOW)
    off = Classification.objects.get(pk=line_id).source
    switch_stage_on(book=shop.book, stage=Stage.RECEIPTS, user=shop.user, now=NOW)

    assert (off, Classification.objects.get(pk=line_id).source) == ("none", "matched")


def test_once_it_was_read_its_line_gets_the_suggestion(shop):
    line_id = unclear(shop)
    receipt = read_receipt(shop.book)
    ReceiptReading.objects.filter(receipt=receipt.pk).update(seller="")
    assert attach(shop, line_id, receipt).source == "none"
    ReceiptReading.objects.filter(receipt=receipt.pk).update(
        seller="Blue Finch Coffee", date=date(2026, 1, 12)
    )

    jobs.suggest_by_receipt(book_id=shop.book.pk, receipt_id=receipt.pk)

    made = Classification.objects.get(pk=line_id)
    assert (made.source, made.account) == ("matched", shop.food)
    assert accept(book=shop.book, line_ids=[line_id], user=shop.user, now=NOW).count == 1
    made.refresh_from_db()
    assert (made.state, made.decided_by) == ("accepted", shop.user)
