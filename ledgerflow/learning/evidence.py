"""How likely an answer is right: its lead on the second best, as the record of openly licensed books weighed it.

More evidence (shares of memory, records of payee and category) made the confidence truer and the bar worse, because
what changes with the record does not rank well beside older answers. The weight stands in ``data/confidence.json`` and
is made by ``python -m benchmarks.classification weights``. What it says is then bent a little towards the record of the
books at hand: two numbers, fitted to the latest outcomes and held near "no change" while these are few.
"""

import json
import math
import operator
from collections import deque
from collections.abc import Sequence
from pathlib import Path

WEIGHTS = Path(__file__).parent / "data" / "confidence.json"
#: The latest outcomes to which the confidence is fitted, and how strongly it is held to what all books taught.
BENT_TO, FEWEST, HOLD = 1000, 30, 400.0
_LEAST = 0.005

NAMES = ("margin",)


class Weights:
    """The shared weights: one for each name, and the constant."""

    def __init__(self, constant: float, weights: Sequence[float]) -> None:
        self.constant = constant
        self.weights = tuple(weights)

    @classmethod
    def stored(cls, path: Path = WEIGHTS) -> "Weights":
        """Read the weights that ship."""
        stored = json.loads(path.read_text(encoding="utf-8"))
        return cls(stored["constant"], [stored["weights"][name] for name in NAMES])

    def confidence(self, evidence: Sequence[float]) -> float:
        """Return how likely an answer with this evidence is right."""
        return logistic(self.constant + math.fsum(map(operator.mul, self.weights, evidence)))


class Bend:
    """The record's own correction of confidences: a slope and a shift of the odds."""

    def __init__(self) -> None:
        self.slope, self.shift = 1.0, 0.0
        self._seen: deque[tuple[float, bool]] = deque(maxlen=BENT_TO)

    def add(self, confidence: float, *, is_right: bool) -> None:
        """Take in the outcome of an answer, with its confidence before it was bent."""
        self._seen.append((odds(confidence), is_right))

    def refresh(self) -> None:
        """Fit slope and shift anew, by a few steps of Newton's method: the same record gives the same two numbers."""
        if len(self._seen) < FEWEST:
            return
        slope, shift = 1.0, 0.0
        for _ in range(5):
            along, level = HOLD * (slope - 1.0), HOLD * 0.2 * shift
            first, both, second = HOLD, 0.0, HOLD * 0.2
            for at, is_right in self._seen:
                chance = logistic(slope * at + shift)
                off, spread = chance - is_right, chance * (1.0 - chance)
                along += off * at
                level += off
                first += spread * at * at
                both += spread * at
                second += spread
            determinant = first * second - both * both
            slope -= (second * along - both * level) / determinant
            shift -= (first * level - both * along) / determinant
        self.slope, self.shift = max(slope, 0.2), shift

    def bent(self, confidence: float) -> float:
        """Return the confidence as the record corrects it."""
        return logistic(self.slope * odds(confidence) + self.shift)


def logistic(at: float) -> float:
    """Return the chance at these odds (as a logarithm)."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, at))))


def odds(chance: float) -> float:
    """Return the logarithm of the odds; chances near 0 and 1 are held away from them."""
    held = min(max(chance, _LEAST), 1.0 - _LEAST)
    return math.log(held / (1.0 - held))
