"""Lines are accepted without a person only under a promise that somebody switched on and the record keeps."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from ledgerflow.classification.errors import PromiseError
from ledgerflow.classification.models import Classification, Prediction, Promise
from ledgerflow.classification.services import (
    accept,
    accept_confident,
    classify_lines,
    decide,
    reopen,
    switch_promise_off,
    switch_promise_on,
    undo,
)
from ledgerflow.learning.promise import FEWEST
from ledgerflow.learning.stored import is_sampled
from tests.classification.rows import NOW, Shop
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

SHARE = Decimal("0.95")


def classified(shop, count, text="SHELL OIL"):
    ids = [shop.line(text).pk for _ in range(count)]
    classify_lines(book=shop.book, line_ids=ids)
    return list(Classification.objects.filter(pk__in=ids).order_by("pk"))


def with_record(shop, outcomes=FEWEST, text="SHELL OIL"):
    """Decide about so many predicted lines of one payee."""
    (first,) = classified(shop, 1, text)
    decide(book=shop.book, line_id=first.pk, account=shop.fuel, user=shop.user, now=NOW)
    made = classified(shop, outcomes, text)
    accept(book=shop.book, line_ids=[line.pk for line in made], user=shop.user, now=NOW)
    return shop


def on(shop, share=SHARE):
    return switch_promise_on(book=shop.book, share=share, user=shop.user, now=NOW)


def test_nothing_is_accepted_while_nobody_switched_it_on():
    shop = with_record(Shop())

    assert {line.state for line in classified(shop, 40)} == {"open"}


def test_nothing_is_accepted_before_sixty_outcomes():
    shop = with_record(Shop(), outcomes=FEWEST - 1)
    on(shop)

    assert {line.state for line in classified(shop, 40)} == {"open"}


def test_a_record_that_keeps_the_promise_accepts_all_but_the_sample():
    shop = with_record(Shop())
    promise = on(shop)

    made = classified(shop, 200)

    drawn = [line.pk for line in made if is_sampled(line.pk, Prediction.objects.get(line=line.pk).features)]
    assert 0 < len(drawn) < 30
    assert [line.pk for line in made if line.state == "open"] == drawn
    assert {(line.promise_id, line.decided_by) for line in made if line.state == "accepted"} == {
        (promise.pk, None)
    }
    assert set(Prediction.objects.filter(is_sampled=True).values_list("line_id", flat=True)) == set(drawn)


def test_lines_that_were_suggested_before_are_drawn_as_well():
    shop = with_record(Shop())
    waiting = [line.pk for line in classified(shop, 100)]
    promise = on(shop)

    classify_lines(book=shop.book, line_ids=waiting)

    left = Classification.objects.filter(pk__in=waiting, state="open")
    drawn = Prediction.objects.filter(line__in=waiting, replaced_at=None, is_sampled=True, promise=promise)
    assert 0 < len(left) < 20
    assert set(drawn.values_list("line_id", flat=True)) == {line.pk for line in left}


def test_a_record_that_breaks_the_promise_accepts_nothing():
    shop = with_record(Shop(), outcomes=100)
    wrong = Prediction.objects.filter(is_right=True).values("pk")[:15]
    Prediction.objects.filter(pk__in=list(wrong.values_list("pk", flat=True))).update(is_right=False)
    on(shop)

    assert {line.state for line in classified(shop, 40)} == {"open"}


@pytest.mark.parametrize("held", [{"hold": "proof"}, {"hold": "question"}, {"is_pending": True}])
def test_no_promise_accepts_a_line_that_is_held_back_or_pending(held):
    shop = with_record(Shop())
    on(shop)
    ids = [shop.line("SHELL OIL", **held).pk for _ in range(5)]

    classify_lines(book=shop.book, line_ids=ids)

    assert not Classification.objects.filter(pk__in=ids).exclude(state="open").exists()


def test_the_sample_is_not_swept_up_with_all_that_are_sure():
    shop = with_record(Shop())
    on(shop)
    drawn = [line.pk for line in classified(shop, 200) if line.state == "open"]

    accept_confident(book=shop.book, user=shop.user, now=NOW)

    assert set(Classification.objects.filter(pk__in=drawn).values_list("state", flat=True)) == {"open"}


def test_errors_that_people_find_raise_the_bar_for_every_payee():
    """The other payee's memory and confidence are as they were: what changed is the record alone."""
    shop = with_record(Shop(), outcomes=100)
    with_record(shop, outcomes=100, text="LUIGI PIZZA")
    on(shop)
    accepted = [line for line in classified(shop, 60) if line.state == "accepted"]
    before = classified(shop, 20, "LUIGI PIZZA")

    for line in accepted[:40]:
        reopen(book=shop.book, line_ids=[line.pk], user=shop.user, now=NOW)
        later = NOW + timedelta(days=1)
        decide(book=shop.book, line_id=line.pk, account=shop.food, user=shop.user, now=later)

    assert "accepted" in {line.state for line in before}
    assert {line.state for line in classified(shop, 20, "LUIGI PIZZA")} == {"open"}


