"""Dates as banks print them. A cell yields its possible days; a column is settled elsewhere, by all its rows.

Dates are the bank's local dates: a time or zone after the date is dropped, never applied.
"""
# ruff: noqa: RUF001 - the characters that banks print are the subject, look-alikes among them

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Literal, NamedTuple

from tools.contract import StatementRefusedError

Order = Literal["YMD", "DMY", "MDY"]
ORDERS: tuple[Order, ...] = ("YMD", "DMY", "MDY")

_EARLIEST, _LATEST = 1950, 2099
_BUDDHIST = 543
_CENTURY = 2000
_SHORT_YEAR = re.compile(r"(?<=[-/. ])(\d\d)(?=$|[T, ]+\d{1,2}:)")
_THAI = re.compile("[\u0e01-\u0e5b]|\\b(?:THB|Baht)\\b")
_DIGIT = re.compile(r"\d")
_TIME = re.compile(
    r"(?:[T, ]+|(?<=\d))\d{1,2}[:.h]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?\s*(?:[AaPp]\.?[Mm]\.?)?"
    r"\s*(?:Z|[A-Z]{2,5}|[-+]\d{2}:?\d{2}|\[[^\]]*\])?$"
)
_AS_OF = re.compile(r"\s+as of\s.*$", re.IGNORECASE)
_NUMERIC = re.compile(r"(\d{1,4})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{1,4})\.?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{6}(?:\.\d+)?(?:\[[^\]]*\])?)?")
_EAST_ASIAN = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_WEEKDAY = r"(?:[^\W\d_]{2,10}\.?,?\s+)?"
_DAY_NAME_YEAR = re.compile(
    rf"{_WEEKDAY}(\d{{1,2}})(?:st|nd|rd|th)?\.?[\s\-/.]*(?:de\s+)?([^\W\d_]{{3,12}})\.?[\s\-/.,']*(?:de\s+)?(\d{{1,4}})"
)
_NAME_DAY_YEAR = re.compile(
    rf"{_WEEKDAY}([^\W\d_]{{3,12}})\.?[\s\-/.]*(\d{{1,2}})(?:st|nd|rd|th)?[\s\-/.,]+(\d{{2,4}})"
)
_YEAR_NAME_DAY = re.compile(r"(\d{4})[\s\-/.]+([^\W\d_]{3,12})\.?[\s\-/.]+(\d{1,2})\.?")

_CROATIAN = {
    "lip": "jun",
    "lipanj": "jun",
    "srp": "jul",
    "srpanj": "jul",
    "lis": "oct",
    "listopad": "oct",
    "listopada": "oct",
}
_OPEN_MONTH = re.compile(rf"\b(?:{'|'.join(_CROATIAN)})\b", re.IGNORECASE)
_CROATIAN_ONLY = re.compile(
    r"\b(?:sij|sijecnja|velj|veljace|ozu|ozujka|tra|travnja|svi|svibnja|lipnja|srpnja|kol|kolovoza|ruj|rujna|"
    r"stu|studenoga|prosinca|iznos|isplata|uplata|stanje|racun\w*|hrk|hr\d{19})\b"
)
_POLISH_OR_CZECH_ONLY = re.compile(
    r"\b(?:sty\w*|lut\w*|kwi\w*|cze|czerw\w*|sie|sierp\w*|wrz\w*|paz\w*|gru\w*|lipiec|lipca|srpen|srpna|led\w*|unor\w*|"
    r"brez\w*|dub\w*|kvet\w*|cerv\w*|cvn|cvc|zari|rij\w*|kwota|saldo|tytul|waluta|rachun\w*|castka|ciastka|"
    r"zustatek|popis|ucet|cislo|mena|obrat|pln|czk|zl|kc)\b"
)


class Day(NamedTuple):
    """The days that one cell may mean, by the order of its parts. ``separator`` is empty when nothing is left open."""

    ymd: date | None
    dmy: date | None
    mdy: date | None
    separator: str

    def read(self, order: Order) -> date | None:
        """Return the day under one order."""
        return self.ymd if order == "YMD" else self.dmy if order == "DMY" else self.mdy


#: Letters that are one of the alphabet with a stroke or without its dot, which Unicode does not take apart.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i"})


