"""What the pages of a document say about which pages they are: "page 2 of 3"."""

import re
from collections.abc import Sequence

from tools._shared.dates import fold
from tools._shared.pages import missing_pages
from tools.pdf_statement._lines import Line, cells_of

_NAMES = (
    "page|seite|blatt|pagina|strona|strana|stranka|sida|side|sivu|oldal|sayfa|hoja|folha|feuille|страница"
)
_OF = "of|von|sur|de|di|van|z|ze|av|af|out of|из|od"


def _numbered(names: str, of: str) -> re.Pattern[str]:
    """A page's number and the count, at the end of a text: in the middle of one they speak of something else."""
    return re.compile(
        rf"\b(?:{names})\b[.:]? ?(?:no[.:]? ?|nr[.:]? ?)?(\d{{1,3}}) ?(?:{of}) ?(\d{{1,3}})\W*$"
    )


#: What is short for a page is also short for a street or an instalment, with a stroke behind its number.
_PAGES = (_numbered(_NAMES, rf"{_OF}|/|\|"), _numbered("pg|pag|str|стр", _OF))


def lacking(pages: Sequence[Sequence[Line]]) -> str | None:
    """Say which pages are missing, by the numbers printed on the others; ``None`` where none is, or nothing tells.

    A document may hold several numbered statements one after the other. A page without a number may be any page,
    unless it is blank.
    """
    runs: list[tuple[int, list[int]]] = []
    for page in filter(None, pages):
        found = _number_of(page)
        if found is None:
            return None
        number, count = found
        if not runs or runs[-1][0] != count or number <= runs[-1][1][-1]:
            runs.append((count, []))
        runs[-1][1].append(number)
    return next(filter(None, (missing_pages(numbers, count) for count, numbers in runs)), None)


def _number_of(page: Sequence[Line]) -> tuple[int, int] | None:
    """Return the page's number and the count; ``None`` where it states none, or several."""
    texts = {
        fold(text) for line in page for text in (line.text, *(cell.text for cell in cells_of(line.words)))
    }
    matches = (pattern.search(text) for text in texts for pattern in _PAGES)
    found = {(int(match[1]), int(match[2])) for match in matches if match}
    number, count = found.pop() if len(found) == 1 else (0, 0)
    return (number, count) if 1 <= number <= count else None
