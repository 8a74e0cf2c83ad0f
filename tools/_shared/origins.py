"""Where a table comes from, as far as that tells how its dates are written: weak evidence, always with a warning.

Signs of North America, where the month comes first: the abbreviation of a time zone, the header of a program that was
sold there alone, amounts with a dollar sign whose texts end as card schemes print places of the United States (ISO
8583, field 43: the town in a field of fixed width, then the state).
"""

import re
from collections.abc import Sequence

from tools._shared.columns import Columns
from tools._shared.dates import Order
from tools._shared.vocabulary import words

_LOOKED_AT = 50
_ZONES = frozenset({"pst", "pdt", "mst", "mdt", "cst", "cdt", "est", "edt"})
#: Mint served the United States and Canada alone, and wrote the month first; other programs export in its columns.
_MINT = frozenset({"original description", "transaction type", "account name", "labels", "notes"})
_PLACE = re.compile(r"[^\W\d_]+\s{2,}(?P<state>[A-Z]{2})$")
_DOLLAR = re.compile(r"(?<![A-Za-z])\$")
#: Without AR, CA and CO, which are also Argentina, Canada and Colombia, where a dollar sign is money, too.
_STATES = frozenset(
    {
        "AL", "AK", "AZ", "CT", "DC", "DE", "FL", "GA", "HI", "IA", "ID", "IL", "IN", "KS", "KY", "LA", "MA", "MD",
        "ME", "MI", "MN", "MO", "MS", "MT", "NC", "ND", "NE", "NH", "NJ", "NM", "NV", "NY", "OH", "OK", "OR", "PA",
        "RI", "SC", "SD", "TN", "TX", "UT", "VA", "VT", "WA", "WI", "WV", "WY",
    }
)  # fmt: skip


def order_of_origin(columns: Columns, amounts: Sequence[int]) -> tuple[Order, str] | None:
    """Return the order in which dates are written where the table comes from, and what shows it, as a sentence begins.

    ``amounts`` are the columns of the movements. ``None`` where nothing shows it.
    """
    if set(map(words, columns.header)) >= _MINT:
        return "MDY", "the header of Mint, a program of North America, says"
    if any(_is_of_zones(column) for column in columns.cells):
        return "MDY", "the time zone says"
    if _are_dollars(columns, amounts):
        place = _american_place(columns)
        return ("MDY", f"amounts in $ at places such as “{place}” say") if place else None
    return None


def names_shops(columns: Columns, amounts: Sequence[int]) -> bool:
    """Whether every row has dollars and the place of a shop in the United States: it was paid there, or paid back."""
    if not _are_dollars(columns, amounts):
        return False
    for at in range(len(columns.cells)):
        places = [_PLACE.search(cell) for cell in columns.pick(at)]
        if places and all(place and place["state"] in _STATES for place in places):
            return True
    return False


def _is_of_zones(column: Sequence[str]) -> bool:
    stated = {words(cell) for cell in column[:_LOOKED_AT] if cell}
    return bool(stated) and stated <= _ZONES


def _are_dollars(columns: Columns, amounts: Sequence[int]) -> bool:
    return any(_DOLLAR.search(cell) for at in amounts for cell in columns.pick(at)[:_LOOKED_AT])


def _american_place(columns: Columns) -> str | None:
    """Return a place of the United States, where at least half of a column's texts end in one, and none in another."""
    for at in range(len(columns.cells)):
        texts = [cell for cell in columns.pick(at)[:_LOOKED_AT] if cell]
        places = [found for cell in texts if (found := _PLACE.search(cell))]
        if places and len(places) * 2 >= len(texts) and all(place["state"] in _STATES for place in places):
            return " ".join(places[0][0].split())
    return None
