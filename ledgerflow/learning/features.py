"""The features of a line: parts of its payee's name, crosses with account and amount, and the kind of business."""

import math
from decimal import Decimal
from functools import lru_cache

from ledgerflow.learning.values import Line
from ledgerflow.payees.brands import kind_of

#: Parts of words have these lengths, the spaces around a word counted.
SHORTEST, LONGEST = 2, 5


@lru_cache(maxsize=20_000)
def parts_of(key: str) -> dict[str, int]:
    """Return the parts of each word of a payee's key, and how often each occurs."""
    counts: dict[str, int] = {}
    for word in key.split():
        padded = f" {word} "
        for length in range(SHORTEST, LONGEST + 1):
            for start in range(max(1, len(padded) - length + 1)):
                part = padded[start : start + length]
                counts[part] = counts.get(part, 0) + 1
            if length >= len(padded):
                break
    return counts


@lru_cache(maxsize=20_000)
def words_of(key: str) -> tuple[str, ...]:
    """Return the features that the payee has as a whole: itself, its words, its kind of business."""
    found = [f"p={key}", *(f"w={word}" for word in key.split())]
    if kind := kind_of(key):
        found += [f"k={kind}", f"k={kind.split('/')[0]}"]
    return tuple(dict.fromkeys(found))


def crosses_of(line: Line, key: str) -> tuple[str, ...]:
    """Return the features of account and amount, alone and together with the payee."""
    step, direction, size = _amount(line.amount)
    account = line.account
    found = (
        f"a={account}",
        f"s={direction}",
        f"m={step}",
        f"e={size}",
        f"p+a={key}|{account}",
        f"p+m={key}|{step}",
        f"p+e={key}|{size}",
    )
    kind = kind_of(key)
    return (*found, f"k+a={kind}|{account}") if kind else found


@lru_cache(maxsize=20_000)
def _amount(amount: Decimal) -> tuple[int, str, str]:
    """Return the order of magnitude in half steps of e, the direction, and the size without its sign."""
    size = abs(amount)
    return round(math.log(max(float(size), 0.01)) * 2), "in" if amount > 0 else "out", f"{size.normalize():f}"
