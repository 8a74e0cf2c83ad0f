"""Where a line stands in its file, as an address and in words."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

#: What of a place stands in an address; a reader may say more.
_NAMES = ("line", "last", "page", "box", "sheet", "row", "xpath")


def is_apart(place: Mapping[str, Any]) -> bool:
    """Whether what stands there is no line of text: a page, a row of a workbook, an element of an XML document."""
    return any(place.get(name) for name in ("page", "row", "xpath"))


def query(place: Mapping[str, Any]) -> str:
    """Return the place for the address of its file: ``line=12``, ``page=2&box=40,100,500,112``."""
    said = {name: place[name] for name in _NAMES if place.get(name)}
    if isinstance(said.get("box"), list):
        said["box"] = ",".join(f"{side:.2f}" for side in said["box"])
    return urlencode(said, safe=",")


def words(place: Mapping[str, Any]) -> str:
    """Return what the place is called: ``line 12``, ``page 2``, ``sheet May, row 3``."""
    if place.get("line"):
        return f"line {place['line']}"
    named = {name: value for name, value in place.items() if name != "box"}
    return ", ".join(f"{name} {value}" for name, value in named.items())
