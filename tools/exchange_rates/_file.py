"""The central bank's file in its three shapes, XML, CSV and ZIP around either, read into days with their rates.

A day, a currency or a rate that cannot be read refuses the file: a guess would be worse than none. ``N/A`` says that
the central bank states no rate of the currency on the day.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element, ParseError, XMLParser

from tools.contract import ToolError

_MOST_BYTES = 20 * 1024 * 1024
_MOST_DAYS = 50_000
_RATE = re.compile(r"\d{1,10}(?:\.\d{1,10})?", re.ASCII)
_CODE = re.compile(r"[A-Z]{3}", re.ASCII)
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DAY_IN_WORDS = re.compile(r"(\d{1,2}) ([A-Z][a-z]+) (\d{4})", re.ASCII)
_NO_RATE = frozenset({"", "N/A"})
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True, slots=True)
class Day:
    """The rates of a day: what one euro was worth. ``listed`` are all currencies that the file names on it."""

    date: date
    rates: Mapping[str, Decimal]
    listed: frozenset[str]


def read_days(content: bytes, source: str) -> tuple[Day, ...]:
    """Return the days of the file, the latest first; ``source`` is what messages call it.

    :raises ToolError: it is no file of reference rates, or cannot be read completely.
    """
    content = _unpacked(content, source)
    begin = content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
    found = _from_xml(content, source) if begin == b"<" else _from_csv(content, source)
    days: dict[date, Day] = {}
    for day in found:
        if day.date in days:
            raise ToolError(f"{source} states {day.date} twice.")
        days[day.date] = day
        if len(days) > _MOST_DAYS:
            raise ToolError(f"{source} has more than {_MOST_DAYS:,} days, so it is none of reference rates.")
    if not days:
        raise ToolError(f"{source} holds no day of reference rates.")
    return tuple(days[day] for day in sorted(days, reverse=True))


def _unpacked(content: bytes, source: str) -> bytes:
    if len(content) > _MOST_BYTES:
        raise ToolError(f"{source} is larger than 20 MB, so it is none of reference rates.")
    if not content.startswith(b"PK"):
        return content
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if len(names) != 1:
                raise ToolError(f"{source} packs {len(names)} files; the central bank's packs one.")
            with archive.open(names[0]) as member:
                inner = member.read(_MOST_BYTES + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise ToolError(f"{source} is a damaged ZIP file.") from error
    if len(inner) > _MOST_BYTES:
        raise ToolError(f"{source} is larger than 20 MB unpacked, so it is none of reference rates.")
    return inner


def _from_xml(content: bytes, source: str) -> Iterator[Day]:
    # A document type is refused before the parser sees a byte: no entities to expand, nothing fetched.
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"\0" in content:
        raise ToolError(f"{source} declares a document type, which the central bank's file does not.")
    parser = XMLParser()  # noqa: S314 - without a document type there is nothing in it to exploit
    try:
        parser.feed(content)
        root = parser.close()
    except (ParseError, ValueError, LookupError) as error:
        raise ToolError(f"{source} is no complete XML file; fetch it again.") from error
    for cube in root.iter():
        if _name(cube) == "Cube" and "time" in cube.attrib:
            day = _day(cube.attrib["time"], source, "")
            stated = [one.attrib for one in cube if _name(one) == "Cube"]
            if any({"currency", "rate"} - one.keys() for one in stated):
                raise ToolError(f"{source}: on {day} a rate stands without currency or number.")
            yield _of_day(day, [(one["currency"], one["rate"]) for one in stated], source)


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _from_csv(content: bytes, source: str) -> Iterator[Day]:
    try:
        rows = list(csv.reader(content.decode("utf-8-sig").splitlines(), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ToolError(f"{source} is neither XML nor CSV in UTF-8.") from error
    head = [cell.strip() for cell in rows[0]] if rows else []
    if head[:1] != ["Date"] or len(head) < 2:
        raise ToolError(
            f"{source} is no file of the central bank's reference rates: its first row begins with no Date and USD."
        )
    while head[-1] == "":  # every row of the central bank's ends with a comma
        head.pop()
    for number, row in enumerate(rows[1:], start=2):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if any(cells[len(head) :]) or len(cells) < len(head):
            raise ToolError(
                f"{source}, row {number}: {len(cells)} columns where the first row has {len(head)}."
            )
        day = _day(cells[0], source, f", row {number}")
        yield _of_day(day, list(zip(head[1:], cells[1:], strict=False)), source)


def _day(text: str, source: str, where: str) -> date:
    """A day as the files write it: ``2026-11-26``, and ``26 November 2026`` in the one of the latest day."""
    try:
        if _ISO_DAY.fullmatch(text):
            return date.fromisoformat(text)
        if match := _DAY_IN_WORDS.fullmatch(text):
            return date(int(match[3]), _MONTHS.index(match[2]) + 1, int(match[1]))
    except ValueError:
        pass
    raise ToolError(f"{source}{where}: {text!r} is no day.")


def _of_day(day: date, stated: list[tuple[str, str]], source: str) -> Day:
    rates: dict[str, Decimal] = {}
    listed: set[str] = set()
    for currency, text in stated:
        if not _CODE.fullmatch(currency):
            raise ToolError(f"{source}: on {day}, {currency!r} is no currency.")
        if currency in listed:
            raise ToolError(f"{source}: on {day}, {currency} stands twice.")
        listed.add(currency)
        if text in _NO_RATE:
            continue
        if not _RATE.fullmatch(text) or not Decimal(text):
            raise ToolError(f"{source}: on {day}, {text!r} is no rate of {currency}.")
        rates[currency] = Decimal(text)
    return Day(day, rates, frozenset(listed))
