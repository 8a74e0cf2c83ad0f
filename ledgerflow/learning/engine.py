"""The engine: memory, the local model where it is installed, and how sure their answer is. Values in, values out.

An engine holds one set of books. The stream of ``ledgerflow classify`` keeps it in memory; whoever stores decisions
feeds them in order. The same decisions in the same order give the same answers.
"""

import importlib
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ledgerflow.learning import reasons
from ledgerflow.learning.evidence import Bend, Weights
from ledgerflow.learning.memory import Memory, Recollection
from ledgerflow.learning.promise import PROMISE, Outcome, Record
from ledgerflow.learning.values import Line, Prediction
from ledgerflow.payees.cleaning import clean_payee, payee_key

#: How much the base model and each level of memory add to what the model says.
BASE_SEEN, BASE_NEW, REMEMBERED = 0.3, 0.6, 0.2
#: Below this an answer would be one guess among many, and none is given.
LEAST = 0.05
#: A fit is due after so many new decisions, and after this share of those that are known.
FEWEST_NEW, SHARE_NEW = 10, 0.05
#: The bar and the confidences are set anew after so many outcomes.
OUTCOMES = 25
_MEMORY, _MODEL, _NONE = "memory", "model", "none"


@dataclass(frozen=True, slots=True)
class Guess:
    """A prediction with what spoke for it, to be handed to :meth:`Engine.learn` with the person's answer."""

    prediction: Prediction
    label: int | None
    evidence: tuple[float, ...]
    plain: float


def has_model() -> bool:
    """Whether the extra ``ml`` is installed."""
    return all(importlib.util.find_spec(name) for name in ("numpy", "scipy", "sklearn"))


