"""Makes what ships with the engine: the base model, and the weights of its confidence."""

import json
from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from benchmarks.classification.books import Book, Evidence
from ledgerflow.learning import making
from ledgerflow.learning.base import Base
from ledgerflow.learning.evidence import NAMES, Weights
from ledgerflow.learning.values import Seen
from ledgerflow.payees.cleaning import payee_key


def make_base(books: Sequence[Book]) -> Base:
    made = making.make_base(
        Seen(book.name, payee_key(line.text), category)
        for book in books
        for line, category in zip(book.lines, book.categories, strict=True)
    )
    assert made is not None  # of books that share categories
    return made


def make_weights(found: Sequence[Evidence]) -> Weights:
    scaler = StandardScaler()
    matrix = scaler.fit_transform(np.array([each.evidence for each in found]))
    machine = LogisticRegression(C=1.0, max_iter=500).fit(matrix, [each.is_right for each in found])
    weights = machine.coef_[0] / scaler.scale_
    return Weights(
        float(machine.intercept_[0] - weights @ scaler.mean_), [float(weight) for weight in weights]
    )


def weights_text(weights: Weights) -> str:
    named = {name: round(weight, 5) for name, weight in zip(NAMES, weights.weights, strict=True)}
    return json.dumps({"constant": round(weights.constant, 5), "weights": named}, indent=1) + "\n"
