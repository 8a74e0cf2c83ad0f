"""What a file asks about the order of its dates, in words."""

from collections.abc import Sequence
from datetime import date

from ledgerflow.toolbox.values import OpenOrder

_ENDINGS = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}


def question_of(asks: OpenOrder) -> str:
    """Return the question, "Is 03/04/2026 the 3rd of April or the 4th of March?", and why nothing settles it."""
    days = [way.example for way in asks.ways]
    has_years = len({day.year for day in days}) > 1
    where = f" in the sheet “{asks.sheet}”" if asks.sheet else ""
    return f"Is {asks.printed}{where} {_either([_in_words(day, has_year=has_years) for day in days])}? {asks.why}"


def _in_words(day: date, *, has_year: bool) -> str:
    year = f" {day.year}" if has_year else ""
    return f"the {day.day}{_ENDINGS.get(day.day, 'th')} of {day:%B}{year}"


def _either(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
