"""What the pages of a line show of the questions about it."""

from typing import Any

from django.utils import timezone

from ledgerflow.asking.forms import AnswerForm, AskForm
from ledgerflow.asking.selectors import questions_of_line
from ledgerflow.books.models import Book


def questions_about(*, book: Book, line_id: int) -> dict[str, Any]:
    """Return the questions about the line, the one that is open, and the forms; two queries."""
    questions = questions_of_line(book=book, line_id=line_id)
    return {
        "questions": questions,
        "open_question": next((each for each in questions if each.is_open), None),
        "ask_form": AskForm(book=book),
        "answer_form": AnswerForm(),
        "now": timezone.now(),
    }
