"""The day of a receipt. Several days, or a day that can be read in two ways, are unsure."""

import re
from collections.abc import Sequence
from datetime import date

from tools.receipt_reader._lines import Line, Spot

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier enero",
            "feb february februar fevrier février febrero",
            "mar march märz maerz mars marzo",
            "apr april avril abril",
            "may mai mayo",
            "jun june juni juin junio",
            "jul july juli juillet julio",
            "aug august août aout agosto",
            "sep sept september septembre septiembre",
            "oct october oktober okt octobre octubre",
            "nov november novembre noviembre",
            "dec december dezember dez décembre decembre diciembre",
        ),
        start=1,
    )
    for name in names.split()
}
_NAME = "|".join(sorted(_MONTHS, key=len, reverse=True))
_PATTERNS = (
    re.compile(r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4}|\d{2})(?!\d)"),
    re.compile(r"(?<![\d/-])(?P<first>\d{1,2})[/-](?P<second>\d{1,2})[/-](?P<year>\d{4}|\d{2})(?!\d)"),
    re.compile(
        rf"(?<!\d)(?P<day>\d{{1,2}})\.?\s?(?P<name>{_NAME})\.?,?\s?(?P<year>\d{{4}})(?!\d)", re.IGNORECASE
    ),
    re.compile(rf"\b(?P<name>{_NAME})\.?\s?(?P<day>\d{{1,2}}),?\s?(?P<year>\d{{4}})(?!\d)", re.IGNORECASE),
)
_OTHER_DAY = re.compile(
    r"\b(?:due|valid|expir\w*|return\w*|until|before|by|fällig|gültig|bis|rückgabe|hasta|jusqu\w*|delivery|born)\b",
    re.IGNORECASE,
)
_NAMES_IT = re.compile(r"\b(?:date|datum|fecha|belegdatum|rechnungsdatum|invoice date)\b", re.IGNORECASE)
_EARLIEST, _LATEST = 1990, 2100
_LAST_MONTH = 12


def find_date(
    lines: Sequence[Line], unsure: list[str], *, day_first: bool | None
) -> tuple[date, Spot] | None:
    """Return the receipt's day; a line that names it as such goes before others, other kinds of days are left out."""
    found: list[tuple[date, Spot, bool]] = []
    for at, line in enumerate(lines):
        if _OTHER_DAY.search(line.text):
            continue
        for pattern in _PATTERNS:
            for match in pattern.finditer(line.text):
                days = _days(match.groupdict(), day_first)
                if len(days) > 1:
                    unsure.append(
                        f"{match[0]} can be read as {days[0]} and as {days[1]}; say whether the day comes first."
                    )
                elif days:
                    found.append((days[0], Spot(at, *match.span()), bool(_NAMES_IT.search(line.text))))
    named = [each for each in found if each[2]] or found
    days_found = sorted({each[0] for each in named})
    if len(days_found) > 1:
        unsure.append(f"Several days are stated: {', '.join(map(str, days_found))}.")
    return named[0][:2] if len(days_found) == 1 else None


def _days(parts: dict[str, str | None], day_first: bool | None) -> list[date]:
    """Every day that the parts can mean, each once."""
    year = int(parts["year"] or 0)
    year += 2000 if year < 100 else 0
    if "first" in parts:
        first, second = int(parts["first"] or 0), int(parts["second"] or 0)
        orders = [(first, second), (second, first)]
        if day_first is not None and max(first, second) <= _LAST_MONTH:
            orders = [(first, second) if day_first else (second, first)]
        found = [_day(year, month, day) for day, month in orders]
    else:
        month = _MONTHS[(parts["name"] or "").lower()] if "name" in parts else int(parts["month"] or 0)
        found = [_day(year, month, int(parts["day"] or 0))]
    return sorted({day for day in found if day is not None})


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if _EARLIEST <= year <= _LATEST else None
    except ValueError:
        return None
