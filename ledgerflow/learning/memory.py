"""The memory of decisions: what a payee's lines were, in general, in this account and at this amount."""

from collections import deque
from dataclasses import dataclass
from decimal import Decimal

from ledgerflow.learning.values import Line

#: A memory looks back at so many decisions, and each weighs so much less than the one after it.
DEPTH, FADING = 20, 0.8

Place = tuple[str, str | None, Decimal | None]


@dataclass(frozen=True, slots=True)
class Recollection:
    """What was decided at one level, oldest first, and the share that each category has of it."""

    labels: tuple[int, ...]
    shares: dict[int, float]

    def share(self, label: int) -> float:
        """Return the share of a category."""
        return self.shares.get(label, 0.0)


_NOTHING = Recollection((), {})


class Memory:
    """The decisions of one set of books. Categories are numbers here; whoever asks knows their names."""

    def __init__(self) -> None:
        self._places: dict[Place, deque[int]] = {}
        self._recalled: dict[Place, Recollection] = {}
        self._corrected: dict[Place, int] = {}

    def learn(self, line: Line, key: str, label: int, *, is_correction: bool) -> None:
        """Remember one decision; after a correction the same line is answered with it from now on."""
        for place in _places(line, key):
            held = self._places.get(place)
            if held is None:
                held = self._places[place] = deque(maxlen=DEPTH)
            held.append(label)
            self._recalled.pop(place, None)
            if is_correction:
                self._corrected[place] = label
            elif self._corrected.get(place) != label:
                self._corrected.pop(place, None)

    def recall(self, line: Line, key: str) -> tuple[Recollection, ...]:
        """Return what is remembered of the payee, of it in this account, at this amount, and at both."""
        return tuple(self._recall(place) for place in _places(line, key))

    def correction(self, line: Line, key: str) -> int | None:
        """Return what a person made of the last such line when the answer to it had been wrong.

        The same amount in the same account decides; then the payee in this account.
        """
        _, in_account, _, alike = _places(line, key)
        if alike in self._places:
            return self._corrected.get(alike)
        return self._corrected.get(in_account)

    def forget_corrections(self) -> None:
        """Let the model decide again, which has learned from the corrections; lines quite alike stay corrected."""
        self._corrected = {
            place: label
            for place, label in self._corrected.items()
            if place[1] is not None and place[2] is not None
        }

    def _recall(self, place: Place) -> Recollection:
        found = self._recalled.get(place)
        if found is None:
            held = self._places.get(place)
            if held is None:
                return _NOTHING
            shares: dict[int, float] = {}
            weight, total = 1.0, 0.0
            for label in reversed(held):
                shares[label] = shares.get(label, 0.0) + weight
                total += weight
                weight *= FADING
            found = Recollection(tuple(held), {each: share / (total + 0.5) for each, share in shares.items()})
            self._recalled[place] = found
        return found


def _places(line: Line, key: str) -> tuple[Place, Place, Place, Place]:
    size = line.amount
    return (key, None, None), (key, line.account, None), (key, None, size), (key, line.account, size)
