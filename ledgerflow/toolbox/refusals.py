"""Values that are refused, in a sentence that says which one and why. Pure: no Django, no database."""

from collections.abc import Iterable

_LONGEST = 300


class ValueRefusedError(Exception):
    """A value does not fit its schema; the message is a sentence that says which value and why."""


def sentence(what: str, path: Iterable[object], reason: object) -> str:
    """Return the sentence about what lies at ``path`` in a value; ``what`` is the word for it."""
    named = place(path)
    return (
        f"The {what} “{named}” does not fit: {shortened(reason)}."
        if named
        else f"The {what} does not fit: {shortened(reason)}."
    )


def place(path: Iterable[object]) -> str:
    """Return a path within a value as people read it."""
    return ".".join(str(part) for part in path if not str(part).startswith("argument_"))


def shortened(reason: object) -> str:
    """Return a reason as part of a sentence: one line, not too long, no full stop."""
    text = " ".join(str(reason).split()).rstrip(".")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
