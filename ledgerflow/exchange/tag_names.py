"""What tags are called in the files of other programs."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

#: Words that hledger, or our own export to it, gives a meaning as a tag.
_TAKEN = frozenset(
    {
        "account", "bank-text", "code", "date", "date2", "document-date", "file", "modified", "name", "place",
        "reverses", "sha256", "start", "t", "type",
    }
)  # fmt: skip


def beancount_tags(names: Iterable[str]) -> Mapping[str, str]:
    """Return the name of each tag as Beancount takes it: letters of English, digits and few signs; no two alike."""
    found: dict[str, str] = {}
    used: set[str] = set()
    for name in names:
        letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        plain = re.sub(r"[^A-Za-z0-9_/.-]+", "-", letters).strip("-") or "tag"
        chosen, number = plain, 1
        while chosen in used:
            number += 1
            chosen = f"{plain}-{number}"
        used.add(chosen)
        found[name] = chosen
    return found


def hledger_tag(name: str) -> str:
    """Return the name of the tag as hledger takes it: any word, but none that means something else there."""
    return f"{name}-" if name.lower() in _TAKEN else name
