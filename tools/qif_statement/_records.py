"""From text to sections and records: a record is the lines up to ``^``, each begins with the letter of its field."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tools.contract import StatementRefusedError

_HEADER = re.compile(r"!\s*(\w+)\s*(?::\s*(.*?))?\s*", re.DOTALL)
_ONCE = frozenset("DT")


@dataclass(frozen=True, slots=True)
class Record:
    """The fields of a record by letter, each with the values that it states, and where it begins."""

    line: int
    fields: dict[str, list[str]]

    def one(self, letter: str) -> str:
        """Return the field's value, several joined; ``""`` where it is not stated."""
        return " ".join(filter(None, self.fields.get(letter, ())))


@dataclass(slots=True)
class Section:
    """The records under one header: its kind (``type``, ``account``, ...), its name, the line that it stands on.

    ``unclosed`` is the line of a last record that the file does not close, 0 where it closes all.
    """

    kind: str
    name: str
    line: int
    records: list[Record] = field(default_factory=list)
    unclosed: int = 0


def sections_of(text: str) -> Iterator[Section]:
    """Yield the sections in order.

    :raises StatementRefusedError: the file ends inside a record, or a record states its date or amount twice.
    """
    section = Section("type", "", 1)
    fields: dict[str, list[str]] = {}
    begun = 0
    for number, line in enumerate(text.split("\n"), start=1):
        value = line.strip()
        if not value:
            continue
        letter = value[0]
        if letter == "^":
            if fields:
                section.records.append(_record(begun, fields))
                fields = {}
        elif letter == "!":
            if fields:
                raise StatementRefusedError(_cut(begun, number))
            if section.records or section.name or section.kind != "type":
                yield section
            match = _HEADER.fullmatch(value)
            section = Section(
                (match[1] if match else "").casefold(), (match[2] or "") if match else "", number
            )
        else:
            if not fields:
                begun = number
            fields.setdefault(letter, []).append(value[1:].strip())
    if fields:
        section.records.append(_last_record(begun, fields, text))
        section.unclosed = begun
    yield section


def _last_record(begun: int, fields: dict[str, list[str]], text: str) -> Record:
    """Return a last record without ``^``, as some banks write it: it has date and amount, and its last line is whole.

    :raises StatementRefusedError: the file may be cut off within it.
    """
    has_both = "D" in fields and ("T" in fields or "U" in fields)
    if not has_both or not text.rstrip(" \t").endswith("\n"):
        raise StatementRefusedError(_cut(begun, None))
    return _record(begun, fields)


def _cut(begun: int, before: int | None) -> str:
    where = f"before line {before}" if before else "before the end of the file"
    return (
        f"The record that begins on line {begun} is not closed (^) {where}: the file is cut off or damaged. "
        "Export it again."
    )


def _record(line: int, fields: dict[str, list[str]]) -> Record:
    for letter in _ONCE & fields.keys():
        values = list(dict.fromkeys(fields[letter]))
        if len(values) > 1:
            message = (
                f"The record that begins on line {line} states its {'date' if letter == 'D' else 'amount'} twice: "
                f"“{values[0]}” and “{values[1]}”. "
            )
            raise StatementRefusedError(message + "Export the file again, or ask the bank for a correct one.")
        fields[letter] = values
    return Record(line, fields)
