"""The seller: one of the first lines, that is no heading, address or number."""

import re
from collections.abc import Sequence

from tools.receipt_reader._lines import Line, Spot

_LOOKED_AT = 6
_LEGAL_FORM = re.compile(
    r"\b(?:inc|llc|ltd|corp|gmbh|ag|kg|e\.?k|ohg|s\.?a\.?r\.?l|sas|s\.?a|b\.?v|plc|s\.?l)\b\.?$",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"^\W*(?:receipt|invoice|sales receipt|tax invoice|rechnung|quittung|kassenbon|kassenbeleg|bon|beleg|facture|"
    r"ticket|reçu|recibo|factura|order|page|date|datum|welcome|thank|bill to|copy)\b",
    re.IGNORECASE,
)
_NO_NAME = re.compile(r"^\W*\d|@|www\.|https?:|\btel\b|\bphone\b|\+\d|\d{4,}|\d[.,]\d\d", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]{2}")


def find_seller(lines: Sequence[Line]) -> tuple[str, Spot] | None:
    """Return the name at the top: a line with a company form, else the first that can be a name."""
    possible = [
        (at, line)
        for at, line in enumerate(lines[:_LOOKED_AT])
        if _LETTERS.search(line.text) and not _HEADING.match(line.text) and not _NO_NAME.search(line.text)
    ]
    named = [each for each in possible if _LEGAL_FORM.search(each[1].text)] or possible
    if not named:
        return None
    at, line = named[0]
    return line.text[:120], Spot(at, 0, len(line.text))
