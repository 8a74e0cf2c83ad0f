"""What somebody agrees to when a tool is enabled, and what goes beyond it. Pure: no Django, no database.

An offer is what a package says of a tool: version, permissions, needed tools, and the schemas of its settings,
arguments and result. Consent is the offer that somebody saw. The tool runs only while its offer of today asks for
nothing beyond it:

- another version waits, whatever it holds: code changed;
- a permission that was not given, a greater limit of time, memory, output, retries or calls, or a tool that was not
  needed before waits; fewer and smaller ones do not;
- another schema waits; other titles and descriptions in it do not.
"""

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from ledgerflow.toolbox.values import Permissions

Offer = Mapping[str, Any]

_LEAST = dataclasses.asdict(Permissions())
_WORDS_FOR_RIGHTS = {
    "network": "it asks for the network",
    "writes": "what it does can be seen elsewhere afterwards",
}
_WORDS_FOR_LIMITS = {
    "timeout_seconds": "seconds of time",
    "memory_bytes": "bytes of memory",
    "output_bytes": "bytes of output",
    "retries": "retries",
    "calls_a_minute": "calls a minute",
    "calls_a_day": "calls a day",
}
_WORDS_FOR_SCHEMAS = {"configuration": "settings", "arguments": "arguments", "result": "result"}
_WORDS_IN_SCHEMAS = frozenset({"title", "description", "examples", "propertyOrder"})


class State(StrEnum):
    """How a tool stands; the value is its word on a screen."""

    ON = "enabled"
    OFF = "disabled"
    WAITING = "waits for consent"
    MISSING = "missing"
    BROKEN = "does not load"


def offer_of(
    *, manifest: Mapping[str, Any], argument_schema: Mapping[str, Any], result_schema: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what a package says of a tool, as far as somebody agrees to it."""
    return {
        "version": manifest["version"],
        "permissions": dict(manifest["permissions"]),
        "needs": sorted(manifest["needs"]),
        "configuration": _without_words(manifest["configuration"]),
        "arguments": _without_words(argument_schema),
        "result": _without_words(result_schema),
    }


def beyond(offer: Offer, consented: Offer) -> tuple[str, ...]:
    """Return in words, each without a full stop, what the offer asks for beyond the consent; empty: nothing."""
    return tuple(_beyond(offer, consented))


def digest_of(offer: Offer) -> str:
    """Return a name for the offer, by which a form says which one somebody saw."""
    return hashlib.sha256(json.dumps(offer, sort_keys=True).encode()).hexdigest()[:32]


def is_harmless(manifest: Mapping[str, Any]) -> bool:
    """Whether the tool only computes: no network, nothing seen elsewhere, no other tool."""
    permissions = manifest["permissions"]
    return not (permissions["network"] or permissions["writes"] or manifest["needs"])


def _beyond(offer: Offer, consented: Offer) -> Iterator[str]:
    if offer["version"] != consented["version"]:
        yield f"it is version {offer['version']}, and {consented['version']} was agreed to"
    now, then = offer["permissions"], {**_LEAST, **consented["permissions"]}
    yield from (words for name, words in _WORDS_FOR_RIGHTS.items() if now[name] and not then[name])
    for name, words in _WORDS_FOR_LIMITS.items():
        if now[name] > then[name]:
            yield f"it asks for {now[name]} {words}, and {then[name]} were agreed to"
    for path in offer["needs"]:
        if path not in consented["needs"]:
            yield f"it needs {path}"
    for name, words in _WORDS_FOR_SCHEMAS.items():
        if offer[name] != consented[name]:
            yield f"its {words} changed"


def _without_words(schema: Any) -> Any:
    """Leave out what is only said to people; a property called “title” is a mapping, and stays."""
    if isinstance(schema, list):
        return [_without_words(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: _without_words(each)
        for name, each in schema.items()
        if name not in _WORDS_IN_SCHEMAS or isinstance(each, dict)
    }
