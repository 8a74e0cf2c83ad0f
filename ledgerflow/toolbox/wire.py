"""A ``Reading`` as JSON, column by column, so that 100,000 lines cross from child to parent in a blink.

The parent never unpickles: what arrives is text, typed again here. Dates travel as ISO 8601, amounts as decimal strings.
"""

import gc
import json
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import repeat
from typing import Any

from ledgerflow.toolbox.values import Reading, Statement, StatementLine

_TEXTS = frozenset({str, type(None)})
_DAYS = frozenset({date, type(None)})
_AMOUNTS = frozenset({Decimal, type(None)})
_COLUMN_TYPES = {
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
}
_REQUIRED = ("date", "amount", "currency", "description", "status")
_STATEMENT_DAYS = ("complete_from", "complete_to")
_STATEMENT_AMOUNTS = ("opening_balance", "closing_balance", "stated_total")
_STATEMENT_PLAIN = ("account", "bank", "currency", "kind", "stated_count")

Column = list[Any]


class WireError(ValueError):
    """The values are not what the contract of tools promises."""


def encode(reading: Reading) -> bytes:
    """Return the reading as JSON.

    :raises WireError: a value has another type than the contract says (a float for an amount, say).
    """
    if not isinstance(reading, Reading):
        message = f"a reader must return a Reading, not {type(reading).__name__}"
        raise WireError(message)
    document = {
        "format": reading.format,
        "warnings": reading.warnings,
        "notice": reading.notice,
        "statements": [_encode_statement(statement) for statement in reading.statements],
    }
    return json.dumps(document, separators=(",", ":"), check_circular=False).encode("ascii")


def decode(data: bytes | str) -> Reading:
    """Return the reading that :func:`encode` wrote.

    :raises WireError: the data is something else.
    """
    collecting = gc.isenabled()
    gc.disable()  # a million fresh objects and no garbage: the collector would only look through them again and again
    try:
        document = json.loads(data)
        return Reading(
            format=document["format"],
            statements=tuple(_decode_statement(statement) for statement in document["statements"]),
            warnings=tuple(document["warnings"]),
            notice=document["notice"],
        )
    except (ValueError, KeyError, TypeError, AttributeError, InvalidOperation) as error:
        message = f"the reader's answer cannot be read ({type(error).__name__})"
        raise WireError(message) from error
    finally:
        if collecting:
            gc.enable()


def _encode_statement(statement: Statement) -> dict[str, object]:
    plain: dict[str, object] = {name: getattr(statement, name) for name in _STATEMENT_PLAIN}
    for name in _STATEMENT_DAYS:
        day = _checked(name, [getattr(statement, name)], _DAYS)[0]
        plain[name] = day.isoformat() if day else None
    for name in _STATEMENT_AMOUNTS:
        amount = _checked(name, [getattr(statement, name)], _AMOUNTS)[0]
        plain[name] = None if amount is None else str(amount)
    plain["count"] = len(statement.lines)
    if statement.lines:
        columns = dict(zip(StatementLine._fields, map(list, zip(*statement.lines, strict=True)), strict=True))
        plain["places"] = _encode_places(columns.pop("place"))
        plain["columns"] = {name: _encode_column(name, column) for name, column in columns.items()}
    return plain


def _checked(name: str, column: Column, allowed: frozenset[type]) -> Column:
    found = set(map(type, column))
    if not found <= allowed or (name in _REQUIRED and type(None) in found):
        message = f"a reader returned {', '.join(sorted(kind.__name__ for kind in found - allowed)) or None} as {name}"
        raise WireError(message)
    return column


def _encode_column(name: str, column: Column) -> object:
    kinds = _COLUMN_TYPES[name]
    _checked(name, column, kinds)
    if column[0] == column[-1] and column.count(column[0]) == len(column):
        column = column[:1]
    if kinds is _DAYS:
        days = {day: day and day.isoformat() for day in set(column)}
        column = [days[day] for day in column]
    elif kinds is _AMOUNTS:
        column = [amount if amount is None else str(amount) for amount in column]
    return column


def _encode_places(places: Column) -> object:
    """Line numbers as plain numbers, by far the most frequent place; everything else as it is."""
    if all(len(place) == 1 and "line" in place for place in places):
        return {"line": [place["line"] for place in places]}
    return {"any": [dict(place) for place in places]}


def _decode_statement(plain: dict[str, Any]) -> Statement:
    values = {name: plain[name] for name in _STATEMENT_PLAIN}
    values |= {name: _day(plain[name]) for name in _STATEMENT_DAYS}
    values |= {name: _amount(plain[name]) for name in _STATEMENT_AMOUNTS}
    return Statement(lines=_decode_lines(plain) if plain["count"] else (), **values)


def _decode_lines(plain: dict[str, Any]) -> tuple[StatementLine, ...]:
    count, encoded = plain["count"], plain["columns"]
    columns: dict[str, Iterable[Any]] = {"place": _decode_places(plain["places"])}
    for name, kinds in _COLUMN_TYPES.items():
        column: Column = encoded.pop(name)
        if kinds is _DAYS:
            days = {text: _day(text) for text in set(column)}
            column = [days[text] for text in column]
        elif kinds is _AMOUNTS:
            column = _amounts(column)
        columns[name] = repeat(column[0], count) if len(column) == 1 else column
    ordered = [columns.pop(name) for name in StatementLine._fields]
    return tuple(map(StatementLine, *ordered))


def _decode_places(places: dict[str, list[Any]]) -> Sequence[dict[str, object]]:
    return [{"line": line} for line in places["line"]] if "line" in places else places["any"]


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _amounts(column: list[str | None]) -> Column:
    amounts = [None if text is None else Decimal(text) for text in column]
    if not all(amount is None or amount.is_finite() for amount in amounts):
        message = "a reader returned an amount that is no number"
        raise WireError(message)
    return amounts


def _amount(text: str | None) -> Decimal | None:
    return _amounts([text])[0]
