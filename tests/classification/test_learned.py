"""What no rule settles is answered by the engine that learns, out of what the book keeps."""

import io
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from ledgerflow.classification.models import BookWeights, Classification, Prediction
from ledgerflow.classification.services import (
    RuleConditions,
    accept,
    accept_confident,
    classify_lines,
    create_rule,
    decide,
    exclude,
    prune_predictions,
    refit,
    reopen,
    undo,
)
from tests.classification.rows import NOW, Shop

pytestmark = pytest.mark.django_db

FUEL = ("SHELL OIL", "BP CONNECT PETROL", "ESSO PETROL", "TEXACO FUEL")
FOOD = ("LUIGI PIZZA", "MARIO PIZZA", "GOLDEN CURRY HOUSE", "SUSHI HOUSE")


def classified(shop, *lines):
    classify_lines(book=shop.book, line_ids=[line.pk for line in lines])
    return [Classification.objects.get(pk=line.pk) for line in lines]


def decided(shop, text, account, *, amount="-40.00", at=NOW):
    (made,) = classified(shop, shop.line(text, amount))
    decide(book=shop.book, line_id=made.pk, account=account, user=shop.user, now=at)
    return made.pk


def with_weights(shop):
    """Decide a few lines of each kind, and fit."""
    for number, (fuel, food) in enumerate([*zip(FUEL, FOOD, strict=True)] * 3):
        decided(shop, fuel, shop.fuel, amount=f"-{40 + number}.10", at=NOW + timedelta(minutes=2 * number))
        decided(
            shop, food, shop.food, amount=f"-{12 + number}.50", at=NOW + timedelta(minutes=2 * number + 1)
        )
    assert refit(book=shop.book, now=NOW)
    return shop


def test_a_payee_that_nobody_has_met_is_answered_by_the_weights():
    shop = with_weights(Shop())

    (made,) = classified(shop, shop.line("QUICK PETROL", "-44.00"))

    assert (made.source, made.account, made.state) == ("model", shop.fuel, "open")
    said = Prediction.objects.get(line=made.pk)
    assert said.version == BookWeights.objects.get().sha256[:16]
    assert said.alternatives[:2] == [shop.fuel.pk, shop.food.pk]
    assert (said.account, len(said.features), said.decided_at) == (shop.fuel, 16, None)


def test_identical_books_get_identical_weights_and_answers():
    answers = []
    for _ in range(2):
        shop = with_weights(Shop())
        (made,) = classified(shop, shop.line("QUICK PETROL", "-44.00"))
        stored = BookWeights.objects.get(book=shop.book)
        with np.load(io.BytesIO(stored.archive), allow_pickle=False) as arrays:
            weights = arrays["weights"].tobytes()
        answers.append((made.confidence, made.reason, weights))

    assert answers[0] == answers[1]


def test_a_fit_waits_for_ten_new_decisions():
    shop = with_weights(Shop())
    before = BookWeights.objects.get().sha256

    for number in range(9):
        decided(shop, f"NEW PIZZA {'x' * number}", shop.food, at=NOW + timedelta(days=1, minutes=number))
    assert not refit(book=shop.book, now=NOW)
    decided(shop, "NEW PIZZA PLACE", shop.food, at=NOW + timedelta(days=2))

    assert refit(book=shop.book, now=NOW)
    assert BookWeights.objects.get().sha256 != before


def test_postgresql_refuses_weights_that_are_not_what_was_stored():
    with_weights(Shop())

    with pytest.raises(IntegrityError), transaction.atomic():
        BookWeights.objects.update(archive=b"something else")


def test_a_correction_answers_the_next_line_at_once():
    shop = with_weights(Shop())
    (before,) = classified(shop, shop.line("SHELL OIL", "-41.00"))
    assert before.account == shop.fuel

    decide(book=shop.book, line_id=before.pk, account=shop.food, user=shop.user, now=NOW + timedelta(days=1))

    (after,) = classified(shop, shop.line("SHELL OIL", "-41.00"))
    assert (after.account, after.source) == (shop.food, "memory")
    assert "corrected" in after.reason


def test_lines_that_rules_settle_never_reach_the_engine():
    shop = with_weights(Shop())
    conditions = RuleConditions(text="shell")
    create_rule(book=shop.book, conditions=conditions, account=shop.fuel, user=shop.user, now=NOW)
    lines = [shop.line().pk for _ in range(30)]

    with CaptureQueriesContext(connection) as queries:
        classify_lines(book=shop.book, line_ids=lines)

    said = " ".join(query["sql"] for query in queries)
    assert "bookweights" not in said
    assert "classification_prediction" not in said
    assert not Prediction.objects.filter(line__in=lines).exists()


def test_the_number_of_queries_does_not_grow_with_lines_that_the_engine_answers():
    shop = with_weights(Shop())
    counts = []
    for size in (2, 60):
        ids = [shop.line(f"Petrol {'x' * n} of {size}", f"-{n + 1}").pk for n in range(size)]
        with CaptureQueriesContext(connection) as queries:
            classify_lines(book=shop.book, line_ids=ids)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 24
    assert Prediction.objects.filter(line__in=ids).count() == 60


def outcome(line_id):
    return Prediction.objects.values_list("is_right", "decided_account").get(line=line_id, replaced_at=None)


