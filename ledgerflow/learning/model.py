"""The local model: linear, over the features of lines; deterministic, and stored as numbers and names alone."""

import copy
import importlib
import io
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ledgerflow.learning.base import Base
from ledgerflow.learning.features import crosses_of, parts_of, words_of
from ledgerflow.learning.values import Line

#: What was found best on the openly licensed books: the weight of crosses beside the parts of names, the strength of
#: the penalty, and after how many lines a decision weighs half.
CROSSES, C, HALF_LIFE = 0.5, 0.4, 1000
#: Decisions before the latest so many are left to memory.
WINDOW = 8000
#: What a category scores that the model has not met.
UNHEARD = -1.5
#: Weights smaller than this change no answer and are not stored.
_SMALL = 0.004

Numbers = NDArray[np.float32]
Places = NDArray[np.int32]


class Model:
    """A model of one set of books: nothing before the first fit.

    ``base`` gives features, which a fit learns the meaning of; ``opinions`` speaks for categories known to it by name,
    and is the base itself unless others are given.
    """

    def __init__(self, base: Base, opinions: Base | None = None) -> None:
        self.base = base
        self.opinions = opinions or base
        self.labels: tuple[int, ...] = ()
        self._base_places: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._places: dict[str, int] = {}
        self._at: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._openings: dict[str, tuple[Numbers, Numbers]] = {}
        self._weights: Numbers = np.zeros((0, 0), dtype=np.float32)
        self._constants: Numbers = np.zeros(0, dtype=np.float32)
        self._rarity: Numbers = np.zeros(0, dtype=np.float32)

    def fit(self, lines: Sequence[Line], keys: Sequence[str], labels: Sequence[int]) -> bool:
        """Learn from decisions, the oldest first; false while all were the same category."""
        lines, keys, labels = lines[-WINDOW:], keys[-WINDOW:], labels[-WINDOW:]
        if len(set(labels)) < 2:
            return False
        rows = self._grown(lines, keys)
        latest = np.arange(len(rows) - 1, -1, -1)
        # Imported here, because scikit-learn takes seconds and only whoever fits needs it.
        machine = importlib.import_module("ledgerflow.learning.fitting")
        values, places, ends = self._matrix(rows)
        found = machine.fitted(
            values=values,
            places=places,
            ends=ends,
            width=len(self._places),
            labels=labels,
            weights=0.5 ** (latest / HALF_LIFE),
            strength=C,
        )
        classes, weights, constants = found
        self.labels = tuple(int(label) for label in classes)
        self._weights = np.ascontiguousarray(weights.T, dtype=np.float32)
        self._constants = constants.astype(np.float32)
        self._at = np.array(self.labels)
        self._openings.clear()
        return True

    def rank(self, line: Line, key: str, *, categories: Sequence[str], base_weight: float) -> list[float]:
        """Return how much speaks for each of the categories; a model that was never fitted leaves it to the base."""
        opening = self._openings.get(key)
        if opening is None or len(opening[0]) < len(categories):
            opening = self._openings[key] = self._opening(key, categories)
        ranks = opening[0] + np.float32(base_weight) * opening[1]
        if self.labels:
            ranks[self._at] += self._crosses(line, key)
        found: list[float] = ranks.tolist()
        return found

    def _crosses(self, line: Line, key: str) -> Numbers:
        """Return what account and amount add to each label's score."""
        crosses = [place for name in crosses_of(line, key) if (place := self._places.get(name)) is not None]
        result: Numbers = np.float32(CROSSES) * self._weights[crosses].sum(axis=0)
        return result

    def _opening(self, key: str, categories: Sequence[str]) -> tuple[Numbers, Numbers]:
        """Return what the payee alone says of every category, and what the base says."""
        if len(self._base_places) < len(categories):  # a book's categories only ever become more
            self._base_places = self.opinions.places(categories)
        ranks = np.full(len(categories), UNHEARD, dtype=np.float32)
        if self.labels:
            ranks[self._at] = self._payee(key)
        return ranks, self.opinions.opinion(key, self._base_places)

    def _payee(self, key: str) -> Numbers:
        """Return what the payee alone adds to each label's score."""
        found = [
            (place, count)
            for part, count in parts_of(key).items()
            if (place := self._places.get(f"#{part}")) is not None
        ]
        places = np.array([place for place, _ in found], dtype=np.int32)
        scores = self._constants.copy()
        if found:
            values = _text(places, [count for _, count in found], self._rarity)
            scores += values @ self._weights[places]
        words = [place for name in self._words(key) if (place := self._places.get(name)) is not None]
        scores += np.float32(CROSSES) * self._weights[words].sum(axis=0)
        return scores

    def _words(self, key: str) -> tuple[str, ...]:
        """Return the payee's features; two of them are what the base model takes it for."""
        return (*words_of(key), *(f"b={name}" for name in self.base.names(key)))

    def _grown(self, lines: Sequence[Line], keys: Sequence[str]) -> list[tuple[Places, list[int], list[int]]]:
        """Give every feature of the lines a place, and return each line's parts, their counts, and the rest."""
        places: dict[str, int] = {}
        texts: dict[str, tuple[Places, list[int], list[int]]] = {}
        rows = []
        for line, key in zip(lines, keys, strict=True):
            text = texts.get(key)
            if text is None:
                parts = parts_of(key)
                text = texts[key] = (
                    np.array([places.setdefault(f"#{part}", len(places)) for part in parts], dtype=np.int32),
                    list(parts.values()),
                    [places.setdefault(name, len(places)) for name in self._words(key)],
                )
            crosses = [places.setdefault(name, len(places)) for name in crosses_of(line, key)]
            rows.append((text[0], text[1], text[2] + crosses))
        self._places = places
        seen = np.zeros(len(places))
        for parts_at, _, _ in rows:
            seen[parts_at] += 1
        self._rarity = (np.log((1 + len(rows)) / (1 + seen)) + 1).astype(np.float32)
        return rows

    def _matrix(
        self, rows: Sequence[tuple[Places, list[int], list[int]]]
    ) -> tuple[NDArray[np.float64], Places, list[int]]:
        """Return the rows one behind the other: values, their places, and where each row ends."""
        places, values, ends = [], [], [0]
        texts: dict[int, Numbers] = {}
        for parts_at, counts, rest in rows:
            text = texts.get(id(parts_at))
            if text is None:
                text = texts[id(parts_at)] = _text(parts_at, counts, self._rarity)
            places += [parts_at, np.array(rest, dtype=np.int32)]
            values += [text, np.full(len(rest), CROSSES, dtype=np.float32)]
            ends.append(ends[-1] + len(parts_at) + len(rest))
        return np.concatenate(values).astype(np.float64), np.concatenate(places), ends

    def dump(self) -> bytes:
        """Return the model as an archive of arrays and one list of names: no code, so that reading it runs none."""
        weights = self._weights.astype(np.float16)
        weights[np.abs(weights) < _SMALL] = 0
        # Sorted so that every column has its own block, which compresses well.
        names = json.dumps(list(self._places), ensure_ascii=False).encode()
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer,
            labels=np.array(self.labels, dtype=np.int32),
            weights=weights,
            constants=self._constants,
            rarity=self._rarity.astype(np.float16),
            names=np.frombuffer(names, dtype=np.uint8),
        )
        return buffer.getvalue()

    def apart(self, opinions: Base | None = None) -> "Model":
        """Return a model of the same weights that keeps its answers for itself: another engine, other categories."""
        other = copy.copy(self)
        other.opinions = opinions or self.base
        other._base_places = np.zeros(0, dtype=np.int64)  # noqa: SLF001 - of this class
        other._openings = {}  # noqa: SLF001 - of this class
        return other

    @classmethod
    def load(cls, stored: bytes, base: Base) -> "Model":
        """Return the model that :meth:`dump` stored."""
        model = cls(base)
        with np.load(io.BytesIO(stored), allow_pickle=False) as arrays:
            model.labels = tuple(int(label) for label in arrays["labels"])
            model._at = np.array(model.labels, dtype=np.int64)
            model._weights = arrays["weights"].astype(np.float32)
            model._constants = arrays["constants"]
            model._rarity = arrays["rarity"].astype(np.float32)
            names: list[Any] = json.loads(arrays["names"].tobytes())
        model._places = {str(name): place for place, name in enumerate(names)}
        return model


def _text(places: Places, counts: Sequence[int], rarity: Numbers) -> Numbers:
    """Return the weights of the parts of a name: rare ones count more, and the whole has length 1."""
    values = (1 + np.log(np.array(counts, dtype=np.float32))) * rarity[places]
    length = float(np.sqrt((values * values).sum())) or 1.0
    return np.asarray(values / length, dtype=np.float32)
