"""Makes what ships with the engine: the base model, and the weights of its confidence."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from benchmarks.classification.books import Book, Evidence
from ledgerflow.learning.base import PLACES, Base, hashed, same_name
from ledgerflow.learning.evidence import NAMES, Weights
from ledgerflow.payees.cleaning import payee_key

#: A category of fewer books or lines says nothing about anybody else's.
FEWEST_BOOKS, FEWEST_LINES = 2, 10
#: Weights below this share of a category's largest are left out.
SMALL = 0.02


def make_base(books: Sequence[Book]) -> Base:
    counts: Counter[tuple[str, str]] = Counter()
    lines: Counter[str] = Counter()
    spread: defaultdict[str, set[str]] = defaultdict(set)
    for book in books:
        for line, category in zip(book.lines, book.categories, strict=True):
            name = same_name(category)
            counts[payee_key(line.text), name] += 1
            lines[name] += 1
            spread[name].add(book.name)
    kept = {name for name in lines if len(spread[name]) >= FEWEST_BOOKS and lines[name] >= FEWEST_LINES}
    rows = [(key, name, count) for (key, name), count in counts.items() if name in kept]
    places, values, ends = [], [], [0]
    for key, _, _ in rows:
        at, weight = hashed(key)
        places.append(at)
        values.append(weight)
        ends.append(ends[-1] + len(at))
    matrix = csr_matrix((np.concatenate(values), np.concatenate(places), ends), shape=(len(rows), PLACES))
    machine = LinearSVC(C=0.5, random_state=0)
    machine.fit(matrix, [name for _, name, _ in rows], sample_weight=[count**0.5 for _, _, count in rows])
    weights = np.ascontiguousarray(machine.coef_.T, dtype=np.float32)
    weights[np.abs(weights) < SMALL * np.abs(weights).max(axis=0)] = 0
    return Base([str(name) for name in machine.classes_], weights, machine.intercept_.astype(np.float32))


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
