"""A promise kept from the record: which confidence may be taken without a person. Exact arithmetic, no approximation.

The promise is a share of right answers, such as 95 %. The bar is the lowest confidence at which the engine's own past
predictions keep it by the one-sided bound of Clopper and Pearson: were more than 5 % of such answers wrong in truth, a
record as good as this one would be seen in less than one case of ten.
"""

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

PROMISE = 0.95
#: How often a record may flatter: one case of ten.
DELTA = 0.1
#: The record looks back at so many predictions; what was before them is forgotten.
WINDOW = 1000
#: Nothing is accepted while fewer outcomes are known.
FEWEST = 60
#: The watchdog looks at so many of the latest accepted lines, and barks when so many were wrong that a promise that is
#: kept shows as many in less than one case of twenty.
WATCHED, FALSE_ALARMS = 40, 0.05


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a prediction: how sure it was, whether a person agreed, and whether it had been accepted."""

    confidence: float
    is_right: bool
    was_accepted: bool = False


def upper_bound(*, wrong: int, of: int, delta: float = DELTA) -> float:
    """Return the highest share of wrong answers still likely after ``wrong`` of ``of``: Clopper and Pearson's."""
    if wrong >= of:
        return 1.0
    low, high = wrong / of, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _at_most(wrong, of, middle) > delta:
            low = middle
        else:
            high = middle
    return high


@lru_cache(maxsize=64_000)
def most_wrong(*, of: int, promise: float = PROMISE, delta: float = DELTA) -> int:
    """Return how many of so many answers may be wrong while the promise is kept; -1 if even none is too few answers."""
    share = 1 - promise
    wrong, chance = -1, math.exp(of * math.log1p(-share)) if of else 1.0
    below = chance
    while below <= delta and wrong + 1 < of:
        wrong += 1
        chance *= (of - wrong) / (wrong + 1) * share / (1 - share)
        below += chance
    return wrong


def bar(outcomes: Iterable[Outcome], *, promise: float = PROMISE) -> float | None:
    """Return the lowest confidence whose own record keeps the promise; none while no confidence does."""
    record = list(outcomes)[-WINDOW:]
    if len(record) < FEWEST:
        return None
    record.sort(key=lambda outcome: -outcome.confidence)
    lowest, wrong = None, 0
    for place, outcome in enumerate(record, start=1):
        wrong += not outcome.is_right
        is_last_of_its_confidence = place == len(record) or record[place].confidence < outcome.confidence
        if is_last_of_its_confidence and wrong <= most_wrong(of=place, promise=promise):
            lowest = outcome.confidence
    return lowest


@lru_cache
def tolerated(*, of: int = WATCHED, promise: float = PROMISE) -> int:
    """Return how many of so many accepted lines may be wrong before the watchdog barks."""
    allowed = 0
    while allowed < of and 1 - _at_most(allowed, of, 1 - promise) >= FALSE_ALARMS:
        allowed += 1
    return allowed


def stricter(promise: float) -> float:
    """Return the promise asked of the record after the watchdog barked: half as many errors."""
    return 1 - (1 - promise) / 2


class Record:
    """The log of outcomes of one set of books, and the bar that it sets."""

    def __init__(self, *, promise: float = PROMISE) -> None:
        self.promise = promise
        self.outcomes: deque[Outcome] = deque(maxlen=WINDOW)
        self._accepted: deque[bool] = deque(maxlen=WATCHED)
        self._bar: float | None = None
        self._is_stale = False

    def add(self, outcome: Outcome) -> None:
        """Take in what a person decided about a prediction."""
        self.outcomes.append(outcome)
        if outcome.was_accepted:
            self._accepted.append(outcome.is_right)
        self._is_stale = True

    @property
    def is_watched(self) -> bool:
        """Whether the latest accepted lines were wrong too often for the promise, so that more is asked."""
        seen = len(self._accepted)
        return seen == WATCHED and self.wrong > tolerated(of=seen, promise=self.promise)

    @property
    def wrong(self) -> int:
        """How many of the latest accepted lines were wrong."""
        return self._accepted.count(False)

    def refresh(self) -> None:
        """Set the bar anew."""
        if self._is_stale:
            promise = stricter(self.promise) if self.is_watched else self.promise
            self._bar = bar(self.outcomes, promise=promise)
            self._is_stale = False

    def accepts(self, confidence: float) -> bool:
        """Whether a line of this confidence may be taken without a person."""
        return self._bar is not None and confidence >= self._bar

    @property
    def bar(self) -> float | None:
        """The confidence that a line needs to be taken without a person; none while nothing may be."""
        return self._bar


def _at_most(wrong: int, of: int, share: float) -> float:
    """Return the chance of at most so many wrong answers when this share is wrong in truth."""
    log_share, log_rest = math.log(share), math.log1p(-share)
    ways = math.lgamma(of + 1)
    return math.fsum(
        math.exp(
            ways
            - math.lgamma(each + 1)
            - math.lgamma(of - each + 1)
            + each * log_share
            + (of - each) * log_rest
        )
        for each in range(wrong + 1)
    )
