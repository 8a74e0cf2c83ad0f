"""Questions about cut days and lines under two days, with what both files show.

The number of queries does not grow with the questions.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

from django.db.models import Q

from ledgerflow.books.models import Book
from ledgerflow.statements.models import DayQuestion, Sighting, Statement

#: Answered questions that are listed, newest answer first.
_ANSWERED = 30


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two files: what it shows of the day, each with whether the other file shows the like."""

    statement: Statement
    lines: Sequence[tuple[Sighting, bool]]


@dataclass(frozen=True, slots=True)
class AskedDay:
    """A question with both files side by side; ``alike`` of the same two files wait about lines under two days."""

    question: DayQuestion
    sides: tuple[Side, Side]
    alike: int = 0


def asked_days(*, book: Book) -> tuple[list[AskedDay], list[AskedDay]]:
    """Return the open questions, the oldest day first, and the latest answered ones. Three queries."""
    questions = DayQuestion.objects.filter(book=book).select_related(
        "bank_account", "statement__document", "other_statement__document", "answered_by"
    )
    waiting = list(questions.filter(answer="").order_by("date", "pk"))
    by_people = questions.exclude(answer="").filter(answered_by__isnull=False)
    answered = list(by_people.order_by("-answered_at", "-pk")[:_ANSWERED])
    shown = _shown_on([*waiting, *answered])
    alike = Counter(
        (question.statement_id, question.other_statement_id)
        for question in waiting
        if question.other_no is not None
    )
    return (
        [
            replace(
                _asked_day(question, shown),
                alike=alike[question.statement_id, question.other_statement_id]
                if question.other_no is not None
                else 0,
            )
            for question in waiting
        ],
        [_asked_day(question, shown) for question in answered],
    )


def _shown_on(questions: Sequence[DayQuestion]) -> Sequence[Sighting]:
    if not questions:
        return []
    asked = reduce(or_, map(_sightings_of, questions))
    found = Sighting.objects.filter(asked, book=questions[0].book_id).select_related("line")
    return list(found.order_by("statement_id", "no"))


def _sightings_of(question: DayQuestion) -> Q:
    if question.other_no is not None:
        return Q(statement=question.statement_id, no=question.no) | Q(
            statement=question.other_statement_id, no=question.other_no
        )
    return Q(statement__in=(question.statement_id, question.other_statement_id), line__date=question.date)


def _asked_day(question: DayQuestion, shown: Sequence[Sighting]) -> AskedDay:
    here = [one for one in shown if one.line.date == question.date]
    sides = (question.statement, question.other_statement)
    if question.other_no is not None:
        both = [(question.statement_id, question.no), (question.other_statement_id, question.other_no)]
        here = [one for one in shown if (one.statement_id, one.no) in both]
    elif question.no is not None:
        (meant,) = [one for one in here if (one.statement_id, one.no) == (question.statement_id, question.no)]
        here = [
            meant,
            *(
                one
                for one in here
                if one.statement_id == question.other_statement_id and one.line.amount == meant.line.amount
            ),
        ]
    lines = [[one for one in here if one.statement_id == statement.pk] for statement in sides]
    amounts = [Counter(one.line.amount for one in each) for each in lines]
    first, second = (
        Side(statement, [(one, one.line.amount in other) for one in each])
        for statement, each, other in zip(sides, lines, reversed(amounts), strict=True)
    )
    return AskedDay(question, (first, second))
