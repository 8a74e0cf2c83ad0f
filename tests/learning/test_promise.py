"""The bar keeps its promise by the record, exactly and never early."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerflow.learning.promise import (
    FEWEST,
    WATCHED,
    Outcome,
    Record,
    bar,
    most_wrong,
    tolerated,
    upper_bound,
)

OUTCOMES = st.lists(
    st.builds(Outcome, confidence=st.sampled_from([0.5, 0.6, 0.7, 0.8, 0.9, 0.95]), is_right=st.booleans()),
    max_size=300,
)


@pytest.mark.parametrize(
    ("wrong", "of", "bound"),  # from tables of the beta distribution
    [
        (0, 1, 0.9),
        (0, 45, 0.049881),
        (3, 100, 0.065586),
        (10, 400, 0.038256),
        (40, 1000, 0.049157),
        (5, 5, 1.0),
    ],
)
def test_the_bound_is_that_of_clopper_and_pearson(wrong: int, of: int, bound: float):
    assert upper_bound(wrong=wrong, of=of) == pytest.approx(bound, abs=1e-6)


@pytest.mark.parametrize("of", [1, 44, 45, 60, 77, 78, 200, 1000])
def test_one_more_wrong_answer_than_allowed_breaks_the_promise(of: int):
    allowed = most_wrong(of=of)

    assert allowed == -1 or upper_bound(wrong=allowed, of=of) <= 0.05
    assert upper_bound(wrong=allowed + 1, of=of) > 0.05


def test_nothing_is_accepted_before_sixty_outcomes_however_right():
    perfect = [Outcome(0.99, is_right=True)] * FEWEST

    assert bar(perfect[1:]) is None
    assert bar(perfect) == 0.99


def test_a_record_that_is_too_often_wrong_accepts_nothing():
    assert bar([Outcome(0.99, is_right=number % 10 > 0) for number in range(500)]) is None


@given(OUTCOMES, OUTCOMES)
def test_what_is_above_the_bar_has_kept_the_promise(first: list[Outcome], second: list[Outcome]):
    record = first + second
    lowest = bar(record)

    if lowest is not None:
        above = [outcome for outcome in record if outcome.confidence >= lowest]
        wrong = sum(not outcome.is_right for outcome in above)
        assert upper_bound(wrong=wrong, of=len(above)) <= 0.05 + 1e-9


@given(OUTCOMES)
def test_more_asked_is_never_less_sure(record: list[Outcome]):
    bars = [bar(record, promise=promise) for promise in (0.8, 0.9, 0.95, 0.99)]

    known = [each if each is not None else 2.0 for each in bars]
    assert known == sorted(known)


def test_the_watchdog_raises_the_bar_when_the_record_falls():
    chance = random.Random(7)
    record = Record()
    for _ in range(700):
        confidence = chance.choice([0.8, 0.9, 0.97])
        record.add(Outcome(confidence, chance.random() < {0.8: 0.9, 0.9: 0.975, 0.97: 1.0}[confidence]))
    record.refresh()
    assert record.accepts(0.9)

    for number in range(WATCHED):
        record.add(Outcome(0.9, is_right=number % 7 > 0, was_accepted=True))
    record.refresh()

    assert record.is_watched
    assert not record.accepts(0.9)
    assert record.accepts(0.97)


@pytest.mark.parametrize(
    ("promise", "allowed"),  # from tables of the binomial distribution of 40
    [(0.80, 12), (0.90, 7), (0.95, 4), (0.98, 2), (0.99, 2), (0.999, 0)],
)
def test_the_watchdog_asks_of_the_record_what_was_promised(promise: float, allowed: int):
    watched = []
    for wrong in (allowed, allowed + 1):
        record = Record(promise=promise)
        for number in range(WATCHED):
            record.add(Outcome(0.99, is_right=number >= wrong, was_accepted=True))
        watched.append(record.is_watched)

    assert tolerated(promise=promise) == allowed
    assert watched == [False, True]
