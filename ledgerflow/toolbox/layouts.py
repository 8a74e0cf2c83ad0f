"""Layouts and the tables they are about as JSON: between parent and child, in the database, in archives."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

from ledgerflow.toolbox import wire
from ledgerflow.toolbox.values import (
    COLUMN_ROLES,
    DAY_ORDERS,
    DECIMAL_MARKS,
    Description,
    Layout,
    OpenOrder,
    OrderedDays,
    TableView,
)

_FEWEST_WAYS = 2


def layout_as_json(layout: Layout) -> dict[str, Any]:
    """Return the layout as a JSON object."""
    return {**asdict(layout), "roles": list(layout.roles)}


def layout_of_json(value: object) -> Layout:
    """Return the layout that :func:`layout_as_json` gave.

    :raises WireError: the value is no layout.
    """
    if not isinstance(value, dict) or not isinstance(value.get("roles"), list | tuple):
        message = "this is no layout"
        raise wire.WireError(message)
    plain = {name: value.get(name, "") for name in ("fingerprint", "day_order", "decimal_mark")}
    roles = tuple(value["roles"])
    is_known = (
        all(isinstance(each, str) for each in plain.values())
        and all(role in COLUMN_ROLES for role in roles)
        and plain["day_order"] in {"", *DAY_ORDERS}
        and plain["decimal_mark"] in {"", *DECIMAL_MARKS}
    )
    if not is_known:
        message = "the layout says something unknown"
        raise wire.WireError(message)
    return Layout(roles=roles, **plain)


def open_order_as_json(asks: OpenOrder) -> dict[str, Any]:
    """Return what a person is asked about the order of dates as a JSON object."""
    ways = [{name: f"{value}" for name, value in asdict(way).items()} for way in asks.ways]
    return {**asdict(asks), "layout": layout_as_json(asks.layout), "ways": ways, "titles": list(asks.titles)}


def open_order_of_json(value: Any) -> OpenOrder:
    """Return what :func:`open_order_as_json` gave.

    :raises WireError: the value is nothing that a person can be asked.
    """
    try:
        ways = tuple(_ordered(each) for each in value["ways"])
        titles = tuple(map(str, value["titles"]))
        asks = OpenOrder(
            str(value["printed"]),
            ways,
            str(value["why"]),
            layout_of_json(value["layout"]),
            titles,
            str(value.get("sheet", "")),
        )
    except (KeyError, TypeError, ValueError) as error:
        message = "the reader asks nothing that can be understood"
        raise wire.WireError(message) from error
    if len(ways) < _FEWEST_WAYS or len({way.order for way in ways} & {*DAY_ORDERS}) < len(ways):
        message = "the reader asks without a choice"
        raise wire.WireError(message)
    return asks


def _ordered(value: dict[str, Any]) -> OrderedDays:
    example, first, last = (date.fromisoformat(value[name]) for name in ("example", "first", "last"))
    return OrderedDays(str(value["order"]), example, first, last)


def encode_description(description: object) -> Iterator[bytes]:
    """Yield the tables and the problem as a line of JSON, then the reading if there is one.

    :raises WireError: the value is no description.
    """
    if not isinstance(description, Description):
        message = f"a reader must return a Description, not {type(description).__name__}"
        raise wire.WireError(message)
    tables = [{**asdict(table), "layout": layout_as_json(table.layout)} for table in description.tables]
    has_reading = description.reading is not None
    yield json.dumps([tables, description.problem, has_reading]).encode("ascii") + b"\n"
    if description.reading is not None:
        yield from wire.encode(description.reading)


def decode_description(lines: Iterable[bytes]) -> Description:
    """Return the description that :func:`encode_description` wrote.

    :raises WireError: the lines are something else.
    """
    remaining = iter(lines)
    try:
        tables, problem, has_reading = json.loads(next(remaining))
        views = tuple(map(_table, tables))
    except (ValueError, KeyError, TypeError, StopIteration) as error:
        message = f"the reader's answer cannot be understood ({type(error).__name__})"
        raise wire.WireError(message) from error
    return Description(views, wire.decode(remaining) if has_reading else None, problem)


def _table(value: dict[str, Any]) -> TableView:
    return TableView(
        sheet=str(value["sheet"]),
        header=tuple(map(str, value["header"])),
        rows=tuple(tuple(map(str, row)) for row in value["rows"]),
        numbers=tuple(map(int, value["numbers"])),
        layout=layout_of_json(value["layout"]),
    )