class Engine:
    """One set of books: predicts, learns, and keeps the record of how often it was right.

    Before the first fit the base answers for payees that memory does not know, where its opinion is above
    ``least_opinion``.
    """

    def __init__(
        self,
        *,
        categories: Sequence[str] = (),
        promise: float = PROMISE,
        with_model: bool | None = None,
        has_memory: bool = True,
        least_opinion: float = 0.0,
        base: Any = None,
        weights: Weights | None = None,
    ) -> None:
        self.categories: list[str] = []
        self._names: list[str] = []
        self.memory = Memory()
        self._has_memory = has_memory
        self._least_opinion = least_opinion
        self.record = Record(promise=promise)
        self.model: Any = None
        if has_model() if with_model is None else with_model:
            # Imported here because it takes a second, which nothing else of LedgerFlow shall wait for.
            base = base or importlib.import_module("ledgerflow.learning.base").Base.shipped()
            self.model = importlib.import_module("ledgerflow.learning.model").Model(base)
        self._numbers: dict[str, int] = {}
        self._lines: list[Line] = []
        self._keys: list[str] = []
        self._labels: list[int] = []
        self._payees: dict[str, str] = {}
        self._weights = weights or Weights.stored()
        self._bend = Bend()
        self._fitted = 0
        self._unset = 0
        self.tell(categories)

    def tell(self, categories: Sequence[str], *, names: Sequence[str] = ()) -> None:
        """Make categories known that nothing was decided about yet.

        ``names`` say what the shared base may know them by, where that is not the category itself (a code before it).
        """
        for category, name in zip(categories, names or categories, strict=True):
            self._number(category, name)

    def remember(self, line: Line, category: str, *, is_correction: bool) -> None:
        """Take a decision from a store into memory; the outcome of its prediction comes by :meth:`count`."""
        self.memory.learn(line, payee_key(line.text), self._number(category), is_correction=is_correction)

    def count(self, outcome: Outcome, *, plain: float) -> None:
        """Take an outcome from a store into the record; ``plain`` is the confidence before the record bent it."""
        self.record.add(outcome)
        self._bend.add(plain, is_right=outcome.is_right)

    def predict(self, line: Line) -> Prediction:
        """Return what the line is probably for."""
        return self.guess(line).prediction

    def guess(self, line: Line) -> Guess:
        """Return the prediction together with what :meth:`learn` wants to know of it later."""
        key = payee_key(line.text)
        recalled = self.memory.recall(line, key)
        ranks = self._ranks(line, key, recalled)
        order = sorted(range(len(ranks)), key=ranks.__getitem__, reverse=True)[:3]
        corrected = self.memory.correction(line, key)
        if corrected is not None:
            order = [corrected, *(label for label in order if label != corrected)][:3]
        is_remembered = bool(order) and recalled[0].share(order[0]) > 0
        if not order or (
            not is_remembered
            and not self._is_fitted
            and self._base_score(ranks, order[0]) <= BASE_NEW * self._least_opinion
        ):
            return self._nothing(line, key, order)
        evidence = _evidence(order, ranks)
        if self._is_fitted and corrected is None:
            plain = self._weights.confidence(evidence)
        else:  # a correction, memory alone, or the shared base alone
            plain = max(each.share(order[0]) for each in recalled) if is_remembered else 0.3
        confidence = self._bend.bent(plain)
        if confidence < LEAST:
            return self._nothing(line, key, order)
        prediction = Prediction(
            category=self.categories[order[0]],
            payee=self._payee(line, key),
            confidence=round(confidence, 4),
            accept=self.record.accepts(round(confidence, 4)),
            source=_MEMORY if corrected is not None or is_remembered else _MODEL,
            why=reasons.sentence(
                categories=self.categories,
                label=order[0],
                payee=clean_payee(line.text),
                recalled=recalled,
                is_corrected=corrected is not None,
                key=key,
                has_memory=self._has_memory,
            ),
            alternatives=tuple(self.categories[label] for label in order),
        )
        return Guess(prediction, order[0], evidence, plain)

    def learn(
        self, line: Line, category: str, *, payee: str | None = None, guess: Guess | None = None
    ) -> None:
        """Take in what a person decided; ``guess`` is what had been predicted for the line.

        Without it the engine predicts first, so that its record counts every decision. Memory answers at once.
        """
        guess = guess or self.guess(line)
        key = payee_key(line.text)
        label = self._number(category)
        is_right = guess.label == label
        is_correction = guess.label is not None and not is_right
        self.memory.learn(line, key, label, is_correction=is_correction)
        self._lines.append(line)
        self._keys.append(key)
        self._labels.append(label)
        if payee:
            self._payees[key] = payee
        if guess.label is not None:
            self._log(guess, is_right=is_right)

    @property
    def is_refit_due(self) -> bool:
        """Whether enough was decided since the last fit: the more is known, the rarer it is."""
        new = len(self._labels) - self._fitted
        return self.model is not None and new >= max(FEWEST_NEW, SHARE_NEW * self._fitted)

    def refit(self) -> None:
        """Let the model learn all decisions, and set the bar by the record; without a model only the bar."""
        if self.model is not None and self.model.fit(self._lines, self._keys, self._labels):
            self.memory.forget_corrections()
        self._fitted = len(self._labels)
        self.settle()

    def settle(self) -> None:
        """Set confidences and bar by the record up to now."""
        self._bend.refresh()
        self.record.refresh()
        self._unset = 0

    @property
    def _is_fitted(self) -> bool:
        return self.model is not None and bool(self.model.labels)

    def _log(self, guess: Guess, *, is_right: bool) -> None:
        prediction = guess.prediction
        self.record.add(Outcome(prediction.confidence, is_right, prediction.accept))
        self._bend.add(guess.plain, is_right=is_right)
        self._unset += 1
        if self._unset >= OUTCOMES:
            self.settle()

    def _number(self, category: str, name: str = "") -> int:
        number = self._numbers.get(category)
        if number is None:
            number = self._numbers[category] = len(self.categories)
            self.categories.append(category)
            self._names.append(name or category)
        return number

    def _payee(self, line: Line, key: str) -> str | None:
        return self._payees.get(key) or (clean_payee(line.text) if line.text.strip() else None)

    def _ranks(self, line: Line, key: str, recalled: Sequence[Recollection]) -> list[float]:
        if self.model is None:
            ranks = [0.0] * len(self.categories)
        else:
            base_weight = BASE_SEEN if recalled[0].labels else BASE_NEW
            ranks = self.model.rank(line, key, categories=self._names, base_weight=base_weight)
        for each in recalled:
            for label, share in each.shares.items():
                ranks[label] += REMEMBERED * share
        return ranks

    def _base_score(self, ranks: Sequence[float], label: int) -> float:
        """What the base says of a category while nothing else speaks for it."""
        return ranks[label] + 1.5 if self.model is not None else 0.0

    def _nothing(self, line: Line, key: str, order: Sequence[int]) -> Guess:
        why = reasons.unknown(payee=clean_payee(line.text), has_text=bool(line.text.strip()))
        alternatives = tuple(self.categories[label] for label in order) if self._is_fitted else ()
        return Guess(
            Prediction(
                None,
                self._payee(line, key),
                0.0,
                accept=False,
                source=_NONE,
                why=why,
                alternatives=alternatives,
            ),
            None,
            (),
            0.0,
        )


def _evidence(order: Sequence[int], ranks: Sequence[float]) -> tuple[float, ...]:
    """Return what speaks for the first of the order, under the names of ``evidence.NAMES``: its lead on the second."""
    second = ranks[order[1]] if len(order) > 1 else ranks[order[0]] - 3
    return (max(-3.0, min(ranks[order[0]] - second, 3.0)),)
