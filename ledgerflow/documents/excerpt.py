"""A window of a text document around a place in it, for showing where a figure was read."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_LONGEST_SHOWN = 400
_CUT = "…"
# Half of what Unicode can say to a terminal or about the direction of writing would make a file look like another one.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
# What readers count as the end of a line; `str.splitlines` would break at form feeds and others too.
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class ExcerptLine:
    """One physical line, numbered from 1, and whether it is what was asked for."""

    number: int
    text: str
    is_marked: bool


def decoded(content: bytes) -> str:
    """Return the bytes as text for reading by eye: UTF-16 or UTF-8 where they are, else Windows-1252."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def text_lines(content: bytes) -> list[str]:
    """Return the document's physical lines, counted as the readers count them."""
    lines = _LINE_END.split(decoded(content))
    return lines if lines[-1] else lines[:-1]


def shown(text: str, longest: int = _LONGEST_SHOWN) -> str:
    """Return a line as it is shown: cut where it is very long, characters that nobody sees written out."""
    cut = text[:longest] + _CUT if len(text) > longest else text
    return _UNSEEN.sub(_written, cut)


def _written(match: re.Match[str]) -> str:
    """Return the picture that Unicode has of a control character, else its number."""
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if match[0] == "\x7f" else f"⟨U+{code:04X}⟩"


def excerpt(content: bytes, *, first: int, last: int, marked: Iterable[int] = ()) -> list[ExcerptLine]:
    """Return the physical lines ``first`` to ``last``, both included, as far as the document has them."""
    marks = frozenset(marked)
    lines = text_lines(content)
    return [
        ExcerptLine(number, shown(lines[number - 1]), number in marks)
        for number in range(max(first, 1), min(last, len(lines)) + 1)
    ]


def extent(line: int, starts: Sequence[int], longest: int = 15) -> range:
    """Return the physical lines of the record that begins at ``line``: until the next record of ``starts`` begins."""
    following = min((start for start in starts if start > line), default=line + longest)
    return range(line, min(following, line + longest))
