"""What differs between the forms of two years, in sentences: what a reviewer of a new year reads."""

from collections.abc import Iterator
from dataclasses import fields

from ledgerflow.taxforms.forms import Home, Line, Meals, Mileage, TaxForm

#: What differs every year by its nature.
_DATES = frozenset({"first", "last"})


def differences(old: TaxForm, new: TaxForm) -> list[str]:
    """Return a sentence for each line and limit that the newer form has differently, in its order."""
    return [*_lines(old, new), *_limits(old, new)]


def _lines(old: TaxForm, new: TaxForm) -> Iterator[str]:
    before = {line.key: line for line in old.lines}
    after = {line.key: line for line in new.lines}
    for key, line in after.items():
        if key not in before:
            yield f"Line {line.number}, {line.name}, is new."
        else:
            yield from _line(before[key], line)
    for key, line in before.items():
        if key not in after:
            yield f"Line {line.number}, {line.name}, is gone."


def _line(old: Line, new: Line) -> Iterator[str]:
    if old.number != new.number:
        yield f"{new.name} moves from line {old.number} to line {new.number}."
    for name in ("name", "part", "kind", "rule", "note", "also", "adds", "subtracts"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield f"Line {new.number}: {name} was {_words(before)}, is {_words(after)}."


def _limits(old: TaxForm, new: TaxForm) -> Iterator[str]:
    pairs: tuple[tuple[str, Meals | Mileage | Home, Meals | Mileage | Home], ...] = (
        ("meals", old.meals, new.meals),
        ("mileage", old.mileage, new.mileage),
        ("home", old.home, new.home),
    )
    for title, before, after in pairs:
        for each in fields(before):
            was, now = getattr(before, each.name), getattr(after, each.name)
            if was != now and each.name not in _DATES and not each.name.endswith("source"):
                yield f"{title}: {each.name} was {was} ({before.source}), is {now} ({after.source})."


def _words(value: object) -> str:
    return " ".join(value) if isinstance(value, tuple) else str(value or "nothing")
