"""Books of one chart learn from each other only where a firm administrator allows it, and nothing but weights."""

import io
import json

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from ledgerflow.books.models import Book
from ledgerflow.books.permissions import NotAllowedError
from ledgerflow.classification.errors import SharingError
from ledgerflow.classification.models import Classification, Prediction, SharedWeights, Sharing, Stage
from ledgerflow.classification.services import (
    SHARE_JOB,
    allow_sharing,
    classify_lines,
    decide,
    end_sharing,
    make_shared_weights,
    switch_stage_off,
    switch_stage_on,
)
from ledgerflow.classification.stages import listed_stages
from ledgerflow.core.jobs import is_waiting
from ledgerflow.ledger.models import Account
from tests.classification.rows import NOW, Shop
from tests.factories import UserFactory
from tests.made import made_once

pytestmark = pytest.mark.django_db

FOOD, FUEL = ("BLUE HERON BAKERY", "CORNER BAKERY", "OLD MILL BAKERY"), ("SHELL", "TEXACO", "EXXON GARAGE")


@made_once
def firm():
    return UserFactory(is_firm_admin=True)


@pytest.fixture
def new() -> Shop:
    """A book of the chart of two others, which have decided what their payees are for."""
    shops = [Shop() for _ in range(3)]
    Book.objects.filter(pk__in=[shop.book.pk for shop in shops]).update(chart="sole")
    for shop in shops[1:]:
        for account, payees in ((shop.food, FOOD), (shop.fuel, FUEL)):
            for payee in payees * 2:
                line = shop.line(payee)
                classify_lines(book=shop.book, line_ids=[line.pk])
                decide(book=shop.book, line_id=line.pk, account=account, user=shop.user, now=NOW)
        shop.book.refresh_from_db()
    shops[0].book.refresh_from_db()
    shops[0].others = shops[1:]
    return shops[0]


def said(shop, text, amount="-40.00"):
    line = shop.line(text, amount)
    classify_lines(book=shop.book, line_ids=[line.pk])
    return Classification.objects.get(pk=line.pk)


def test_a_new_book_begins_with_what_others_of_its_chart_learned(new, firm):
    assert said(new, "GREEN BAKERY").account is None
    allow_sharing(user=firm, now=NOW)
    assert make_shared_weights(now=NOW) == 1

    made = said(new, "GREEN BAKERY")

    assert (made.account, made.source, made.state) == (new.food, "shared", "open")
    assert made.confidence < 0.6  # a guess
    counted = {each.stage: each.lines for each in listed_stages(book=new.book)}
    assert (counted[Stage.SHARED], counted[Stage.MODEL]) == (1, 0)
    assert "other books of this installation" in made.reason
    assert Prediction.objects.get(line=made.pk).version == SharedWeights.objects.get().sha256[:16]
    decide(book=new.book, line_id=made.pk, account=new.fuel, user=new.user, now=NOW)
    again = said(new, "GREEN BAKERY")
    assert (again.account, again.source) == (new.fuel, "memory")


def test_a_long_name_leaves_room_for_what_others_have(new, firm):
    Account.objects.filter(code=new.food.code).update(name="Meals " * 19 + "out")
    allow_sharing(user=firm, now=NOW)
    make_shared_weights(now=NOW)

    reason = said(new, "GREEN BAKERY OF THE " + "VERY LONG WINDING STREET " * 5).reason

    assert len(reason) <= 300
    assert reason.startswith("Nobody has decided about Green Bakery")
    assert reason.endswith("… for such names.")


