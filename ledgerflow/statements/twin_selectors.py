"""Lines that are, or may be, one movement under two days: what is said of them, for pages."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from ledgerflow.statements.models import DayQuestion, Sighting, Statement, StatementLine

_PAIRS = """
SELECT mine.line_id, question.id, other.statement_id, other.no
FROM statements_sighting mine
JOIN statements_dayquestion question ON question.book_id = mine.book_id
    AND question.statement_id = mine.statement_id AND question.no = mine.no
JOIN statements_sighting other ON other.book_id = question.book_id
    AND other.statement_id = question.other_statement_id AND other.no = question.other_no
WHERE mine.book_id = %(book)s AND mine.line_id = ANY(%(lines)s)
UNION ALL
SELECT mine.line_id, question.id, other.statement_id, other.no
FROM statements_sighting mine
JOIN statements_dayquestion question ON question.book_id = mine.book_id
    AND question.other_statement_id = mine.statement_id AND question.other_no = mine.no
JOIN statements_sighting other ON other.book_id = question.book_id
    AND other.statement_id = question.statement_id AND other.no = question.no
WHERE mine.book_id = %(book)s AND mine.line_id = ANY(%(lines)s)
ORDER BY 2
"""


@dataclass(frozen=True, slots=True)
class ShownTwin:
    """What is said of a line and another one under another day, and where a file shows that."""

    question: DayQuestion
    showing: Sighting

    @property
    def line(self) -> StatementLine:
        """The other line."""
        return self.showing.line

    @property
    def statement(self) -> Statement:
        """The statement that shows it."""
        return self.showing.statement


def twins_of(*, book_id: int, line_ids: Collection[int]) -> dict[int, list[ShownTwin]]:
    """Return by line what is found, said or asked of it and a line under another day. Three queries at most."""
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS, {"book": book_id, "lines": list(line_ids)})
        pairs = cursor.fetchall()
    if not pairs:
        return {}
    _mine, question_ids, statement_ids, numbers = map(set, zip(*pairs, strict=True))
    questions = DayQuestion.objects.select_related("answered_by").in_bulk(question_ids)
    shown = Sighting.objects.filter(book=book_id, statement__in=statement_ids, no__in=numbers)
    showings = {
        (one.statement_id, one.no): one for one in shown.select_related("line", "statement__document")
    }
    found: dict[int, list[ShownTwin]] = defaultdict(list)
    for line, question, statement, no in pairs:
        found[line].append(ShownTwin(questions[question], showings[statement, no]))
    return dict(found)
