"""From text to fields: ``:61:`` and what stands behind it, up to the next field or the end of the message.

A line of free text may begin like a field (``:26:37`` is a time of day), so only fields that statements have begin one,
and none of them where the line before ends with an hour that the line's own numbers go on.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_TAG = re.compile(
    r"[ \t]{0,3}:(20|21|25P?|28C?|34F|13D?|60[FM]|61|86|62[FM]|64|65|90[CD]|NS[A-Z]?|94[0-9]):(.*)"
)
_HOUR = re.compile(r"(?<!\d)(?:[01]\d|2[0-3])$")
_MINUTES = re.compile(r"[ \t]{0,3}:[0-5]\d:[0-5]\d(?!\d)")
_END = re.compile(r"-(?:\}.*|XXX|[^\w\s])?\s*")
_BLOCK = re.compile(r"\{[0-9]:[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
_TEXT_BLOCK = re.compile(r"\{4:\s*")


class Field(NamedTuple):
    """A field's tag, its lines, and the number of the line that it begins on."""

    tag: str
    lines: list[str]
    line: int

    @property
    def text(self) -> str:
        """The value on one line, without the spaces around it."""
        return "".join(self.lines).strip()


def _lines(text: str) -> list[str]:
    """Split at the ends of lines alone: other control characters belong to the text."""
    return (text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text).split("\n")


def _goes_on(current: Field, line: str) -> bool:
    """Whether the line goes on with a time of day that the free text before it was cut in."""
    return (
        current.tag == "86"
        and _MINUTES.match(line) is not None
        and _HOUR.search(current.lines[-1].rstrip()) is not None
    )


def fields_of(text: str) -> Iterator[Field | None]:
    """Yield the fields in order, and ``None`` where a message ends."""
    current: Field | None = None
    for number, line in enumerate(_lines(text), start=1):
        if line[:1] == "{":
            line = _TEXT_BLOCK.sub("", _BLOCK.sub("", line))  # noqa: PLW2901 - the envelope is no part of the text
        first = line[:1]
        match = _TAG.match(line) if first == ":" or (first in " \t" and ":" in line[:4]) else None
        if match is not None and current is not None and _goes_on(current, line):
            match = None
        if match is not None:
            if current is not None:
                yield current
            current = Field(match[1], [match[2]], number)
        elif first == "-" and _END.fullmatch(line):
            if current is not None:
                yield current
            current = None
            yield None
        elif current is not None:
            current.lines.append(line)
    if current is not None:
        yield current
