"""What a name is usually for: a small model of the openly licensed books of others, the same for everyone.

It knows payees by the parts of their names and answers with the names of those books' categories. A book that has a
category of the same name starts with its answer; every other book learns what the answer means there.
``data/base.npz`` is made by ``python -m benchmarks.classification base``.
"""

import io
import json
import math
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ledgerflow.learning.features import parts_of, words_of
from ledgerflow.payees.folding import fold

DATA = Path(__file__).parent / "data" / "base.npz"
#: Features share this many places.
PLACES = 1 << 14
#: So many payees are answered from memory.
KEPT = 20_000
#: How far the base may speak for or against a category; a category that it does not know has ``UNKNOWN``.
FARTHEST, UNKNOWN = 1.5, -1.0


class Base:
    """The shared model."""

    def __init__(
        self, categories: Sequence[str], weights: NDArray[np.float32], constants: NDArray[np.float32]
    ) -> None:
        self.categories = tuple(categories)
        self._weights = weights
        self._constants = constants
        self._scores: dict[str, NDArray[np.float32]] = {}

    @classmethod
    def shipped(cls, path: Path = DATA) -> "Base":
        """Read the model that ships."""
        return cls.read(path.read_bytes())

    @classmethod
    def read(cls, stored: bytes) -> "Base":
        """Read what :meth:`stored` returned."""
        with np.load(io.BytesIO(stored), allow_pickle=False) as arrays:
            weights = arrays["weights"].astype(np.float32) * arrays["steps"]
            categories = json.loads(arrays["categories"].tobytes())
            return cls(categories, weights, arrays["constants"])

    def stored(self) -> bytes:
        """Return the base as it is stored: a byte for each weight, and the size of a step for each category."""
        steps = np.abs(self._weights).max(axis=0) / 127
        steps[steps == 0] = 1
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer,
            weights=np.round(self._weights / steps).astype(np.int8),
            steps=steps.astype(np.float32),
            constants=self._constants.astype(np.float32),
            categories=np.frombuffer(json.dumps(self.categories).encode(), dtype=np.uint8),
        )
        return buffer.getvalue()

    def scores(self, key: str) -> NDArray[np.float32]:
        """Return how much speaks for each category of the base."""
        found = self._scores.get(key)
        if found is None:
            if len(self._scores) >= KEPT:
                self._scores.clear()
            places, values = hashed(key)
            found = values @ self._weights[places] + self._constants
            self._scores[key] = found
        return found

    def names(self, key: str) -> tuple[str, str]:
        """Return the two likeliest categories of a payee."""
        first, second = np.argsort(-self.scores(key), kind="stable")[:2]
        return self.categories[int(first)], self.categories[int(second)]

    def places(self, categories: Sequence[str]) -> NDArray[np.int64]:
        """Return where the base knows a category of the same name; -1 where it does not."""
        known = {name: place for place, name in enumerate(self.categories)}
        return np.array([known.get(same_name(category), -1) for category in categories], dtype=np.int64)

    def opinion(self, key: str, places: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return how much speaks for each of the categories that stand at these places."""
        scores = np.clip(self.scores(key), -FARTHEST, FARTHEST)
        return np.where(places >= 0, scores[places], np.float32(UNKNOWN))


def same_name(category: str) -> str:
    """Return the name under which equal categories of several books meet."""
    return " ".join(fold(category).split())


def hashed(key: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return the places and values of a payee's features; the values have length 1."""
    values: dict[int, float] = {}
    for part, count in parts_of(key).items():
        place = zlib.crc32(part.encode()) % PLACES
        values[place] = values.get(place, 0.0) + 1 + math.log(count)
    for word in words_of(key):
        place = zlib.crc32(word.encode()) % PLACES
        values[place] = values.get(place, 0.0) + 2.0
    found = np.array(list(values.values()), dtype=np.float32)
    length = float(np.sqrt((found * found).sum())) or 1.0
    return np.array(list(values), dtype=np.int32), found / np.float32(length)
