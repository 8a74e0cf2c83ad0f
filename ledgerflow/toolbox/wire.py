"""A ``Reading`` as lines of text, a column each, so that 100,000 lines cross from child to parent in a blink.

The parent never unpickles: what arrives is text, typed again here. Dates travel as ISO 8601, amounts as
decimal strings. A line that begins with a tab is a column of texts with a tab before each; every other line is JSON.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import partial
from itertools import repeat
from typing import Any

from ledgerflow.core.garbage import collector_paused
from ledgerflow.toolbox.values import Reading, Statement, StatementLine

_TEXTS: frozenset[type] = frozenset({str, type(None)})
_DAYS: frozenset[type] = frozenset({date, type(None)})
_AMOUNTS: frozenset[type] = frozenset({Decimal, type(None)})
_COLUMN_TYPES: dict[str, frozenset[type]] = {
    "date": _DAYS,
    "amount": _AMOUNTS,
    "currency": _TEXTS,
    "description": _TEXTS,
    "value_date": _DAYS,
    "counterparty": _TEXTS,
    "reference": _TEXTS,
    "bank_id": _TEXTS,
    "balance": _AMOUNTS,
    "status": _TEXTS,
    "original_amount": _AMOUNTS,
    "original_currency": _TEXTS,
    "rate": _AMOUNTS,
    "booking_date": _DAYS,
    "transaction_date": _DAYS,
    "complete_from": _DAYS,
    "complete_to": _DAYS,
    "opening_balance": _AMOUNTS,
    "closing_balance": _AMOUNTS,
    "stated_total": _AMOUNTS,
}
_REQUIRED = ("date", "amount", "currency", "description", "status")
_STATEMENT_DAYS = ("complete_from", "complete_to")
_STATEMENT_AMOUNTS = ("opening_balance", "closing_balance", "stated_total")
_STATEMENT_PLAIN = ("account", "bank", "currency", "kind", "stated_count", "number", "missing_pages")

_FINGERPRINT = re.compile(r"[0-9a-f]{32}")
_LARGEST_NUMBER = 10**9

_new_line = partial(tuple.__new__, StatementLine)  # a third of the time of StatementLine(*values)

Column = list[Any]


class WireError(ValueError):
    """The values are not what the contract of tools promises."""


def encode(reading: object) -> Iterator[bytes]:
    """Yield the lines of JSON that say the reading.

    :raises WireError: a value has another type than the contract says (a float for an amount, say).
    """
    if not isinstance(reading, Reading):
        message = f"a reader must return a Reading, not {type(reading).__name__}"
        raise WireError(message)
    names = [reading.layouts, reading.orders_said]
    yield _line([reading.format, reading.warnings, reading.notice, len(reading.statements), *names])
    for statement in reading.statements:
        yield _line(_encode_statement(statement))
        if statement.lines:
            columns = list(zip(*statement.lines, strict=True))
            for name, column in zip(StatementLine._fields, columns, strict=True):
                yield _line(_encode_places(column)) if name == "place" else _column_line(name, column)


def decode(lines: Iterable[bytes]) -> Reading:
    """Return the reading that :func:`encode` wrote.

    Of the layouts only fingerprints (32 hexadecimal digits) remain: a reader that names its layouts otherwise is taken
    like one that names none.

    :raises WireError: the lines are something else, or a statement's number or missing pages are what no book can keep.
    """
    try:
        with collector_paused():
            values = map(_parsed, lines)
            form, warnings, notice, count, *named = next(values)
            statements = tuple(_decode_statement(values) for _ in range(count))
            layouts, orders_said = (tuple(filter(_FINGERPRINT.fullmatch, each)) for each in named)
            return Reading(form, statements, tuple(warnings), notice, layouts, orders_said)
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        InvalidOperation,
        StopIteration,
        RuntimeError,
    ) as error:
        message = f"the reader's answer cannot be understood ({type(error).__name__})"
        raise WireError(message) from error


def _line(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), check_circular=False).encode("ascii") + b"\n"


def _column_line(name: str, column: Sequence[Any]) -> bytes:
    """The column as a line; as JSON where a value is missing or a text has a tab or line break in it."""
    encoded = _encode_column(name, column)
    if None in encoded:
        return _line(encoded)
    joined = "\t".join(["", *encoded])
    if "\n" in joined or joined.count("\t") != len(encoded):
        return _line(encoded)
    return joined.encode("utf-8", "surrogatepass") + b"\n"


def _parsed(line: bytes) -> Any:
    """What :func:`_line` or :func:`_column_line` wrote."""
    if line.startswith(b"\t"):
        return line[1:-1].decode("utf-8", "surrogatepass").split("\t")
    return json.loads(line)


def _encode_statement(statement: Statement) -> dict[str, object]:
    plain: dict[str, object] = {name: getattr(statement, name) for name in _STATEMENT_PLAIN}
    for name in _STATEMENT_DAYS:
        plain[name] = _encode_column(name, [getattr(statement, name)])[0]
    for name in _STATEMENT_AMOUNTS:
        plain[name] = _encode_column(name, [getattr(statement, name)])[0]
    return plain | {"count": len(statement.lines)}


def _encode_column(name: str, column: Sequence[Any]) -> Column:
    """The column in texts and ``None``; a column of equal texts as one."""
    kinds = _COLUMN_TYPES[name]
    found = set(map(type, column))
    if not found <= kinds or (name in _REQUIRED and type(None) in found):
        wrong = ", ".join(sorted(kind.__name__ for kind in found - kinds)) or "nothing"
        message = f"a reader returned {wrong} as {name}"
        raise WireError(message)
    texts = column
    if kinds is _DAYS:
        days = {day: day and day.isoformat() for day in set(column)}
        texts = [days[day] for day in column]
    elif kinds is _AMOUNTS:
        texts = [amount if amount is None else str(amount) for amount in column]
    is_one = texts[0] == texts[-1] and texts.count(texts[0]) == len(texts)
    return list(texts[:1] if is_one else texts)


def _encode_places(places: Sequence[Mapping[str, object]]) -> dict[str, Column]:
    """Line numbers as plain numbers, by far the most frequent place; everything else as it is."""
    if all(len(place) == 1 and "line" in place for place in places):
        return {"line": [place["line"] for place in places]}
    return {"any": [dict(place) for place in places]}


def _decode_statement(values: Iterator[Any]) -> Statement:
    plain = next(values)
    count = plain.pop("count")
    plain |= {name: _day(plain[name]) for name in _STATEMENT_DAYS}
    plain |= {name: _amounts([plain[name]])[0] for name in _STATEMENT_AMOUNTS}
    _check_kept(plain["number"], plain["missing_pages"])
    return Statement(lines=_decode_lines(values, count) if count else (), **plain)


def _check_kept(number: object, missing_pages: object) -> None:
    """Refuse what no statement of a book can hold."""
    if number is not None and not (type(number) is int and 0 < number <= _LARGEST_NUMBER):
        message = f"a reader returned {number!r:.40} as number, which counts statements from 1"
        raise WireError(message)
    if missing_pages is not None and not (isinstance(missing_pages, str) and missing_pages.isprintable()):
        message = "a reader returned missing_pages that are no line of text"
        raise WireError(message)


def _decode_lines(values: Iterator[Any], count: int) -> tuple[StatementLine, ...]:
    columns = [_decode_column(name, next(values), count) for name in StatementLine._fields]
    return tuple(map(_new_line, zip(*columns, strict=False)))


def _decode_column(name: str, column: Any, count: int) -> Iterable[Any]:
    if name == "place":
        return _decode_places(column)
    kinds = _COLUMN_TYPES[name]
    if kinds is _DAYS:
        days = {text: _day(text) for text in set(column)}
        column = [days[text] for text in column]
    elif kinds is _AMOUNTS:
        column = _amounts(column)
    return repeat(column[0], count) if len(column) == 1 else column


def _decode_places(places: dict[str, list[Any]]) -> Sequence[dict[str, object]]:
    return [{"line": line} for line in places["line"]] if "line" in places else places["any"]


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _amounts(column: list[str | None]) -> Column:
    texts: Column = column if None not in column else [text for text in column if text is not None]
    amounts = list(map(Decimal, texts))
    if not all(map(Decimal.is_finite, amounts)):
        message = "a reader returned an amount that is no number"
        raise WireError(message)
    if len(amounts) == len(column):
        return amounts
    remaining = iter(amounts)
    return [None if text is None else next(remaining) for text in column]
