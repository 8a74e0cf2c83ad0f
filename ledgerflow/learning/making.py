"""Makes a base model out of what many books decided: counts go in, weights of shared places come out, and no text."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable

import numpy as np

from ledgerflow.learning.base import PLACES, Base, hashed, same_name
from ledgerflow.learning.fitting import fitted
from ledgerflow.learning.values import Seen

#: A category of fewer books or lines says nothing about anybody else's.
FEWEST_BOOKS, FEWEST_LINES = 2, 10
#: Weights below this share of a category's largest are left out.
SMALL = 0.02
_STRENGTH = 0.5


def make_base(seen: Iterable[Seen]) -> Base | None:
    """Return the base model of the books; the same lines in the same order give the same one.

    Categories of one name are one, whatever book they are of. Nothing, where fewer than two are known to two books.
    """
    counts: Counter[tuple[str, str]] = Counter()
    lines: Counter[str] = Counter()
    spread: defaultdict[str, set[Hashable]] = defaultdict(set)
    for each in seen:
        name = same_name(each.category)
        counts[each.key, name] += each.count
        lines[name] += each.count
        spread[name].add(each.book)
    kept = sorted(name for name in lines if len(spread[name]) >= FEWEST_BOOKS and lines[name] >= FEWEST_LINES)
    if len(kept) < 2:
        return None
    numbers = {name: number for number, name in enumerate(kept)}
    rows = [(key, numbers[name], count) for (key, name), count in counts.items() if name in numbers]
    features = [hashed(key) for key, _, _ in rows]
    _, found, constants = fitted(
        values=np.concatenate([values for _, values in features]).astype(np.float64),
        places=np.concatenate([places for places, _ in features]),
        ends=np.cumsum([0, *(len(places) for places, _ in features)]).tolist(),
        width=PLACES,
        labels=[number for _, number, _ in rows],
        weights=np.array([count**0.5 for _, _, count in rows]),
        strength=_STRENGTH,
    )
    weights = np.ascontiguousarray(found.T, dtype=np.float32)
    weights[np.abs(weights) < SMALL * np.abs(weights).max(axis=0)] = 0
    return Base(kept, weights, constants.astype(np.float32))
