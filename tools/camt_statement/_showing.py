"""The text of the entry that an XPath of this reader names."""

import re
from xml.parsers import expat

from tools.camt_statement._xml import in_utf8
from tools.contract import Excerpt, Place, StatementRefusedError

_PATH = re.compile(r"\(//(\w+)\)\[(\d{1,9})\]/Ntry\[(\d{1,9})\]")
_BETWEEN_TAGS = re.compile(r">\s*<")
_MOST_LINES = 200


class _Finder:
    """Follows the parser to the entry and keeps where it begins and ends."""

    def __init__(self, statement: str, number: int, entry: int) -> None:
        self._statement, self._number, self._entry = statement, number, entry
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._open: list[str] = []
        self._statements = self._entries = 0
        self.first: tuple[int, int] | None = None
        self.end: int | None = None

    def run(self, data: bytes) -> None:
        self._parser.Parse(data, True)

    def _start(self, tag: str, _attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == self._statement:
            self._statements += 1
            self._entries = 0
        elif name == "Ntry" and self._open[-1:] == [self._statement]:
            self._entries += 1
            if (self._statements, self._entries) == (self._number, self._entry):
                self.first = self._parser.CurrentByteIndex, self._parser.CurrentLineNumber
        self._open.append(name)

    def _end(self, tag: str) -> None:
        self._open.pop()
        if self.first is not None and self.end is None and tag.rpartition(":")[2] == "Ntry":
            self.end = self._parser.CurrentByteIndex


def show(content: bytes, place: Place) -> Excerpt | None:
    """Return the entry's element as it is written, one tag a line where the file has all on one.

    ``None`` where no entry stands there.

    :raises StatementRefusedError: the file is no XML.
    """
    match = _PATH.fullmatch(str(place.get("xpath", "")))
    if match is None:
        return None
    data = in_utf8(content)
    finder = _Finder(match[1], int(match[2]), int(match[3]))
    try:
        finder.run(data)
    except expat.ExpatError as error:
        raise StatementRefusedError("The file is no complete XML document.") from error
    if finder.first is None or finder.end is None:
        return None
    start, number = finder.first
    text = data[start : data.index(b">", finder.end) + 1].decode("utf-8", errors="replace")
    lines = text.splitlines()
    if len(lines) == 1:
        lines = _BETWEEN_TAGS.sub(">\n<", text).splitlines()[:_MOST_LINES]
        numbers = (number,) * len(lines)
    else:
        lines = lines[:_MOST_LINES]
        numbers = tuple(range(number, number + len(lines)))
    return Excerpt(numbers, tuple((line,) for line in lines), tuple(dict.fromkeys(numbers)))