def test_what_a_person_makes_of_a_prediction_is_logged():
    shop = Shop()
    decided(shop, "SHELL OIL", shop.fuel)
    right, wrong, left_out, bulk = classified(shop, *(shop.line("SHELL OIL") for _ in range(4)))

    accept(book=shop.book, line_ids=[right.pk], user=shop.user, now=NOW)
    exclude(book=shop.book, line_ids=[left_out.pk], reason="private", user=shop.user, now=NOW)
    Classification.objects.filter(pk=bulk.pk).update(confidence=1)
    Classification.objects.filter(pk=wrong.pk).update(confidence=0)
    accept_confident(book=shop.book, user=shop.user, now=NOW)
    decide(book=shop.book, line_id=wrong.pk, account=shop.food, user=shop.user, now=NOW)

    assert outcome(right.pk) == (True, shop.fuel.pk)
    assert outcome(wrong.pk) == (False, shop.food.pk)
    assert outcome(left_out.pk) == (False, None)
    assert outcome(bulk.pk) == (None, None)  # nobody looked at it


def test_undoing_and_sending_back_take_the_outcome_away():
    shop = Shop()
    decided(shop, "SHELL OIL", shop.fuel)
    one, other = classified(shop, shop.line("SHELL OIL"), shop.line("SHELL OIL"))
    accept(book=shop.book, line_ids=[one.pk], user=shop.user, now=NOW)
    reopen(book=shop.book, line_ids=[one.pk], user=shop.user, now=NOW)
    accept(book=shop.book, line_ids=[other.pk], user=shop.user, now=NOW)

    undo(book=shop.book, user=shop.user, now=NOW)

    assert [outcome(one.pk), outcome(other.pk)] == [(None, None)] * 2


def test_what_was_suggested_because_of_a_decision_is_taken_back_with_it():
    shop = Shop()
    waiting, changed = classified(shop, shop.line("SHELL OIL"), shop.line("SHELL OIL"))
    decide(book=shop.book, line_id=changed.pk, account=shop.fuel, user=shop.user, now=NOW)
    said = Classification.objects.get(pk=waiting.pk).account

    undo(book=shop.book, user=shop.user, now=NOW)

    assert said == shop.fuel
    assert Classification.objects.get(pk=waiting.pk).account is None


def test_weights_that_learned_from_an_undone_decision_are_fitted_anew():
    shop = with_weights(Shop())
    before = BookWeights.objects.get()
    assert not refit(book=shop.book, now=NOW + timedelta(days=1))

    undo(book=shop.book, user=shop.user, now=NOW + timedelta(days=2))

    assert refit(book=shop.book, now=NOW + timedelta(days=3))
    after = BookWeights.objects.get()
    assert (after.decisions, after.sha256 == before.sha256) == (before.decisions - 1, False)
    assert not refit(book=shop.book, now=NOW + timedelta(days=4))


def test_weights_go_when_too_few_of_their_decisions_are_left():
    shop = Shop()
    for number, payee in enumerate([*FUEL, *FOOD, *FUEL[:2]]):
        account = shop.food if payee in FOOD else shop.fuel
        decided(shop, payee, account, at=NOW + timedelta(minutes=number))
    assert refit(book=shop.book, now=NOW + timedelta(days=1))

    undo(book=shop.book, user=shop.user, now=NOW + timedelta(days=2))

    assert refit(book=shop.book, now=NOW + timedelta(days=3))
    assert not BookWeights.objects.exists()


def test_another_suggestion_takes_the_place_of_a_prediction():
    shop = Shop()
    decided(shop, "SHELL OIL", shop.fuel)
    (line,) = classified(shop, shop.line("SHELL OIL"))
    conditions = RuleConditions(text="shell")
    create_rule(book=shop.book, conditions=conditions, account=shop.food, user=shop.user, now=NOW)

    classify_lines(book=shop.book, line_ids=[line.pk])
    accept(book=shop.book, line_ids=[line.pk], user=shop.user, now=NOW)

    (said,) = Prediction.objects.filter(line=line.pk)
    assert said.replaced_at is not None
    assert said.decided_at is None  # it was the rule that was accepted


@pytest.mark.parametrize(("moved", "is_shown_anew"), [("0.004", False), ("0.010", True), ("-0.300", True)])
def test_a_confidence_that_moved_is_shown_anew(moved, is_shown_anew):
    shop = Shop()
    decided(shop, "SHELL OIL", shop.fuel)
    (before,) = classified(shop, shop.line("SHELL OIL"))
    stale = before.confidence + Decimal(moved)
    Classification.objects.filter(pk=before.pk).update(confidence=stale)

    classify_lines(book=shop.book, line_ids=[before.pk])

    shown = Classification.objects.get(pk=before.pk).confidence
    assert shown == (before.confidence if is_shown_anew else stale)


def test_a_prediction_goes_with_its_line():
    shop = Shop()
    decided(shop, "SHELL OIL", shop.fuel)
    line = shop.line("SHELL OIL")
    classified(shop, line)

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM statements_statementline WHERE id = %s", [line.pk])

    assert not Prediction.objects.filter(line=line.pk).exists()


def test_old_predictions_are_thrown_away_and_those_of_the_record_stay():
    shop = Shop()
    decided(shop, "SHELL OIL", shop.fuel)
    kept, replaced = classified(shop, shop.line("SHELL OIL"), shop.line("SHELL OIL"))
    accept(book=shop.book, line_ids=[kept.pk], user=shop.user, now=NOW)
    Prediction.objects.filter(line=replaced.pk).update(replaced_at=NOW)

    assert prune_predictions(now=NOW + timedelta(days=29)) == 0
    assert prune_predictions(now=NOW + timedelta(days=500)) == 1
    assert Prediction.objects.filter(line=kept.pk).exists()


def test_a_prediction_of_a_line_of_another_book_is_refused():
    shop, other = Shop(), Shop()
    decided(shop, "SHELL OIL", shop.fuel)
    (made,) = classified(shop, shop.line("SHELL OIL"))
    said = Prediction.objects.get(line=made.pk)

    said.pk, said.line_id = None, other.line().pk
    with pytest.raises(IntegrityError), transaction.atomic():
        said.save()
