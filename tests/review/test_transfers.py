"""Answering in the review queue whether a line is a transfer between two own bank accounts."""

from decimal import Decimal

import pytest
from django.test import Client
from django.utils.html import strip_tags

from ledgerflow.books.models import Role
from ledgerflow.classification.models import Classification, Stage, State
from ledgerflow.classification.services import RuleConditions, create_rule, suggest_anew, switch_stage_off
from ledgerflow.posting.models import Transfer
from tests.factories import AccountFactory, MembershipFactory, UserFactory
from tests.made import made_once
from tests.posting.pairs import Two
from tests.statements.shapes import NOW

pytestmark = pytest.mark.django_db


@made_once
def shop():
    shop = Two()
    shop.sent, shop.received = shop.pair(texts=("To Savings", "Deposit"))
    return shop


def browser(shop, role=Role.BOOKKEEPER):
    client = Client()
    client.force_login(MembershipFactory(book=shop.book, role=role).user)
    return client


def pane(shop, line, role=Role.BOOKKEEPER):
    """Return the words of the evidence for the line."""
    page = browser(shop, role).get(f"/books/{shop.book.slug}/review/line/{line.pk}/evidence/")
    return " ".join(strip_tags(page.content.decode()).split())


def answer(shop, verb, line, other, **more):
    address = f"/books/{shop.book.slug}/review/line/{line.pk}/{verb}/"
    return browser(shop).post(address, {"other": other}, **more)


def answered(shop, verb, line, other):
    """Answer as the page's script does."""
    return answer(shop, verb, line, other, headers={"Accept": "application/json"}).json()


def test_each_side_asks_about_the_other(shop):
    assert "Transfer to Savings on 2026-01-05? 100.00 USD" in pane(shop, shop.sent)
    assert "Transfer from Checking on 2026-01-05? -100.00 USD" in pane(shop, shop.received)


def test_rows_say_which_transfer_they_may_be(shop):
    shop.move(1, "-3")  # of no transfer
    page = browser(shop).get(f"/books/{shop.book.slug}/review/").content.decode()

    assert "transfer to Savings?" in page
    assert "transfer from Checking?" in page
    assert page.count("data-asks=") == 2

    MembershipFactory(book=shop.book, user=(owner := UserFactory()), role=Role.OWNER)
    switch_stage_off(book=shop.book, stage=Stage.TRANSFERS, user=owner, now=NOW)

    assert "data-asks=" not in browser(shop).get(f"/books/{shop.book.slug}/review/").content.decode()


def test_several_candidates_are_all_asked_about(shop):
    shop.move(6, "100", bank=shop.account("Card", kind="card"))

    text = pane(shop, shop.sent)

    assert text.index("Transfer to Savings") < text.index("Transfer to Card")


def test_a_viewer_is_not_asked(shop):
    assert "A transfer?" not in pane(shop, shop.sent, Role.VIEWER)


def test_confirming_posts_both_lines_and_takes_them_off_the_list(shop):
    said = answered(shop, "transfer", shop.received, shop.sent.pk)

    assert said["message"] == "Posted as entry 1."
    assert {said["line"], *said["with"]} == {str(shop.sent.pk), str(shop.received.pk)}
    assert said["counts"]["to-review"] == 0
    assert "A transfer?" not in pane(shop, shop.sent)


def test_two_days_make_two_entries(shop):
    sent, received = shop.pair(day=15, days=1)

    assert answered(shop, "transfer", sent, received.pk)["message"] == "Posted as entries 1 and 2."


def test_rejecting_is_remembered(shop):
    said = answered(shop, "no-transfer", shop.sent, shop.received.pk)

    assert said["message"] == "These two are not suggested again."
    assert "A transfer?" not in pane(shop, shop.received)
    assert Transfer.objects.get().state == Transfer.State.REJECTED


@pytest.mark.parametrize("verb", ["transfer", "no-transfer"])
@pytest.mark.parametrize("other", [0, "x", 10**19, 999_999])
def test_what_is_no_line_is_refused_in_words(shop, verb, other):
    assert answered(shop, verb, shop.sent, other)["error"]
    assert not Transfer.objects.exists()


def test_without_the_script_the_queue_comes_back_with_a_message(shop):
    page = answer(shop, "transfer", shop.sent, shop.received.pk, follow=True)

    assert "Posted as entry 1." in page.content.decode()
    assert Classification.objects.filter(state=State.POSTED).count() == 2


@pytest.mark.parametrize("days", [0, 1])
def test_the_page_of_the_entry_shows_the_other_side(shop, days):
    sent, received = shop.pair(day=15, days=days, texts=("Gone", "Arrived"))
    made = shop.confirm_pair(sent, received)

    page = browser(shop).get(f"/books/{shop.book.slug}/journal/{made.out_entry}/")

    text = " ".join(strip_tags(page.content.decode()).split())
    assert "The other side of the transfer" in text
    assert "Arrived, 100.00 USD on Savings" in text
    assert (f"on Savings, entry {made.in_entry}" in text) is bool(days)


def test_what_accepts_without_looking_leaves_both_sides_and_says_so(shop):
    alone = shop.move(20, "-7.00")
    conditions = RuleConditions(least=Decimal(1))
    create_rule(
        book=shop.book, conditions=conditions, account=AccountFactory(book=shop.book), user=shop.user, now=NOW
    )
    suggest_anew(book=shop.book)

    page = browser(shop).post(f"/books/{shop.book.slug}/review/accept-sure/", follow=True).content.decode()

    assert [shop.state(line) for line in (shop.sent, shop.received, alone)] == [
        State.OPEN,
        State.OPEN,
        State.ACCEPTED,
    ]
    assert "2 lines: It may be a transfer between two own bank accounts" in page


def test_a_rejected_pair_is_accepted_with_the_others(shop):
    conditions = RuleConditions(least=Decimal(1))
    create_rule(
        book=shop.book, conditions=conditions, account=AccountFactory(book=shop.book), user=shop.user, now=NOW
    )
    suggest_anew(book=shop.book)
    shop.reject_pair(shop.sent, shop.received)

    browser(shop).post(f"/books/{shop.book.slug}/review/accept-sure/")

    assert {shop.state(shop.sent), shop.state(shop.received)} == {State.ACCEPTED}
