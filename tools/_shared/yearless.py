"""Date columns of a table whose days have no year: the lines above the table, or the file's name, state it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from tools._shared.dates import (
    MONTH_BY_NAME,
    Day,
    date_texts,
    days_in_text,
    fold,
    read_day,
    with_croatian_months,
)
from tools._shared.vocabulary import DATE_ROLES, Role, roles_of_header
from tools._shared.years import Years, certain_day, days_in_name, period_of, says_day_first, year_of_name
from tools.contract import StatementRefusedError

_SAMPLE, _LANGUAGE_ROWS = 60, 200
_MOSTLY, _SOME = 0.6, 0.2
_NUMERIC = re.compile(r"'?\d{1,2}([-/.])\d{1,2}\.?")
_NAMED = re.compile(
    r"\d{1,2}(?:st|nd|rd|th)?[\s.\-/]*([^\W\d_]{3,12})\.?|([^\W\d_]{3,12})\.?[\s\-/]*\d{1,2}(?:st|nd|rd|th)?"
)
_JOINS = frozenset(
    {"", "to", "through", "thru", "until", "till", "and", "bis", "zum", "au", "al", "a", "ate", "tot", "t m", "til",
     "do", "y", "hasta", "e", "ao", "至", "par", "lidz", "iki", "kuni"}
)  # fmt: skip
_LABEL_LENGTH = 40
_LABEL = re.compile(
    r"\b(?:statement|period|closing|ending|through|year (?:to|end\w*)|as (?:of|at|on)|"
    r"issued|printed|generated|exported|downloaded|created|"
    r"kontoauszug|auszug|abrechnung|zeitraum|stand|stichtag|per|erstellt|gedruckt|ausgestellt|exportiert|"
    r"releve|arrete|periode|edite|extracto|periodo|corte|emitido|estratto|extrato|emissao|"
    r"rekeningoverzicht|afschrift|kontoutdrag|kontoudskrift|kontoutskrift|wyciag|vypis|kivonat|tiliote|valjavote|"
    r"konto(?:utdrag|auszug)\w*)\b"
)
_OTHER_LABEL = re.compile(
    r"\b(?:open\w*|birth|born|since|customer|client|member|joined|previous|prior|last|next|due|valid|expir\w*|"
    r"brought|forward|start\w*|from|eroffn\w*|gebur\w*|geboren|seit|kunde\w*|vorherig\w*|letzter?|alter|fallig\w*|"
    r"gultig\w*|anfangs\w*|precedent|anterior|precedente|inicial|iniziale|initial|nacimiento|naissance|nascita)\b"
)
_WORD = re.compile(r"[^\W\d_]+")


def with_stated_years(
    header: Sequence[str],
    cells: Sequence[tuple[str, ...]],
    above: Sequence[str],
    name: str,
    order_said: str = "",
) -> tuple[list[tuple[str, ...]], list[str]] | None:
    """Return the columns with ISO dates where days had no year, with warnings; ``None`` where none holds such days.

    ``order_said`` is the order of day and month that a person said, empty where nobody did.

    Raises:
        OpenOrderError: Day and month can be taken for each other.
        StatementRefusedError: The file does not say the year.
    """
    found = [
        at for at, column in enumerate(cells) if _holds_days(header[at] if at < len(header) else "", column)
    ]
    if not found:
        return None
    around = [*above, *header, *(cell for column in cells for cell in column[:_LANGUAGE_ROWS])]
    years = _years(with_croatian_months(above, around, days_in_text) or above, name)
    filled, warnings = list(cells), list[str]()
    found.sort(key=lambda at: _is_value_date(header, at))
    for at in found:
        places = [row for row, cell in enumerate(cells[at]) if _is_day(cell)]
        texts = with_croatian_months(cells[at], around, _is_day) or list(cells[at])
        try:
            read = years.read([texts[row] for row in places], order_said)
        except StatementRefusedError:
            if at == found[0] or not _is_value_date(header, at):
                raise
            warnings.append(f"“{header[at]}” is left out: the year of its days is not clear.")
            continue
        warnings += read.warnings
        years = replace(years, day_first=read.day_first) if len(read.day_first) == 1 else years
        for row, text in zip(places, read.texts, strict=True):
            texts[row] = text
        filled[at] = tuple(texts)
    return filled, list(dict.fromkeys(warnings))


def _is_value_date(header: Sequence[str], at: int) -> bool:
    return at < len(header) and roles_of_header(header[at])[:1] == [Role.VALUE_DATE]


def _holds_days(title: str, column: Sequence[str]) -> bool:
    """Whether most cells are a day and month; 12.05 is an amount unless the column is called a date."""
    sample = [cell for cell in column if cell][:_SAMPLE]
    days = [cell for cell in sample if _is_day(cell)]
    is_named = not DATE_ROLES.isdisjoint(roles_of_header(title))
    certain = is_named or all("/" in cell or not _NUMERIC.fullmatch(cell) for cell in days)
    return bool(sample) and certain and len(days) >= (_SOME if is_named else _MOSTLY) * len(sample)


def _is_day(cell: str) -> bool:
    if _NUMERIC.fullmatch(cell):
        return True
    named = _NAMED.fullmatch(cell)
    return named is not None and fold(named[1] or named[2]) in MONTH_BY_NAME


def _years(above: Sequence[str], name: str) -> Years:
    lines = [[(match, day) for match in date_texts(line) if (day := read_day(match[0]))] for line in above]
    day_first = says_day_first(day for stated in lines for _, day in stated)
    periods: list[tuple[date, date]] = []
    anchors: list[Day] = []
    for stated in lines:
        joined = [
            period_of(start, end)
            for (one, start), (two, end) in pairwise(stated)
            if " ".join(_WORD.findall(fold(one.string[one.end() : two.start()]))) in _JOINS
        ]
        stated_period = next(filter(None, joined), None)
        if stated_period is None:
            anchors += _labelled(stated)
            continue
        period, order = stated_period
        periods.append(period)
        if stated[0][1].separator and order != "YMD":
            day_first.add(order == "DMY")
    others = [found for each in anchors if (found := certain_day(each, day_first))]
    stated_dates = [end for _, end in periods] or others
    return Years(
        period=periods[0] if len(set(periods)) == 1 else None,
        anchors=stated_dates or days_in_name(name),
        file_year=year_of_name(name),
        day_first=day_first,
        file="file",
        by_name=not stated_dates,
    )


def _labelled(stated: Sequence[tuple[re.Match[str], Day]]) -> list[Day]:
    """Return the dates of a line that it calls the statement's, not those of an account's opening or of a birth."""
    found, end = [], 0
    for match, day in stated:
        label = fold(match.string[end : match.start()])[-_LABEL_LENGTH:]
        if _LABEL.search(label) and not _OTHER_LABEL.search(label):
            found.append(day)
        end = match.end()
    return found
