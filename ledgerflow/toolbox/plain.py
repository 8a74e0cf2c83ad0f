"""Python's values as JSON values, the way tools take them: amounts and days as texts, bytes as base64. Pure."""

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

_LONGEST_TEXT = 2_000
_LONGEST = 32 * 1024


class NotPlainError(Exception):
    """A value is none that JSON knows; the message says which kind."""


def as_plain(value: object) -> Any:
    """Return the value as JSON values.

    :raises NotPlainError: it holds something else.
    """
    try:
        return json.loads(json.dumps(value, default=as_text, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise NotPlainError(f"{error}") from None


def digest(value: object) -> str:
    """Return the SHA-256 of JSON values, whatever the order of their names."""
    return hashlib.sha256(_dumped(value)).hexdigest()


def storable(value: Any) -> Any:
    """Return JSON values as they are kept: long texts, and all of it where it is long, as SHA-256 and counts.

    What PostgreSQL's JSON does not hold (NUL, halves of characters) is replaced.
    """
    whole = _dumped(value)
    try:
        kept = _shortened(value)
    except RecursionError:  # nested more deeply than anybody reads
        kept = None
    if kept is not None and len(_dumped(kept)) <= _LONGEST:
        return kept
    return {"sha256": hashlib.sha256(whole).hexdigest(), "bytes": len(whole)}


def is_whole(kept: Any) -> bool:
    """Whether nothing in what :func:`storable` kept stands for something longer."""
    if isinstance(kept, Mapping):
        return not ("sha256" in kept and len(kept) == 2) and all(map(is_whole, kept.values()))
    return not isinstance(kept, list) or all(map(is_whole, kept))


def clean(text: str) -> str:
    """Return the text as PostgreSQL holds it."""
    return text.replace("\0", "\\0").encode(errors="replace").decode()


def _shortened(value: Any) -> Any:
    if isinstance(value, str):
        if len(value) <= _LONGEST_TEXT:
            return clean(value)
        return {
            "sha256": hashlib.sha256(value.encode(errors="replace")).hexdigest(),
            "characters": len(value),
        }
    if isinstance(value, Mapping):
        return {clean(str(name)[:_LONGEST_TEXT]): _shortened(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_shortened(each) for each in value]
    return value


def _dumped(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def as_text(value: object) -> str:
    """Return how an amount, a day or bytes travel.

    :raises TypeError: it is none of them.
    """
    match value:
        case Decimal():
            return str(value)
        case date():
            return value.isoformat()
        case bytes():
            return base64.urlsafe_b64encode(value).decode("ascii")
    message = f"{type(value).__name__} is neither text, number, truth value, list nor mapping"
    raise TypeError(message)
