"""The labelled books: read, and fed to the engine as a user lives it."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from ledgerflow.learning.base import Base
from ledgerflow.learning.engine import Engine
from ledgerflow.learning.evidence import Weights
from ledgerflow.learning.values import Line

#: Books are divided into so many groups; what is shared was learned without the group it is judged on.
GROUPS = 4
#: As the benchmark does: what comes after these lines would tell nothing new about learning.
LONGEST = 1500


class Book(NamedTuple):
    """Lines in date order, and what people made of each."""

    name: str
    lines: tuple[Line, ...]
    categories: tuple[str, ...]


def books(folder: Path) -> list[Book]:
    return [_book(path) for path in sorted(folder.glob("*.csv"))]


def _book(path: Path) -> Book:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = tuple(Line(row["description"], Decimal(row["amount"]), row["account"]) for row in rows)
    return Book(path.stem, lines, tuple(row["category"] for row in rows))


def batches(count: int) -> Iterator[tuple[int, int]]:
    """Return the batches after which a person confirms: few lines at first, 200 in the end."""
    start = 0
    while start < count:
        size = 10 if start < 100 else 25 if start < 300 else 50 if start < 1000 else 200
        yield start, min(start + size, count)
        start += size


class Evidence(NamedTuple):
    """What spoke for an answer, and whether it was right."""

    evidence: tuple[float, ...]
    is_right: bool


def evidence(book: Book, base: Base) -> list[Evidence]:
    """Return the evidence of every answer that the model gave over the book."""
    engine = Engine(base=base, weights=Weights.stored())
    found = []
    lines, categories = book.lines[:LONGEST], book.categories[:LONGEST]
    for start, end in batches(len(lines)):
        guesses = [engine.guess(line) for line in lines[start:end]]
        for line, category, guess in zip(lines[start:end], categories[start:end], guesses, strict=True):
            if guess.evidence and guess.label is not None and engine.model.labels:
                found.append(Evidence(guess.evidence, engine.categories[guess.label] == category))
            engine.learn(line, category, guess=guess)
        engine.refit()
    return found
