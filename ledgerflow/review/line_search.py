"""Bank lines of a book by what is searched for, days, account and state, the latest first, in keyset pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q

from ledgerflow.books.models import Book
from ledgerflow.classification.engine import confidence_word
from ledgerflow.classification.finding import Search
from ledgerflow.classification.models import Classification
from ledgerflow.classification.tax_lines import tax_line_label
from ledgerflow.core.periods import EARLIEST, LATEST
from ledgerflow.posting.selectors import ToldPart, told_parts
from ledgerflow.statements.models import BankAccount, Sighting

_GREATEST_ID = 2**63 - 1
# The index by account and day gives each account's latest lines, and the latest of all come next.
_FOUND = """
SELECT found.id FROM unnest(%(accounts)s::bigint[]) AS asked (account)
 CROSS JOIN LATERAL (
       SELECT line.id, line.date FROM statements_statementline AS line
         JOIN classification_classification AS made ON made.line_id = line.id
        WHERE line.book_id = %(book)s AND line.bank_account_id = asked.account
          AND (line.date, line.id) < (%(date)s, %(id)s) AND line.date BETWEEN %(first)s AND %(last)s
          AND (%(state)s = '' OR made.state = %(state)s)
        ORDER BY line.date DESC, line.id DESC LIMIT %(limit)s) AS found
 ORDER BY found.date DESC, found.id DESC LIMIT %(limit)s
"""


class LinePlace(NamedTuple):
    """Where a line stands in time; the key of pages."""

    date: date
    line_id: int


@dataclass(frozen=True, slots=True)
class SearchedLine:
    """A bank line with what is decided about it and what that makes of it, and the documents that show it."""

    made: Classification
    parts: tuple[ToldPart, ...]
    document_ids: tuple[int, ...]

    @property
    def confidence_word(self) -> str:
        """How sure the suggestion was, in a word; empty where there was none."""
        return confidence_word(self.made.confidence)

    @property
    def tax_label(self) -> str:
        """The words of the line's own tax line, empty where it has none."""
        return tax_line_label(self.made.tax_line) if self.made.tax_line else ""


@dataclass(frozen=True, slots=True)
class SearchedPage:
    """Lines, the latest first; ``following`` is the place to ask behind for next, None on the last page."""

    lines: tuple[SearchedLine, ...]
    following: LinePlace | None


def search_lines(
    *,
    book: Book,
    search: Search | None = None,
    first: date | None = None,
    last: date | None = None,
    bank_account_id: int | None = None,
    state: str = "",
    before: LinePlace | None = None,
    limit: int = 50,
) -> SearchedPage:
    """Return the lines before the place that match; five queries."""
    accounts = BankAccount.objects.filter(book=book).values_list("pk", flat=True)
    place = before or LinePlace(LATEST, _GREATEST_ID)
    asked: dict[str, Any] = {
        "book": book.pk,
        "accounts": [pk for pk in accounts if bank_account_id in {None, pk}],
        "date": place.date,
        "id": place.line_id,
        "first": first or EARLIEST,
        "last": last or LATEST,
        "state": state,
        "limit": limit + 1,
    }
    ids = _searched(book, search, asked) if search is not None else _latest(asked)
    shown = _lines(book, ids[:limit])
    end = shown[-1].made.line if len(ids) > limit else None
    return SearchedPage(shown, LinePlace(end.date, end.pk) if end else None)


def _latest(asked: dict[str, Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_FOUND, asked)
        return [line_id for (line_id,) in cursor.fetchall()]


def _searched(book: Book, search: Search, asked: dict[str, Any]) -> list[int]:
    before = Q(line__date__lt=asked["date"]) | Q(line__date=asked["date"], line_id__lt=asked["id"])
    found = Classification.objects.filter(
        search.lines,
        before,
        book=book,
        line__bank_account_id__in=asked["accounts"],
        line__date__range=(asked["first"], asked["last"]),
    )
    if asked["state"]:
        found = found.filter(state=asked["state"])
    latest = found.order_by("-line__date", "-line_id").values_list("line_id", flat=True)
    return list(latest[: asked["limit"]])


def find_line(*, book: Book, line_id: int) -> SearchedLine | None:
    """Return the line of the book, if there is such a one."""
    return next(iter(_lines(book, [line_id])), None)


def _lines(book: Book, ids: Sequence[int]) -> tuple[SearchedLine, ...]:
    made = (
        Classification.objects.filter(book=book, line_id__in=ids)
        .select_related("line__bank_account", "account", "payee")
        .in_bulk()
    )
    documents: dict[int, list[int]] = {}
    seen = Sighting.objects.filter(book=book, line_id__in=ids).order_by("statement_id")
    for line_id, document_id in seen.values_list("line_id", "statement__document_id"):
        documents.setdefault(line_id, []).append(document_id)
    parts = told_parts(book=book, line_ids=ids)
    return tuple(
        SearchedLine(made[pk], tuple(parts.get(pk, ())), tuple(dict.fromkeys(documents.get(pk, ()))))
        for pk in ids
        if pk in made
    )
