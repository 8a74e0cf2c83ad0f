"""Which pending lines has the bank booked under another date or text, or dropped? A pure function over values.

A line that only pending showings show lapses once another statement shows its day to the end and does not show it any
more, and that statement either

* shows the amount booked, on the day or within ten days, in a line that none of its own files shows; or
* reaches further than each file that shows it pending, and would show it: it is of the format of one of them, or speaks
  for the ten days in which banks book.

The answer depends on the set of statements only, never on the order in which they came.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ledgerflow.statements.likeness import likeness
from ledgerflow.statements.portions import Span

#: Within so many days banks book what they showed as pending, or drop it.
BOOKED_WITHIN = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line with the statements that show it; ``text`` is a :func:`~.likeness.text_key`."""

    line: int
    date: date
    amount: Decimal
    text: str
    statements: frozenset[int]


@dataclass(frozen=True, slots=True)
class Lapse:
    """The statement that shows a pending line no longer, and the line that it was booked as, where one is found."""

    statement: int
    booked_as: int | None = None


def lapses(
    pending: Iterable[ShownLine],
    rivals: Iterable[ShownLine],
    booked: Iterable[ShownLine],
    spans: Mapping[int, Span],
) -> dict[int, Lapse]:
    """Return by line how each of the pending lines lapsed.

    ``rivals`` are all pending lines of these amounts within ten days: a booked line stands for those that fit it best.
    """
    rivals_of, booked_of = _by_amount(rivals), _by_amount(booked)
    found = {}
    for line in pending:
        fitting = [
            (misfit, abs(may_be.date - line.date), spans[statement].key, Lapse(statement, may_be.line))
            for may_be in booked_of[line.amount]
            for misfit in [_misfit(line, may_be)]
            for statement in _booked_by(line, may_be, spans)
            if not any(
                _misfit(rival, may_be) < misfit and any(_booked_by(rival, may_be, spans))
                for rival in rivals_of[line.amount]
            )
        ]
        dropped = [span for span in spans.values() if _dropped_by(line, span, spans)]
        if fitting:
            found[line.line] = min(fitting, key=lambda each: each[:3])[-1]
        elif dropped:
            found[line.line] = Lapse(min(dropped, key=lambda span: span.key).statement)
    return found


def _by_amount(lines: Iterable[ShownLine]) -> Mapping[Decimal, list[ShownLine]]:
    by_amount: dict[Decimal, list[ShownLine]] = defaultdict(list)
    for line in lines:
        by_amount[line.amount].append(line)
    return by_amount


def _booked_by(line: ShownLine, may_be: ShownLine, spans: Mapping[int, Span]) -> list[int]:
    if not line.date <= may_be.date <= line.date + BOOKED_WITHIN or line.statements & may_be.statements:
        return []
    return [
        statement
        for statement in may_be.statements
        if statement in spans and spans[statement].shows_all_of(line.date)
    ]


def _misfit(line: ShownLine, may_be: ShownLine) -> tuple[int, int]:
    alike = likeness(line.text, may_be.text)
    return (-alike.kinship, -alike.words)


def _dropped_by(line: ShownLine, span: Span, spans: Mapping[int, Span]) -> bool:
    own = [spans[statement] for statement in line.statements if statement in spans]
    end = span.end
    return (
        span.statement not in line.statements
        and span.shows_all_of(line.date)
        and end is not None
        and all(each.end is not None and each.end < end for each in own)
        and (any(each.kind == span.kind for each in own) or end >= line.date + BOOKED_WITHIN)
    )
