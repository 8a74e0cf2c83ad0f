"""The product's engine in the form that the benchmark asks for: ``fit(rows, labels)`` and ``predict(rows)``.

``python bench.py --models benchmarks.classification.adapter:Engine`` measures it with what ships.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from ledgerflow.learning import engine
from ledgerflow.learning.values import Line

Row = dict[str, Any]


class Engine:
    """LedgerFlow's engine."""

    name = "LedgerFlow"
    base: ClassVar[Any] = None
    weights: ClassVar[Any] = None
    firsts: ClassVar[list[bool]] = []

    def __init__(self, labels: Sequence[str] | None = None) -> None:
        self.engine = engine.Engine(categories=labels or (), base=self.base, weights=self.weights)
        self.guesses: dict[int, engine.Guess] = {}
        self.known = 0
        Engine.firsts = []

    def predict(self, rows: Sequence[Row]) -> tuple[list[str | None], list[float]]:
        """Return a category and a confidence for each row."""
        guesses = [self.engine.guess(_line(row)) for row in rows]
        self.guesses |= {row["id"]: guess for row, guess in zip(rows, guesses, strict=True)}
        return (
            [guess.prediction.category for guess in guesses],
            [guess.prediction.confidence for guess in guesses],
        )

    def fit(self, rows: Sequence[Row], labels: Sequence[str]) -> None:
        """Learn the rows that are new since the last time."""
        for row, label in zip(rows[self.known :], labels[self.known :], strict=True):
            guess = self.guesses.pop(row["id"])
            Engine.firsts.append(label in guess.prediction.alternatives)
            self.engine.learn(_line(row), label, guess=guess)
        self.known = len(labels)
        self.engine.refit()

    def __getstate__(self) -> dict[str, bytes]:
        """What is stored of it: the benchmark takes its size."""
        return {"model": self.engine.model.dump()}

    @classmethod
    def top3(cls) -> float:
        """How often the right category was among the first three, in the second half of the last book."""
        second = cls.firsts[len(cls.firsts) // 2 :]
        return sum(second) / len(second)


def _line(row: Row) -> Line:
    return Line(row["description"], Decimal(str(row["amount"])), row["account"])