def test_no_text_of_a_book_is_in_what_is_shared_and_no_account_of_one_book_alone(new, firm):
    other = new.others[0]
    other.sales.name = "Secret venture"
    other.sales.save()
    for _ in range(12):
        line = other.line("MIDNIGHT CLIENT", "50")
        classify_lines(book=other.book, line_ids=[line.pk])
        decide(book=other.book, line_id=line.pk, account=other.sales, user=other.user, now=NOW)
    allow_sharing(user=firm, now=NOW)
    make_shared_weights(now=NOW)

    stored = SharedWeights.objects.get()
    path = bytes(stored.archive)

    with np.load(io.BytesIO(path), allow_pickle=False) as arrays:
        assert set(arrays) == {"weights", "steps", "constants", "categories"}
        assert json.loads(arrays["categories"].tobytes()) == ["fuel", "meals"]
        assert arrays["weights"].dtype == np.int8
    made = said(new, "MIDNIGHT CLIENT", "50")  # money in, for which two books share no account
    assert (made.account, made.reason) == (None, "Nobody has decided about this payee yet.")


def test_nothing_is_shared_unless_it_is_allowed_and_all_goes_when_it_ends(new, firm):
    assert make_shared_weights(now=NOW) == 0
    with pytest.raises(NotAllowedError):
        allow_sharing(user=new.user, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        SharedWeights.objects.create(
            chart="sole",
            archive=b"",
            sha256="e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            books=2,
            made_at=NOW,
        )
    allow_sharing(user=firm, now=NOW)
    with pytest.raises(SharingError):
        allow_sharing(user=firm, now=NOW)
    make_shared_weights(now=NOW)

    end_sharing(user=firm, now=NOW)

    assert not SharedWeights.objects.exists()
    assert said(new, "GREEN BAKERY").account is None
    with pytest.raises(SharingError):
        end_sharing(user=firm, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Sharing.objects.update(allowed_at=NOW.replace(year=2025))


def test_a_book_whose_stage_is_off_takes_and_gives_nothing(new, firm):
    allow_sharing(user=firm, now=NOW)
    make_shared_weights(now=NOW)
    switch_stage_off(book=new.book, stage=Stage.SHARED, user=firm, now=NOW)
    assert said(new, "GREEN BAKERY").account is None

    switch_stage_off(book=new.others[0].book, stage=Stage.SHARED, user=firm, now=NOW)

    assert make_shared_weights(now=NOW) == 0  # what is left is of one book


def test_switching_the_stage_makes_the_weights_anew_where_sharing_is_allowed(firm):
    asked = {"book": Shop().book, "user": firm, "now": NOW}
    switch_stage_off(stage=Stage.SHARED, **asked)
    Sharing.objects.create(allowed_by=firm, allowed_at=NOW)
    switch_stage_off(stage=Stage.MODEL, **asked)
    assert not is_waiting(SHARE_JOB)

    switch_stage_on(stage=Stage.SHARED, **asked)

    assert is_waiting(SHARE_JOB)


def test_books_of_another_chart_and_demo_books_have_no_part(new, firm):
    allow_sharing(user=firm, now=NOW)
    make_shared_weights(now=NOW)
    for change in ({"is_demo": True}, {"is_demo": False, "chart": "club"}):
        Book.objects.filter(pk=new.book.pk).update(**change)
        new.book.refresh_from_db()
        assert said(new, "GREEN BAKERY").account is None

    Book.objects.filter(pk=new.others[0].book.pk).update(is_demo=True)

    assert make_shared_weights(now=NOW) == 0


def test_the_page_lets_firm_administrators_alone_allow_it(new, firm, client):
    page, switch = (
        reverse(f"classification:{name}", kwargs={"book": new.book.slug})
        for name in ("stages", "switch-sharing")
    )
    client.force_login(firm)
    client.post(switch, {"switch": "on"})
    assert Sharing.objects.get().allowed_by == firm
    assert "End it and delete the weights" in client.get(page).content.decode()
    client.post(switch, {"switch": "off"})
    assert Sharing.objects.get().ended_by == firm
    owner = UserFactory()
    new.book.memberships.create(user=owner, role="owner")
    client.force_login(owner)
    client.post(switch, {"switch": "on"})
    assert Sharing.objects.count() == 1
    assert "Only a firm administrator" in client.get(page).content.decode()
