"""The tables of ``docs/classification.md``: the engine beside its peers, and which targets it reaches."""

from collections.abc import Sequence
from typing import Any, NamedTuple

COLUMNS = {
    "acc_last50": "second half",
    "acc_after50": "after 50",
    "acc_after200": "after 200",
    "acc_new": "unseen",
    "top3": "first three",
    "ece_raw": "calibration error",
    "predict_ms_per_row": "ms a line",
    "fit_last_s": "last fit, s",
    "size_mb": "MB",
}
#: What stands before and behind the tables in the document.
BEGIN, END = "<!-- make bench-classify -->", "<!-- end -->"
_SHORT = 30, 0.92

Rows = Sequence[dict[str, Any]]


class _Target(NamedTuple):
    """A figure of the engine that is to be at least, or at most, so much over all books or over the core ones."""

    column: str
    is_core: bool
    goal: float
    at_most: bool = False


_TARGETS = (
    _Target("second half", is_core=False, goal=0.715),
    _Target("second half", is_core=True, goal=0.780),
    _Target("after 50", is_core=False, goal=0.66),
    _Target("after 200", is_core=False, goal=0.68),
    _Target("unseen", is_core=False, goal=0.50),
    _Target("first three", is_core=True, goal=0.92),
    _Target("accepted", is_core=False, goal=0.36),
    _Target("accepted", is_core=True, goal=0.50),
    _Target("right of those", is_core=False, goal=0.95),
    _Target("books under .92", is_core=False, goal=0, at_most=True),
    _Target("calibration error", is_core=False, goal=0.04, at_most=True),
    _Target("ms a line", is_core=False, goal=0.1, at_most=True),
    _Target("MB", is_core=False, goal=3, at_most=True),
)


def printed(rows: Rows, *, core: Sequence[str], engine: str) -> str:
    """Return the means over all books and over the core ones, a row for each model, and the targets of ``engine``."""
    figures = {}
    for model in dict.fromkeys(row["model"] for row in rows):
        own = [row for row in rows if row["model"] == model]
        for is_core, some in ((False, own), (True, [row for row in own if row["set"] in core])):
            if some:
                figures[model, is_core] = _figures(some), len(some)
    heads = ("model", "books", *next(iter(figures.values()))[0])
    table = [
        (model, f"{'core' if is_core else 'all'} {count}", *map(_said, found.values()))
        for (model, is_core), (found, count) in figures.items()
    ]
    targets = [
        _verdict(target, figures[engine, target.is_core][0])
        for target in _TARGETS
        if (engine, target.is_core) in figures
    ]
    return "\n\n".join(
        (_lines(heads, table), _lines(("target", "books", "asked", "measured", "reached"), targets))
    )


def written(document: str, tables: str, *, begin: str = BEGIN, end: str = END) -> str:
    """Return the document with the tables in place of those that stand in it between both marks."""
    before, is_begun, rest = document.partition(begin)
    _, is_ended, after = rest.partition(end)
    if not (is_begun and is_ended):
        raise SystemExit(f"The document has no place for the tables between {begin} and {end}.")
    return f"{before}{begin}\n\n{tables}\n\n{end}{after}"


def _figures(rows: Rows) -> dict[str, float | None]:
    lines = sum(row["n"] / 2 for row in rows)
    accepted = [row["n"] / 2 * row["cov_live"] for row in rows]
    right = sum(some * (row["prec_live"] or 0) for some, row in zip(accepted, rows, strict=True))
    fewest, least = _SHORT
    short = sum(
        some >= fewest and (row["prec_live"] or 0) < least for some, row in zip(accepted, rows, strict=True)
    )
    return {
        **{name: _mean(rows, key) for key, name in COLUMNS.items()},
        "accepted": sum(accepted) / lines,
        "right of those": right / sum(accepted) if sum(accepted) else None,
        "books under .92": short,
    }


def _mean(rows: Rows, key: str) -> float | None:
    values = [row[key] for row in rows if row.get(key) is not None]
    return sum(values) / len(values) if values else None


def _verdict(target: _Target, found: dict[str, float | None]) -> tuple[str, ...]:
    value = found[target.column]
    is_reached = value is not None and (value <= target.goal if target.at_most else value >= target.goal)
    asked = f"{'at most' if target.at_most else 'at least'} {target.goal:g}"
    return (
        target.column,
        "core" if target.is_core else "all",
        asked,
        _said(value),
        "yes" if is_reached else "no",
    )


def _said(value: float | None) -> str:
    return "" if value is None else str(value) if isinstance(value, int) else f"{value:.3f}"


def _lines(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *rows))