def fold(text: str) -> str:
    """Return the text in lower case without accents."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    bare = "".join(character for character in plain if not unicodedata.combining(character))
    return unicodedata.normalize("NFC", bare)  # puts the syllables of Hangul together again


#: By what banks call them, also in the case that follows the day, and short.
_MONTHS = """
jan january januar janvier janv enero ene januari gennaio gen janeiro tammikuu tammi tam styczen stycznia sty
leden ledna led ianuarie ian sij sijecnja ocak oca янв января січня ιαν ιανουαριου;
feb february februar febr fevrier fevr fevereiro fev febrero februari febbraio helmikuu helmi hel luty lutego
lut unor unora februarie velj veljace subat sub фев февр февраля лютого φεβ φεβρουαριου;
mar march marz maerz mrz mars marzo maart mrt marco maaliskuu maalis maa marzec marca brezen brezna bre martie
ozu ozujka marcius marc mart март марта мар березня μαρ μαρτιου;
apr april avril avr abril abr aprile huhtikuu huhti huh kwiecien kwietnia kwi duben dubna dub aprilie tra
travnja aprilis nisan nis апр апреля квітня απρ απριλιου;
may mai mayo mei maj maja maggio mag maio toukokuu touko tou kveten kvetna kve svi svibnja majus mayis май мая
травня μαι μαιου;
jun june juni juin junio giugno giu junho kesakuu kesa kes czerwiec czerwca cze cerven cervna cer iunie iun
lipnja junius haziran haz июн июня червня ιουν ιουνιου;
jul july juli juillet juil julio luglio lug julho heinakuu heina hei lipiec lipca lip cervenec cervence cvc
iulie iul srpnja julius temmuz tem июл июля липня ιουλ ιουλιου;
aug august aout agosto ago augustus augusti elokuu elo sierpien sierpnia sie srpen srpna srp kol kolovoza avg
augusztus agustos agu авг августа серпня αυγ αυγουστου;
sep sept september septembre septiembre settembre set setembro syyskuu syys syy wrzesien wrzesnia wrz zari zar
septembrie ruj rujna szept szeptember eylul eyl сен сент сентября вересня σεπ σεπτ σεπτεμβριου;
oct october oktober okt octobre octubre ottobre ott outubro out oktobar lokakuu loka lok pazdziernik
pazdziernika paz rijen rijna rij octombrie ekim eki окт октября жовтня οκτ οκτωβριου;
nov november novembre noviembre novembro marraskuu marras listopad listopada listopadu lis noiembrie noi stu
studenoga kasim kas ноя нояб ноября листопада νοε νοεμβριου;
dec december dezember dez decembre diciembre dic dicembre dezembro joulukuu joulu jou grudzien grudnia gru
prosinec prosince pro des desember prosinca aralik ara дек декабря грудня δεκ δεκεμβριου
"""
MONTH_BY_NAME = {
    fold(name): number
    for number, row in enumerate(_MONTHS.strip().split(";"), start=1)
    for name in row.split()
}
#: The year before the first of an era by which Japanese banks count.
_ERAS = {"R": 2018, "令和": 2018, "H": 1988, "平成": 1988}
_OF_AN_ERA = re.compile(r"(R|H|令和|平成)\.?\s?(\d{1,2})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})\s?日?")


def _day(year: str, month: str | int, day: str) -> date | None:
    number = int(year)
    if len(year) <= 2:
        number += 2000 if number < 70 else 1900
    elif len(year) == 3:
        return None
    elif _EARLIEST + _BUDDHIST <= number <= _LATEST + _BUDDHIST:
        number -= _BUDDHIST  # no bank dates 500 years ahead, and Thai ones count from there
    try:
        found = date(number, int(month), int(day))
    except ValueError:
        return None
    return found if _EARLIEST <= found.year <= _LATEST else None


def _certain(found: date | None) -> Day | None:
    return Day(found, found, found, "") if found else None


def _named(text: str) -> Day | None:
    for pattern, places in (
        (_DAY_NAME_YEAR, (3, 2, 1)),
        (_NAME_DAY_YEAR, (3, 1, 2)),
        (_YEAR_NAME_DAY, (1, 2, 3)),
    ):
        match = pattern.fullmatch(text)
        month = MONTH_BY_NAME.get(fold(match[places[1]])) if match else None
        if match and month:
            return _certain(_day(match[places[0]], month, match[places[2]]))
    return None


def _numeric(match: re.Match[str]) -> Day | None:
    first, separator, second, third = match.groups()
    if len(first) == 4:
        return _certain(_day(first, second, third)) if len(third) <= 2 else None
    if len(first) == 3 or len(third) not in {2, 4}:
        return None
    found = Day(
        ymd=_day(first, second, third) if len(first) == len(third) == 2 and separator != "." else None,
        dmy=_day(third, second, first),
        mdy=_day(third, first, second) if separator != "." else None,
        separator=separator,
    )
    return found if found.ymd or found.dmy or found.mdy else None


def read_day(cell: str) -> Day | None:
    """Return the days that a cell may mean, or ``None`` when it holds no date with a year."""
    text = cell.strip().strip("'\"").strip()
    if len(text) < 6 or len(text) > 60 or not _DIGIT.search(text):
        return None
    text = _AS_OF.sub("", text)
    compact = _COMPACT.fullmatch(text)
    if compact:
        return _certain(_day(*compact.groups()))
    if ":" in text or len(text) > 12:
        text = _TIME.sub("", text).rstrip(" ,T")
    numeric = _NUMERIC.fullmatch(text)
    if numeric:
        return _numeric(numeric)
    east_asian = _EAST_ASIAN.fullmatch(text)
    if east_asian:
        return _certain(_day(*east_asian.groups()))
    of_an_era = _OF_AN_ERA.fullmatch(text)
    if of_an_era:
        era, year, month, day = of_an_era.groups()
        return _certain(_day(str(_ERAS[era] + int(year)), month, day))
    return _named(text)


def read_days(cells: Sequence[str], known: dict[str, Day | None]) -> list[Day | None]:
    """Return the possible days of each cell; ``known`` remembers the cells read before."""
    texts = set(cells)
    if all(len(text) <= 12 for text in texts):
        known.update((text, read_day(text)) for text in texts.difference(known))
        return list(map(known.__getitem__, cells))
    days = []
    for cell in cells:
        head = cell[:10] if len(cell) > 12 and cell[10] in "T " and _TIME.fullmatch(cell, 10) else cell
        if head not in known:
            known[head] = read_day(head)
        days.append(known[head])
    return days


def is_thai(texts: Iterable[str]) -> bool:
    """Whether any of the texts is in Thai script or names Thai money."""
    return any(_THAI.search(text) for text in texts)


def with_buddhist_years(cells: Sequence[str]) -> list[str] | None:
    """Return the dates with years of two digits written out in the Buddhist calendar (67 is 2567).

    ``None`` where there are none, or where any could be a day of this century up to 2049 as it stands.
    """
    longer = {cell: _SHORT_YEAR.sub(r"25\1", cell) for cell in set(cells)}
    changed = {cell for cell, text in longer.items() if cell != text and read_day(text)}
    for day in filter(None, map(read_day, changed)):
        if day.dmy is None or _CENTURY <= day.dmy.year < _CENTURY + 50:
            return None
    return [longer[cell] if cell in changed else cell for cell in cells] if changed else None


def with_croatian_months(
    cells: Sequence[str], around: Iterable[str], holds_day: Callable[[str], object] = read_day
) -> list[str] | None:
    """Return the dates with Croatian months as others read them, ``None`` where none is Croatian.

    ``lip``, ``srp`` and ``listopad`` are a month earlier in Croatian than in Polish and Czech: the other words of the
    file, ``around``, say which language it is. Cells for which ``holds_day`` says nothing are left as they are.

    Raises:
        StatementRefusedError: They do not.
    """
    once = set(cells)
    if not _OPEN_MONTH.search("\n".join(once)):
        return None
    still_open = {cell for cell in once if _OPEN_MONTH.search(cell) and holds_day(cell)}
    if not still_open:
        return None
    texts = [fold(text) for text in (*around, *once)]
    is_croatian = any(map(_CROATIAN_ONLY.search, texts))
    if is_croatian == any(map(_POLISH_OR_CZECH_ONLY.search, texts)):
        raise StatementRefusedError(
            f"The month of “{min(still_open)[:80]}” is another one in Croatian than in Polish or Czech, and nothing "
            "in the file says which language it is. Ask the bank for dates such as 2026-01-31."
        )
    if not is_croatian:
        return None
    return [
        _OPEN_MONTH.sub(lambda found: _CROATIAN[found[0].lower()], cell) if cell in still_open else cell
        for cell in cells
    ]


_IN_TEXT = re.compile(
    r"(?<!\d)(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{8})(?!\d)"
    r"|(?<!\d)\d{1,2}(?:st|nd|rd|th)?\.?[\s\-/](?:de\s)?[^\W\d_]{3,12}\.?[\s\-/,]{1,2}(?:de\s)?\d{4}(?!\d)"
    r"|(?<!\w)[^\W\d_]{3,12}\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s\d{4}(?!\d)"
)


def date_texts(text: str) -> Iterator[re.Match[str]]:
    """Return where dates with a year may stand inside a longer text."""
    return _IN_TEXT.finditer(text)


def days_in_text(text: str) -> list[Day]:
    """Return the dates inside a longer text, such as a file name or a line above the table."""
    return [day for match in date_texts(text) if (day := read_day(match[0]))]
