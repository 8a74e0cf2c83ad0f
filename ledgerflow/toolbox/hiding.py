"""The secrets of a tool's settings, taken out of what is kept and handed on, in each form they are written in. Pure."""

import json
from collections.abc import Iterable, Mapping
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


def value_without_secrets(value: Any, secrets: Iterable[str]) -> Any:
    """Return JSON values without the secrets; a number in which one stands becomes a text, like every part of one."""
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
    shown = without_secrets(str(value), secrets)
    return value if shown == str(value) else shown
