"""Brands that everybody knows: how they are written, and what kind of business they are.

The list is that of the name-suggestion-index; ``data/README.md`` says where it is from and under which license.
"""

import csv
import gzip
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

_LIST = Path(__file__).parent / "data" / "brands.csv.gz"
_NO_WORD = re.compile(r"[^\w&+]+")
#: The longest brand has so many words, and a brand of fewer letters is more often a word of another name.
_MOST_WORDS, _FEWEST_LETTERS = 5, 3


class Brand(NamedTuple):
    """A brand: its spelling, and its kind as OpenStreetMap writes it, such as ``shop/supermarket``."""

    name: str
    kind: str


def brand_key(folded: str) -> str:
    """Return the words of a folded text, for looking brands up."""
    return _NO_WORD.sub(" ", folded.replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")).strip()


@lru_cache(maxsize=1)
def brands() -> dict[str, Brand]:
    """Return every brand under its key; the list is read once."""
    with gzip.open(_LIST, "rt", encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines)
        next(rows)  # key, name, kind
        return {key: Brand(name, kind) for key, name, kind in rows}


@lru_cache(maxsize=20_000)
def kind_of(key: str) -> str:
    """Return the kind of business of a payee whose key begins with a brand; empty where none is known."""
    words = key.split()
    known = brands()
    for length in range(min(_MOST_WORDS, len(words)), 0, -1):
        beginning = " ".join(words[:length])
        if len(beginning) >= _FEWEST_LETTERS and (brand := known.get(beginning)) is not None:
            return brand.kind
    return ""
