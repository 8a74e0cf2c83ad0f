"""What the pages of a document say about which pages they are: "page 2 of 3"."""

import re
from collections.abc import Sequence

from tools._shared.dates import fold
from tools._shared.pages import missing_pages
from tools.pdf_statement._lines import Line

_PAGE = re.compile(
    r"(?:\b(?:page|pg|seite|blatt|pagina|pag|strona|str|strana|stranka|sida|side|sivu|oldal|sayfa|hoja|folha|feuille)\b"
    r"|\b(?:страница|стр)\b)[.:]? ?(?:no[.:]? ?|nr[.:]? ?)?"
    r"(\d{1,3}) ?(?:/|\||of|von|sur|de|di|van|z|ze|av|af|out of|из|od) ?(\d{1,3})\b"
)


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
    found = {(int(match[1]), int(match[2])) for line in page for match in _PAGE.finditer(fold(line.text))}
    number, count = found.pop() if len(found) == 1 else (0, 0)
    return (number, count) if 1 <= number <= count else None