def test_what_the_promise_accepted_comes_back_when_sending_it_back_is_undone():
    shop = with_record(Shop())
    on(shop)
    line = next(line for line in classified(shop, 10) if line.state == "accepted")

    reopen(book=shop.book, line_ids=[line.pk], user=shop.user, now=NOW)
    undo(book=shop.book, user=shop.user, now=NOW)

    line.refresh_from_db()
    assert (line.state, line.decided_by) == ("accepted", None)


def test_it_does_not_come_back_under_a_promise_that_is_off():
    shop = with_record(Shop())
    on(shop)
    line = next(line for line in classified(shop, 10) if line.state == "accepted")
    reopen(book=shop.book, line_ids=[line.pk], user=shop.user, now=NOW)
    switch_promise_off(book=shop.book, user=shop.user, now=NOW)

    undone = undo(book=shop.book, user=shop.user, now=NOW)

    assert undone.count == 0
    assert "no longer" in undone.refused[0][1]


def test_it_is_switched_once_and_says_who():
    shop = Shop()
    other = UserFactory()
    on(shop)
    with pytest.raises(PromiseError, match="already"):
        on(shop)

    off = switch_promise_off(book=shop.book, user=other, now=NOW)

    assert (off.switched_on_by, off.switched_off_by) == (shop.user, other)
    with pytest.raises(PromiseError, match="No line"):
        switch_promise_off(book=shop.book, user=other, now=NOW)


@pytest.mark.parametrize("share", ["0.5", "1"])
def test_only_a_share_can_be_promised(share):
    with pytest.raises(PromiseError, match=r"between 80 and 99\.9 %"):
        on(Shop(), Decimal(share))


def test_postgresql_keeps_a_promise_as_it_was_given():
    shop = Shop()
    promise = on(shop)

    for change in ({"share": Decimal("0.9")}, {"switched_on_by": UserFactory()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Promise.objects.filter(pk=promise.pk).update(**change)
    switch_promise_off(book=shop.book, user=shop.user, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Promise.objects.filter(pk=promise.pk).update(switched_off_by=None, switched_off_at=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Promise.objects.filter(pk=promise.pk).delete()


@pytest.mark.parametrize("which", ["nothing", "off", "of another book", "on, but not predicted"])
def test_postgresql_refuses_a_line_accepted_by_nobody(which):
    shop = Shop()
    (line,) = classified(shop, 1)
    promise = None
    if which != "nothing":
        owner = Shop() if which == "of another book" else shop
        promise = on(owner)
        if which == "off":
            switch_promise_off(book=shop.book, user=shop.user, now=NOW)

    with pytest.raises(IntegrityError), transaction.atomic():
        Classification.objects.filter(pk=line.pk).update(
            state="accepted", account=shop.fuel, promise=promise, source="model"
        )
