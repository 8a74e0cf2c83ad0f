"""Answer across the stages what only a person can say of lines that files show twice."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from ledgerflow.books.models import Book
from ledgerflow.classification.models import Classification, State
from ledgerflow.classification.services import classify_lines
from ledgerflow.posting.models import ReversedPosting
from ledgerflow.posting.services import release_lines
from ledgerflow.statements import services as statements
from ledgerflow.statements.models import DayQuestion, Hold, Sighting, Statement, StatementLine
from ledgerflow.users.models import User


@transaction.atomic
def answer_question(*, question: DayQuestion, answer: str, user: User, now: datetime) -> DayQuestion:
    """Answer the question, and classify the lines of its day anew that nobody has decided about.

    Two lines that files date differently both stay, with what was suggested for them; one of them stands or both do.

    Lines that turn out to be one are joined, so suggestions for lines that wait for this answer, or that nobody has
    decided about, are let go first.

    :raises AnswerRefusedError: the answer is neither the same nor different.
    :raises LinesInUseError: the same movements are in the books twice; reverse one of the entries first.
    """
    if question.other_no is not None:
        return statements.answer_question(question=question, answer=answer, user=user, now=now)
    of_day = StatementLine.objects.filter(
        book=question.book_id, bank_account=question.bank_account_id, date=question.date
    )
    if answer == DayQuestion.Answer.SAME:
        is_posted = Classification.objects.filter(line=OuterRef("pk"), state=State.POSTED)
        was_posted = ReversedPosting.objects.filter(book=question.book_id, line=OuterRef("pk"))
        undecided = Classification.objects.filter(
            line=OuterRef("pk"), state=State.OPEN, decided_by__isnull=True
        )
        waiting = of_day.filter(hold=Hold.QUESTION) | of_day.filter(Exists(undecided))
        release_lines(
            book=question.book,
            line_ids=list(
                waiting.exclude(Exists(is_posted) | Exists(was_posted)).values_list("pk", flat=True)
            ),
        )
    answered = statements.answer_question(question=question, answer=answer, user=user, now=now)
    _classify_anew(question.book, of_day)
    return answered


@transaction.atomic
def separate_line(*, statement: Statement, no: int, user: User, now: datetime) -> None:
    """Say that a line of the statement is another one than the other files show, and classify it.

    :raises AnswerRefusedError: the statement has no such line, or no other file shows it.
    """
    statements.separate_line(statement=statement, no=no, user=user, now=now)
    shown = Sighting.objects.filter(book=statement.book_id, statement=statement, no=no).values("line")
    _classify_anew(statement.book, StatementLine.objects.filter(book=statement.book_id, pk__in=shown))


def _classify_anew(book: Book, lines: QuerySet[StatementLine]) -> None:
    known = Classification.objects.filter(line=OuterRef("pk"))
    unclassified = lines.exclude(Exists(known)).values_list("pk", flat=True)
    classify_lines(book=book, line_ids=list(unclassified))
