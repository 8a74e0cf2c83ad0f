"""The secrets of a tool's settings, taken out of what is kept and handed on, in each form they are written in. Pure."""

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from ledgerflow.core.redaction import HIDDEN

#: A shorter one would hide ordinary words.
SHORTEST_SECRET = 4


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """Return the text with each secret replaced: as it is, as it stands in an address, and as it stands in JSON."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            for form in (
                secret,
                quote(secret),
                quote(secret, safe=""),
                quote_plus(secret),
                json.dumps(secret)[1:-1],
            ):
                text = text.replace(form, HIDDEN)
    return text


def value_without_secrets(value: Any, secrets: Collection[str]) -> Any:
    """Return JSON values without the secrets; a number becomes a text where all of it is one.

    Two names of an object that differ in a secret only become one, with the value of the last.
    """
    match value:
        case str():
            return without_secrets(value, secrets)
        case list():
            return [value_without_secrets(each, secrets) for each in value]
        case Mapping():
            return {
                without_secrets(name, secrets): value_without_secrets(each, secrets)
                for name, each in value.items()
            }
        case bool() | None:
            return value
    text = str(value)
    return HIDDEN if len(text) >= SHORTEST_SECRET and text in secrets else value
